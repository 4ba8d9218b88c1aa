import { AppError, type Facts } from '../errors.ts'

export type PassNotIssuedReason =
  /** The person has left. */
  | 'holder-inactive'
  /** A number of another form could not be typed. */
  | 'holder-without-number'
  /** Cards of several kinds, or of none: somebody has to say what the holder comes as. */
  | 'kind-open'
  /** Organisations come as enterprises, persons as anything else. */
  | 'kind-wrong'
  | 'lasts-wrong'
  | 'uses-wrong'
  /** An application is unknown, asks for more than a pass, or is for holders of another kind. */
  | 'application-unknown'
  | 'application-level'
  | 'application-kind'

/** A pass was not made; `reason` chooses what the officer reads. */
export class PassNotIssued extends AppError {
  readonly code = 'PASS_NOT_ISSUED'
  readonly reason: PassNotIssuedReason

  constructor(
    reason: PassNotIssuedReason,
    facts: Facts = {},
    about: { readonly sentence?: string; readonly cause?: unknown } = {},
  ) {
    super(about.sentence ?? `pass not issued: ${reason}`, { ...facts, reason }, about.cause)
    this.reason = reason
  }
}
