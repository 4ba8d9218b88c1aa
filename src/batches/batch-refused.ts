import { AppError, type Facts } from '../errors.ts'

/** Why a batch is refused as a whole; nothing was changed. Each has a text in every language. */
export const batchRefusalReasons = [
  'already-loaded',
  'approval-missing',
  'cancelled',
  'file-too-large',
  'lease-lost',
  'malformed',
  'not-readable',
  'nothing-to-retry',
  'own-card',
  'rows-refused',
  'same-signer',
  'signature-invalid',
  'signed-already',
  'signer-not-allowed',
  'signer-unknown',
  'too-many-requests',
  'unsigned',
] as const
export type BatchRefusalReason = (typeof batchRefusalReasons)[number]

interface Said {
  readonly cause?: unknown
  /** What people read, once the language is known. */
  readonly sentence?: string
}

/** `facts.signer` and `facts.signature` (from 1) say which signature, where one is meant. */
export class BatchRefused extends AppError {
  readonly code = 'BATCH_REFUSED'
  readonly reason: BatchRefusalReason

  constructor(reason: BatchRefusalReason, facts: Facts = {}, { cause, sentence }: Said = {}) {
    super(sentence ?? `batch refused: ${reason}`, { reason, ...facts }, cause)
    this.reason = reason
  }
}
