import { AppError, type Facts } from '../errors.ts'

export interface PassRefusal {
  /** What people read out to the help desk; never given to another reason. */
  readonly lookupCode: `ECARD-${number}`
  /** May hold `{time}`, see `PassRefusalDetails`. */
  readonly vi: string
  readonly en: string
}

/**
 * Why a pass was not taken: 170… what was typed, 171… the pass, 172… what it is used for, 173… too
 * many guesses. From 171 on (but for `code-wrong`) only who has the right code is told.
 */
export const passRefusals = {
  'number-mistyped': {
    lookupCode: 'ECARD-1701',
    vi: 'Số định danh hoặc mã số thuế chưa đúng',
    en: 'This is no national number or tax code',
  },
  'code-mistyped': {
    lookupCode: 'ECARD-1702',
    vi: 'Có chữ số gõ nhầm trong mã. Hãy xem lại từng nhóm',
    en: 'A digit of the code is mistyped. Look at each group again',
  },
  'code-wrong': {
    lookupCode: 'ECARD-1703',
    vi: 'Số hoặc mã tạm thời chưa đúng',
    en: 'The number or the temporary pass is wrong',
  },
  'not-yet-valid': {
    lookupCode: 'ECARD-1711',
    vi: 'Mã này dùng được từ {time}',
    en: 'This pass can be used from {time} on',
  },
  expired: {
    lookupCode: 'ECARD-1712',
    vi: 'Mã này đã hết hạn lúc {time}',
    en: 'This pass expired at {time}',
  },
  'used-up': {
    lookupCode: 'ECARD-1713',
    vi: 'Mã này đã dùng hết số lần',
    en: 'This pass has been used up',
  },
  withdrawn: {
    lookupCode: 'ECARD-1714',
    vi: 'Mã này đã bị hủy',
    en: 'This pass has been withdrawn',
  },
  'holder-inactive': {
    lookupCode: 'ECARD-1715',
    vi: 'Chủ thẻ không còn hoạt động',
    en: 'The holder is no longer active',
  },
  'other-application': {
    lookupCode: 'ECARD-1721',
    vi: 'Mã này không dùng cho ứng dụng này',
    en: 'This pass is not for this application',
  },
  'card-kind-not-admitted': {
    lookupCode: 'ECARD-1722',
    vi: 'Ứng dụng này dành cho loại chủ thẻ khác',
    en: 'This application is for holders of another kind of card',
  },
  'not-offered': {
    lookupCode: 'ECARD-1723',
    vi: 'Ứng dụng này không nhận mã tạm thời',
    en: 'This application does not accept temporary passes',
  },
  'too-many-tries': {
    lookupCode: 'ECARD-1731',
    vi: 'Đã thử sai quá nhiều lần ở đây. Thử lại được từ {time}',
    en: 'Too many wrong tries from here. Try again from {time} on',
  },
} as const satisfies Record<string, PassRefusal>

export type PassRefusalReason = keyof typeof passRefusals

export interface PassRefusalDetails {
  /** What the sentence's placeholder stands for; whoever shows it puts it into words. */
  readonly time?: Date
  /** Of `too-many-tries`. */
  readonly retryAfterSeconds?: number
  /** Of `too-many-tries`: this place has been told so before in this window. */
  readonly isRepeated?: boolean
}

/** A pass did not sign its holder in. Whatever could not be decided is another error. */
export class PassRefused extends AppError {
  readonly code = 'PASS_REFUSED'
  readonly reason: PassRefusalReason
  readonly details: PassRefusalDetails

  /** @param about.facts - `passId` and `holderId` only for who has the right code */
  constructor(
    reason: PassRefusalReason,
    about: { readonly facts?: Facts; readonly details?: PassRefusalDetails } = {},
  ) {
    super(`pass refused: ${reason}`, about.facts)
    this.reason = reason
    this.details = about.details ?? {}
  }
}
