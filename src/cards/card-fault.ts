import { AppError, type Facts } from '../errors.ts'

/** What can be wrong with a card at the desk, or with the way to it. */
export const cardFaultReasons = [
  'another-card',
  'attestation-missing',
  'attestation-refused',
  'card-blank',
  'card-defect',
  'card-ended',
  'card-full',
  'card-in-use',
  'card-removed',
  'card-suspended',
  'card-temporary',
  'card-unfinished',
  'does-not-verify',
  'holder-inactive',
  'holder-of-another-kind',
  'no-card',
  'no-such-reader',
  'not-a-piv-card',
  'not-authorised',
  'not-due',
  'not-over-this-interface',
  'not-supported',
  'pin-blocked',
  'pin-cancelled',
  'pin-too-simple',
  'puk-blocked',
  'reader-gone',
  'selection-lost',
  'someone-elses-card',
  'storage-card',
  'two-cards',
  'unexpected-answer',
  'unknown-card',
  'wrong-management-key',
  'wrong-pin',
  'wrong-puk',
] as const
export type CardFaultReason = (typeof cardFaultReasons)[number]

/** A card at the desk was refused or failed; `reason` chooses what people read. */
export class CardFault extends AppError {
  readonly code = 'CARD_FAULT'
  readonly reason: CardFaultReason

  /** @param details.sentence - what people read, once the language is known */
  constructor(
    reason: CardFaultReason,
    facts: Facts = {},
    { cause, sentence }: { readonly cause?: unknown; readonly sentence?: string } = {},
  ) {
    super(sentence ?? `card: ${reason}`, { reason, ...facts }, cause)
    this.reason = reason
  }
}
