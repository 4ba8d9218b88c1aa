import { AppError } from '../../errors.ts'
import type { ImportCounts } from './file-row.ts'

/** The file has rows that cannot be imported, and nobody said to leave them out. Nothing changed. */
export class ImportRefused extends AppError {
  readonly code = 'IMPORT_REFUSED'

  readonly counts: ImportCounts

  constructor(counts: ImportCounts, sentence = `${counts.refused} rows cannot be imported`) {
    super(sentence, { ...counts })
    this.counts = counts
  }
}

/** @throws ImportRefused */
export function checkNothingRefused(counts: ImportCounts, skipRefused: boolean): void {
  if (counts.refused > 0 && !skipRefused) throw new ImportRefused(counts)
}
