import {
  refusals,
  type CardRefused,
  type Refusal,
  type RefusalReason,
} from '../../card-auth/refusal.ts'
import { fill, formatDate, type Language, type Text } from './language.ts'
import { kindsInWords } from './notice-words.ts'
import type { StateView } from './state-words.ts'

const tapAgain: Text = {
  vi: 'Bấm Thử lại rồi đặt thẻ một lần nữa.',
  en: 'Press Try again and place your card once more.',
}
const askCardOffice: Text = {
  vi: 'Hãy mang thẻ đến bộ phận cấp thẻ của cơ quan bạn.',
  en: 'Take the card to the card office of your agency.',
}
const otherCard: Text = {
  vi: 'Hãy lấy đúng thẻ điện tử của bạn rồi bấm Thử lại.',
  en: 'Take your own e-card and press Try again.',
}
const otherTerminal: Text = {
  vi: 'Hãy dùng máy khác và báo cho quản trị viên.',
  en: 'Use another computer and tell the administrator.',
}

/** What to do about each refusal; what happened is said by `refusals`. */
export const refusalAdvice: Readonly<Record<RefusalReason, Text>> = {
  'challenge-unknown': tapAgain,
  'challenge-used': tapAgain,
  'challenge-expired': tapAgain,
  'challenge-other-browser': {
    vi: 'Bấm Thử lại để bắt đầu trên trình duyệt này.',
    en: 'Press Try again to begin in this browser.',
  },
  'token-missing': tapAgain,
  'token-malformed': tapAgain,
  'algorithm-not-allowed': askCardOffice,
  'card-signature-wrong': tapAgain,
  'certificate-unknown': otherCard,
  'chain-untrusted': otherCard,
  'certificate-expired': askCardOffice,
  'certificate-not-yet-valid': askCardOffice,
  'certificate-revoked': askCardOffice,
  'certificate-suspended': askCardOffice,
  'certificate-kind-mismatch': askCardOffice,
  'certificate-slot-mismatch': tapAgain,
  'card-unknown': otherCard,
  'card-not-active': askCardOffice,
  'card-suspended': {
    vi: 'Nếu đã tìm lại được thẻ, hãy nhờ bộ phận cấp thẻ mở lại.',
    en: 'If you have found your card again, ask the card office to reinstate it.',
  },
  'card-revoked': {
    vi: 'Hãy dùng thẻ mới của bạn, hoặc liên hệ bộ phận cấp thẻ.',
    en: 'Use your new card, or contact the card office.',
  },
  'card-expired': {
    vi: 'Hãy liên hệ bộ phận cấp thẻ để gia hạn.',
    en: 'Contact the card office to renew it.',
  },
  'holder-inactive': {
    vi: 'Hãy liên hệ bộ phận tổ chức cán bộ của cơ quan bạn.',
    en: 'Contact the personnel office of your agency.',
  },
  'terminal-withdrawn': otherTerminal,
  'terminal-signature-missing': otherTerminal,
  'terminal-signature-wrong': otherTerminal,
  'origin-mismatch': otherTerminal,
  'pin-required': {
    vi: 'Bấm Thử lại, đặt thẻ và nhập mã PIN khi được hỏi.',
    en: 'Press Try again, place your card and enter the PIN when asked.',
  },
  'tap-at-personal-terminal': {
    vi: 'Chỉ chạm thẻ thì đăng nhập được trên máy của cơ quan.',
    en: 'A tap alone signs you in only at a computer of your office.',
  },
  'card-kind-not-admitted': {
    vi: 'Hãy lấy đúng loại thẻ rồi bấm Thử lại.',
    en: 'Take the right kind of card and press Try again.',
  },
}

/** What the page shows of a refusal. Another card may always be tried, so it can be retried. */
export function refusalView({ reason, details }: CardRefused, language: Language): StateView {
  const refusal: Refusal = refusals[reason]
  const date = details.date === undefined ? '' : formatDate(details.date)
  const kinds = kindsInWords(details.kinds ?? [], language)
  return {
    state: 'refused',
    picture: 'fault',
    heading: fill(refusal[language], { date, kinds }),
    advice: refusalAdvice[reason][language],
    code: refusal.lookupCode,
    stopped: true,
  }
}
