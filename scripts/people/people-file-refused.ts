import { AppError, type Facts } from '../../src/errors.ts'

/** Why a file cannot be read as a list of people or offices. Each has a text in every language. */
export const fileFaultReasons = [
  'columns-ambiguous',
  'columns-missing',
  'csv-broken',
  'empty',
  'encrypted',
  'entry-too-large',
  'file-too-large',
  'mapping-column-missing',
  'mapping-invalid',
  'not-a-workbook',
  'not-readable',
  'not-utf-8',
  'old-workbook',
  'output-exists',
  'sheet-choice',
  'sheet-unknown',
  'too-many-merges',
  'too-many-rows',
  'utf-16',
  'workbook-damaged',
] as const
export type FileFaultReason = (typeof fileFaultReasons)[number]

interface Said {
  readonly cause?: unknown
  /** What people read, once the language is known. */
  readonly sentence?: string
}

/** The file as a whole is refused; nothing has been changed. `facts.reason` says why. */
export class PeopleFileRefused extends AppError {
  readonly code = 'PEOPLE_FILE_REFUSED'
  readonly reason: FileFaultReason

  constructor(reason: FileFaultReason, facts: Facts = {}, { cause, sentence }: Said = {}) {
    super(sentence ?? `file refused: ${reason}`, { reason, ...facts }, cause)
    this.reason = reason
  }
}
