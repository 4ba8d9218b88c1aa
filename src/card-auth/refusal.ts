import { AppError, type Facts } from '../errors.ts'
import type { CardKind } from '../holders/card-kind.ts'

/** What the audit log calls a refusal: the second kind does not come about by mistake or age. */
export type RefusalEvent = 'card-auth.refused' | 'card-auth.forgery-suspected'

export interface Refusal {
  /** What people read out to the help desk; never given to another reason. */
  readonly lookupCode: `ECARD-${number}`
  /** May hold `{date}` or `{kinds}`, see `RefusalDetails`. */
  readonly vi: string
  readonly en: string
  readonly auditEvent: RefusalEvent
  /** Whether a new attempt, here and with this card, may well succeed. */
  readonly mayRetry: boolean
}

const refused = 'card-auth.refused'
const forged = 'card-auth.forgery-suspected'
const notOurCard = {
  vi: 'Thẻ này không phải thẻ điện tử do tỉnh cấp',
  en: 'This is not an e-card issued by the province',
} as const
const wrongKind = {
  vi: 'Chứng thư số không đúng với loại thẻ',
  en: 'The certificate does not fit this kind of card',
} as const
const doubtfulTerminal = {
  vi: 'Chưa xác nhận được máy đọc thẻ này',
  en: 'This card reader could not be confirmed',
} as const

/**
 * Why a card was turned down: 10… the challenge, 11… the token, 12… the certificate, 13… card and
 * holder, 14… the terminal, 15… what the application asks for.
 */
export const refusals = {
  'challenge-unknown': {
    lookupCode: 'ECARD-1001',
    vi: 'Lần đăng nhập này không còn hiệu lực',
    en: 'This sign-in is no longer valid',
    auditEvent: refused,
    mayRetry: true,
  },
  'challenge-used': {
    lookupCode: 'ECARD-1002',
    vi: 'Lần chạm thẻ này đã được dùng',
    en: 'This tap has been used already',
    auditEvent: forged,
    mayRetry: true,
  },
  'challenge-expired': {
    lookupCode: 'ECARD-1003',
    vi: 'Đã quá thời gian. Bấm để thử lại',
    en: 'Timed out. Press to try again',
    auditEvent: refused,
    mayRetry: true,
  },
  'challenge-other-browser': {
    lookupCode: 'ECARD-1004',
    vi: 'Lần đăng nhập này bắt đầu ở trình duyệt khác',
    en: 'This sign-in began in another browser',
    auditEvent: forged,
    mayRetry: true,
  },
  'token-missing': {
    lookupCode: 'ECARD-1101',
    vi: 'Chưa nhận được dữ liệu từ thẻ',
    en: 'Nothing has arrived from the card',
    auditEvent: refused,
    mayRetry: true,
  },
  'token-malformed': {
    lookupCode: 'ECARD-1102',
    vi: 'Dữ liệu từ thẻ chưa trọn vẹn',
    en: 'What the card sent is incomplete',
    auditEvent: refused,
    mayRetry: true,
  },
  'algorithm-not-allowed': {
    lookupCode: 'ECARD-1103',
    vi: 'Thẻ dùng thuật toán ký không được chấp nhận',
    en: 'The card uses a signature algorithm that is not accepted',
    auditEvent: refused,
    mayRetry: false,
  },
  'card-signature-wrong': {
    lookupCode: 'ECARD-1104',
    vi: 'Thẻ chưa xác nhận được lần đăng nhập này',
    en: 'The card could not confirm this sign-in',
    auditEvent: forged,
    mayRetry: true,
  },
  'certificate-unknown': {
    lookupCode: 'ECARD-1201',
    ...notOurCard,
    auditEvent: forged,
    mayRetry: false,
  },
  'chain-untrusted': {
    lookupCode: 'ECARD-1202',
    ...notOurCard,
    auditEvent: refused,
    mayRetry: false,
  },
  'certificate-expired': {
    lookupCode: 'ECARD-1203',
    vi: 'Chứng thư số trên thẻ đã hết hạn ngày {date}',
    en: 'The certificate on this card expired on {date}',
    auditEvent: refused,
    mayRetry: false,
  },
  'certificate-not-yet-valid': {
    lookupCode: 'ECARD-1204',
    vi: 'Chứng thư số trên thẻ chưa có hiệu lực trước ngày {date}',
    en: 'The certificate on this card is not valid before {date}',
    auditEvent: refused,
    mayRetry: false,
  },
  'certificate-revoked': {
    lookupCode: 'ECARD-1205',
    vi: 'Chứng thư số trên thẻ đã bị thu hồi',
    en: 'The certificate on this card has been revoked',
    auditEvent: refused,
    mayRetry: false,
  },
  'certificate-suspended': {
    lookupCode: 'ECARD-1206',
    vi: 'Chứng thư số trên thẻ đang tạm khóa',
    en: 'The certificate on this card is suspended',
    auditEvent: refused,
    mayRetry: false,
  },
  'certificate-kind-mismatch': {
    lookupCode: 'ECARD-1207',
    ...wrongKind,
    auditEvent: forged,
    mayRetry: false,
  },
  'certificate-slot-mismatch': {
    lookupCode: 'ECARD-1208',
    vi: 'Thẻ đã trả lời bằng khóa không dùng cho lần đăng nhập này',
    en: 'The card answered with a key that is not meant for this sign-in',
    auditEvent: forged,
    mayRetry: true,
  },
  'card-unknown': {
    lookupCode: 'ECARD-1301',
    ...notOurCard,
    auditEvent: refused,
    mayRetry: false,
  },
  'card-not-active': {
    lookupCode: 'ECARD-1302',
    vi: 'Thẻ chưa được kích hoạt',
    en: 'This card has not been activated',
    auditEvent: refused,
    mayRetry: false,
  },
  'card-suspended': {
    lookupCode: 'ECARD-1303',
    vi: 'Thẻ đang tạm khóa từ {date}',
    en: 'This card is suspended since {date}',
    auditEvent: refused,
    mayRetry: false,
  },
  'card-revoked': {
    lookupCode: 'ECARD-1304',
    vi: 'Thẻ đã bị thu hồi',
    en: 'This card has been revoked',
    auditEvent: refused,
    mayRetry: false,
  },
  'card-expired': {
    lookupCode: 'ECARD-1305',
    vi: 'Thẻ đã hết hạn ngày {date}',
    en: 'This card expired on {date}',
    auditEvent: refused,
    mayRetry: false,
  },
  'holder-inactive': {
    lookupCode: 'ECARD-1306',
    vi: 'Chủ thẻ không còn hoạt động',
    en: 'The holder of this card is no longer active',
    auditEvent: refused,
    mayRetry: false,
  },
  'terminal-withdrawn': {
    lookupCode: 'ECARD-1401',
    vi: 'Máy đọc thẻ này đã ngừng sử dụng',
    en: 'This card reader has been taken out of service',
    auditEvent: refused,
    mayRetry: false,
  },
  'terminal-signature-missing': {
    lookupCode: 'ECARD-1402',
    ...doubtfulTerminal,
    auditEvent: forged,
    mayRetry: false,
  },
  'terminal-signature-wrong': {
    lookupCode: 'ECARD-1403',
    ...doubtfulTerminal,
    auditEvent: forged,
    mayRetry: false,
  },
  'origin-mismatch': {
    lookupCode: 'ECARD-1404',
    vi: 'Máy đọc thẻ này được ghi danh ở một địa chỉ khác',
    en: 'This card reader is enrolled at another address',
    auditEvent: forged,
    mayRetry: false,
  },
  'pin-required': {
    lookupCode: 'ECARD-1501',
    vi: 'Ứng dụng này cần thẻ và mã PIN',
    en: 'This application needs card and PIN',
    auditEvent: refused,
    mayRetry: true,
  },
  'tap-at-personal-terminal': {
    lookupCode: 'ECARD-1502',
    vi: 'Trên máy cá nhân cần thẻ và mã PIN',
    en: 'A personal computer needs card and PIN',
    auditEvent: refused,
    mayRetry: false,
  },
  'card-kind-not-admitted': {
    lookupCode: 'ECARD-1503',
    vi: 'Ứng dụng này chỉ dành cho {kinds}',
    en: 'This application is only for {kinds}',
    auditEvent: refused,
    mayRetry: true,
  },
} as const satisfies Record<string, Refusal>

export type RefusalReason = keyof typeof refusals

/** What the sentence's placeholders stand for; whoever shows it puts it into words. */
export interface RefusalDetails {
  readonly date?: Date
  readonly kinds?: readonly CardKind[]
}

/** A card did not sign its holder in. Whatever could not be decided is another error. */
export class CardRefused extends AppError {
  readonly code = 'CARD_REFUSED'
  readonly reason: RefusalReason
  readonly details: RefusalDetails

  /** @param about.facts - `cardUuid` and `holderId` only once the card has proved its key */
  constructor(
    reason: RefusalReason,
    about: {
      readonly facts?: Facts
      readonly details?: RefusalDetails
      readonly cause?: unknown
    } = {},
  ) {
    super(`card refused: ${reason}`, about.facts, about.cause)
    this.reason = reason
    this.details = about.details ?? {}
  }
}
