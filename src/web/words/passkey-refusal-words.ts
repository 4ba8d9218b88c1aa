import {
  passkeyRefusals,
  type PasskeyRefusal,
  type PasskeyRefusalReason,
} from '../../passkeys/refusal.ts'
import type { Language, Text } from './language.ts'
import type { StateView } from './state-words.ts'

const tryAgain: Text = { vi: 'Hãy thử lại.', en: 'Try again.' }
const useCard: Text = {
  vi: 'Hãy dùng thẻ điện tử, hoặc một khóa truy cập khác.',
  en: 'Use your e-card, or another passkey.',
}
const beware: Text = {
  vi: 'Hãy tự mở ứng dụng thay vì bấm vào liên kết được gửi tới, và báo cho quản trị viên.',
  en: 'Open the application yourself instead of following a link that was sent, and tell the administrator.',
}
const otherDevice: Text = {
  vi: 'Hãy dùng thiết bị khác, chẳng hạn một khóa bảo mật.',
  en: 'Use another device, such as a security key.',
}
const confirmAgain: Text = {
  vi: 'Bấm Xác nhận bằng thẻ, rồi thêm khóa truy cập trong năm phút.',
  en: 'Press Confirm with your card, then add the passkey within five minutes.',
}
const copied: Text = {
  vi: 'Hãy đăng nhập bằng thẻ, gỡ khóa truy cập này và báo cho quản trị viên.',
  en: 'Sign in with your card, remove this passkey and tell the administrator.',
}

/** What to do about each refusal; what happened is said by `passkeyRefusals`. */
export const passkeyRefusalAdvice: Readonly<Record<PasskeyRefusalReason, Text>> = {
  'challenge-unknown': tryAgain,
  'challenge-used': tryAgain,
  'challenge-expired': tryAgain,
  'challenge-other-browser': tryAgain,
  'response-malformed': tryAgain,
  'challenge-mismatch': tryAgain,
  'origin-mismatch': beware,
  'rp-id-mismatch': beware,
  'embedded-elsewhere': beware,
  'user-not-present': tryAgain,
  'user-verification-missing': {
    vi: 'Hãy bật khóa màn hình hoặc đặt mã PIN cho thiết bị rồi thử lại.',
    en: 'Turn on the screen lock, or set a PIN on the device, and try again.',
  },
  'passkey-unknown': useCard,
  'user-handle-mismatch': useCard,
  'signature-wrong': useCard,
  'counter-went-back': copied,
  'backup-changed': useCard,
  'used-meanwhile': tryAgain,
  'passkey-revoked': useCard,
  'passkey-flagged': copied,
  'holder-inactive': {
    vi: 'Hãy liên hệ bộ phận tổ chức cán bộ của cơ quan bạn.',
    en: 'Contact the personnel office of your agency.',
  },
  'no-card-in-use': {
    vi: 'Hãy liên hệ bộ phận cấp thẻ của cơ quan bạn.',
    en: 'Contact the card office of your agency.',
  },
  'synced-not-allowed': otherDevice,
  'proof-missing': confirmAgain,
  'proof-too-old': confirmAgain,
  'too-many': {
    vi: 'Hãy gỡ một khóa truy cập không còn dùng.',
    en: 'Remove a passkey that you no longer use.',
  },
  'already-registered': useCard,
  'algorithm-not-allowed': otherDevice,
  'attestation-wrong': otherDevice,
  'attestation-untrusted': otherDevice,
  'change-not-confirmed': {
    vi: 'Hãy quay lại trang Khóa truy cập của tôi và thử lại.',
    en: 'Go back to My passkeys and try again.',
  },
  'not-offered': {
    vi: 'Hãy đặt thẻ điện tử lên đầu đọc.',
    en: 'Place your e-card on the reader.',
  },
}

/** What the page shows of a refusal. The card may always be tried, so it can be retried. */
export function passkeyRefusalView(reason: PasskeyRefusalReason, language: Language): StateView {
  const refusal: PasskeyRefusal = passkeyRefusals[reason]
  return {
    state: 'refused',
    picture: 'fault',
    heading: refusal[language],
    advice: passkeyRefusalAdvice[reason][language],
    code: refusal.lookupCode,
    stopped: true,
  }
}
