import { AppError, type Facts } from '../errors.ts'

/** What the audit log calls a refusal: the second kind does not come about by mistake or age. */
export type PasskeyRefusalEvent = 'passkey.refused' | 'passkey.forgery-suspected'

export interface PasskeyRefusal {
  /** What people read out to the help desk; never given to another reason. */
  readonly lookupCode: `ECARD-${number}`
  readonly vi: string
  readonly en: string
  readonly auditEvent: PasskeyRefusalEvent
}

const refused = 'passkey.refused'
const forged = 'passkey.forgery-suspected'
const notConfirmed = {
  vi: 'Chưa xác nhận được khóa truy cập này',
  en: 'This passkey could not be confirmed',
} as const
const unknown = {
  vi: 'Khóa truy cập này chưa được đăng ký ở đây',
  en: 'This passkey is not registered here',
} as const

/**
 * Why a passkey was turned down: 160… the challenge, 161… what the browser and the device say,
 * 162… the key, 163… whose it is, 164… a registration, 165… what the application asks for.
 */
export const passkeyRefusals = {
  'challenge-unknown': {
    lookupCode: 'ECARD-1601',
    vi: 'Lần xác nhận này không còn hiệu lực',
    en: 'This confirmation is no longer valid',
    auditEvent: refused,
  },
  'challenge-used': {
    lookupCode: 'ECARD-1602',
    vi: 'Lần xác nhận này đã được dùng',
    en: 'This confirmation has been used already',
    auditEvent: forged,
  },
  'challenge-expired': {
    lookupCode: 'ECARD-1603',
    vi: 'Đã quá thời gian. Bấm để thử lại',
    en: 'Timed out. Press to try again',
    auditEvent: refused,
  },
  'challenge-other-browser': {
    lookupCode: 'ECARD-1604',
    vi: 'Lần xác nhận này bắt đầu ở trình duyệt khác',
    en: 'This confirmation began in another browser',
    auditEvent: forged,
  },
  'response-malformed': {
    lookupCode: 'ECARD-1611',
    vi: 'Dữ liệu từ trình duyệt chưa trọn vẹn',
    en: 'What the browser sent is incomplete',
    auditEvent: refused,
  },
  'challenge-mismatch': { lookupCode: 'ECARD-1612', ...notConfirmed, auditEvent: forged },
  'origin-mismatch': {
    lookupCode: 'ECARD-1613',
    vi: 'Khóa truy cập đã được hỏi ở một trang khác',
    en: 'The passkey was asked for by another site',
    auditEvent: forged,
  },
  'rp-id-mismatch': {
    lookupCode: 'ECARD-1614',
    vi: 'Khóa truy cập này thuộc về một trang khác',
    en: 'This passkey belongs to another site',
    auditEvent: forged,
  },
  'embedded-elsewhere': {
    lookupCode: 'ECARD-1615',
    vi: 'Trang này đang bị mở bên trong một trang khác',
    en: 'This page is shown inside another site',
    auditEvent: forged,
  },
  'user-not-present': { lookupCode: 'ECARD-1616', ...notConfirmed, auditEvent: refused },
  'user-verification-missing': {
    lookupCode: 'ECARD-1617',
    vi: 'Thiết bị chưa hỏi vân tay, khuôn mặt hoặc mã mở khóa của bạn',
    en: 'The device has not asked for your fingerprint, face or screen lock',
    auditEvent: refused,
  },
  'passkey-unknown': { lookupCode: 'ECARD-1621', ...unknown, auditEvent: refused },
  'user-handle-mismatch': { lookupCode: 'ECARD-1622', ...unknown, auditEvent: forged },
  'signature-wrong': { lookupCode: 'ECARD-1623', ...notConfirmed, auditEvent: forged },
  'counter-went-back': {
    lookupCode: 'ECARD-1624',
    vi: 'Khóa truy cập này có dấu hiệu bị sao chép và đã ngừng dùng',
    en: 'There may be a copy of this passkey; it has been taken out of use',
    auditEvent: forged,
  },
  'backup-changed': { lookupCode: 'ECARD-1625', ...notConfirmed, auditEvent: forged },
  'used-meanwhile': {
    lookupCode: 'ECARD-1626',
    vi: 'Khóa truy cập này vừa được dùng hoặc vừa bị thay đổi',
    en: 'This passkey has just been used or changed elsewhere',
    auditEvent: refused,
  },
  'passkey-revoked': {
    lookupCode: 'ECARD-1631',
    vi: 'Khóa truy cập này đã bị gỡ bỏ',
    en: 'This passkey has been removed',
    auditEvent: refused,
  },
  'passkey-flagged': {
    lookupCode: 'ECARD-1632',
    vi: 'Khóa truy cập này đã ngừng dùng vì có dấu hiệu bị sao chép',
    en: 'This passkey is out of use because there may be a copy of it',
    auditEvent: refused,
  },
  'holder-inactive': {
    lookupCode: 'ECARD-1633',
    vi: 'Chủ thẻ không còn hoạt động',
    en: 'The holder is no longer active',
    auditEvent: refused,
  },
  'no-card-in-use': {
    lookupCode: 'ECARD-1634',
    vi: 'Khóa truy cập tạm ngừng vì thẻ của bạn đang khóa hoặc đã hết hiệu lực',
    en: 'The passkey is paused because your card is suspended or no longer valid',
    auditEvent: refused,
  },
  'synced-not-allowed': {
    lookupCode: 'ECARD-1635',
    vi: 'Ở đây không nhận khóa truy cập được đồng bộ giữa các thiết bị',
    en: 'Passkeys that are synced between devices are not accepted here',
    auditEvent: refused,
  },
  'proof-missing': {
    lookupCode: 'ECARD-1641',
    vi: 'Cần xác nhận bằng thẻ và mã PIN trước khi thêm khóa truy cập',
    en: 'Confirm with card and PIN before adding a passkey',
    auditEvent: refused,
  },
  'proof-too-old': {
    lookupCode: 'ECARD-1642',
    vi: 'Lần xác nhận bằng thẻ đã quá năm phút',
    en: 'Your card was confirmed more than five minutes ago',
    auditEvent: refused,
  },
  'too-many': {
    lookupCode: 'ECARD-1643',
    vi: 'Bạn đã có mười khóa truy cập',
    en: 'You have ten passkeys already',
    auditEvent: refused,
  },
  'already-registered': {
    lookupCode: 'ECARD-1644',
    vi: 'Khóa truy cập này đã được đăng ký',
    en: 'This passkey is registered already',
    auditEvent: refused,
  },
  'algorithm-not-allowed': {
    lookupCode: 'ECARD-1645',
    vi: 'Thiết bị dùng thuật toán ký không được chấp nhận',
    en: 'The device uses a signature algorithm that is not accepted',
    auditEvent: refused,
  },
  'attestation-wrong': {
    lookupCode: 'ECARD-1646',
    vi: 'Chứng nhận của thiết bị không đúng',
    en: 'The statement of the device about itself is wrong',
    auditEvent: forged,
  },
  'attestation-untrusted': {
    lookupCode: 'ECARD-1647',
    vi: 'Loại thiết bị này chưa được tỉnh chấp nhận',
    en: 'This model of device is not accepted by the province',
    auditEvent: refused,
  },
  'change-not-confirmed': {
    lookupCode: 'ECARD-1648',
    vi: 'Cần xác nhận lại bằng thẻ hoặc khóa truy cập trước khi thay đổi',
    en: 'Confirm with your card or a passkey before you change anything',
    auditEvent: refused,
  },
  'not-offered': {
    lookupCode: 'ECARD-1651',
    vi: 'Ứng dụng này chỉ nhận thẻ điện tử',
    en: 'This application accepts the e-card alone',
    auditEvent: refused,
  },
} as const satisfies Record<string, PasskeyRefusal>

export type PasskeyRefusalReason = keyof typeof passkeyRefusals

/** A passkey was not registered or did not sign in. What could not be decided is another error. */
export class PasskeyRefused extends AppError {
  readonly code = 'PASSKEY_REFUSED'
  readonly reason: PasskeyRefusalReason

  /** @param about.facts - `passkeyId` and `holderId` only once the passkey has proved its key */
  constructor(
    reason: PasskeyRefusalReason,
    about: { readonly facts?: Facts; readonly cause?: unknown } = {},
  ) {
    super(`passkey refused: ${reason}`, about.facts, about.cause)
    this.reason = reason
  }
}
