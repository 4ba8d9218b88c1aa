import { passRefusals, type PassRefusalReason, type PassRefused } from '../../passes/refusal.ts'
import { fill, formatTime, type Language, type Text } from './language.ts'
import type { StateView } from './state-words.ts'

/** What the page of temporary passes says. */
export const passWords = {
  method: { vi: 'Mã tạm thời', en: 'Temporary pass' },
  methodAdvice: {
    vi: 'Quên thẻ? Cán bộ cấp thẻ cấp mã cho bạn khi gặp trực tiếp.',
    en: 'Forgot your card? An issuing officer who sees you in person gives you a pass.',
  },
  title: { vi: 'Đăng nhập bằng mã tạm thời', en: 'Sign in with a temporary pass' },
  number: {
    vi: 'Số định danh cá nhân (số CCCD) hoặc mã số thuế',
    en: 'National number, or tax code',
  },
  code: { vi: 'Mã tạm thời, 12 chữ số', en: 'Temporary pass, 12 digits' },
  codeHint: {
    vi: 'Có thể gõ liền hoặc cách nhóm, ví dụ 0000 0000 0000.',
    en: 'With or without spaces, such as 0000 0000 0000.',
  },
  submit: { vi: 'Đăng nhập', en: 'Sign in' },
  back: { vi: 'Quay lại các cách đăng nhập khác', en: 'Back to the other ways to sign in' },
  welcome: { vi: 'Xin chào {name}', en: 'Welcome, {name}' },
  welcomeAdvice: { vi: 'Đang mở {application}', en: 'Opening {application}' },
  goOn: { vi: 'Tiếp tục', en: 'Continue' },
} satisfies Record<string, Text>

const askOfficer: Text = {
  vi: 'Hãy xin cán bộ cấp thẻ một mã mới, hoặc đăng nhập bằng thẻ.',
  en: 'Ask the issuing officer for a new pass, or sign in with your card.',
}
const otherWay: Text = {
  vi: 'Hãy đăng nhập bằng thẻ điện tử.',
  en: 'Sign in with your e-card.',
}

/** What to do about each refusal; what happened is said by `passRefusals`. */
export const passRefusalAdvice: Readonly<Record<PassRefusalReason, Text>> = {
  'number-mistyped': {
    vi: 'Số định danh có 12 chữ số, mã số thuế có 10 hoặc 13 chữ số.',
    en: 'A national number has 12 digits, a tax code 10 or 13.',
  },
  'code-mistyped': {
    vi: 'Lần này không bị tính là thử sai.',
    en: 'This does not count as a wrong try.',
  },
  'code-wrong': {
    vi: 'Hãy so lại cả hai với phiếu cán bộ đã đưa. Không chắc thì xin một mã mới.',
    en: 'Compare both with the slip that the officer gave you. If in doubt, ask for a new pass.',
  },
  'not-yet-valid': {
    vi: 'Hãy thử lại khi đến giờ.',
    en: 'Try again when it is time.',
  },
  expired: askOfficer,
  'used-up': askOfficer,
  withdrawn: askOfficer,
  'holder-inactive': {
    vi: 'Hãy liên hệ bộ phận tổ chức cán bộ của cơ quan bạn.',
    en: 'Contact the personnel office of your agency.',
  },
  'other-application': askOfficer,
  'card-kind-not-admitted': otherWay,
  'not-offered': otherWay,
  'too-many-tries': {
    vi: 'Trong lúc chờ, hãy đăng nhập bằng thẻ, hoặc tại một máy tính có đầu đọc thẻ của cơ quan.',
    en: 'Until then sign in with your card, or at an office computer that has a card reader.',
  },
}

/** What happened, in one sentence. */
export function passRefusalText(
  { reason, details }: Pick<PassRefused, 'reason' | 'details'>,
  language: Language,
): string {
  const time = details.time === undefined ? '' : formatTime(details.time)
  return fill(passRefusals[reason][language], { time })
}

/** The refusal as a page of its own, where there is no form to show it in. */
export function passRefusalView(refused: PassRefused, language: Language): StateView {
  const { reason } = refused
  return {
    state: 'refused',
    picture: 'fault',
    heading: passRefusalText(refused, language),
    advice: passRefusalAdvice[reason][language],
    code: passRefusals[reason].lookupCode,
    stopped: true,
  }
}
