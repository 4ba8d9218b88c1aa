import { BatchRefused } from './batch-refused.ts'

/** Why a request cannot get its card, whatever card is put in. */
export type ItemFailure = 'holder-inactive' | 'already-has-card'

/** Ends the work on one request; the batch goes on. */
export class ItemFailed extends BatchRefused {
  readonly failure: ItemFailure

  constructor(failure: ItemFailure) {
    super('rows-refused', { failure })
    this.failure = failure
  }
}
