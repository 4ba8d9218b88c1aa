import type { Clock } from '../../clock.ts'
import type { Database } from '../../db/pool.ts'
import type { Random } from '../../random.ts'
import { createAgencyStore } from '../agency-store.ts'
import type { HolderField } from './fields.ts'
import {
  createTally,
  type FileRow,
  type ImportCounts,
  type ImportRequest,
  type JudgedRow,
  type RowSource,
} from './file-row.ts'
import type { ImportArea } from './import-area.ts'
import { checkNothingRefused } from './import-refused.ts'
import { readHolderRow } from './holder-rows.ts'
import { indexAgencies, judgeHolders, type JudgeContext } from './judge-holders.ts'
import { surveyHolders } from './survey-holders.ts'
import { writeHolders } from './write-holders.ts'

export interface ImportHoldersDeps {
  readonly db: Database
  readonly clock: Clock
  readonly random: Random
  /** Whom the rows may concern; without this, everybody. */
  readonly area?: ImportArea
}

/** Rows that are judged and written at a time. */
const batchRows = 500
/** Appending to the audit may make others wait: transactions that do are kept short. */
const writtenRows = 200

/**
 * What the file would do, row by row in the order of the file; nothing is changed. The file is
 * read twice and never held.
 */
export async function previewHolders(
  deps: Pick<ImportHoldersDeps, 'db' | 'area'>,
  source: RowSource<HolderField>,
  onRow: (row: JudgedRow) => void,
): Promise<ImportCounts> {
  return preview(deps, source, { context: await contextOf(deps, source), onRow })
}

/**
 * Brings persons and organisations in: new ones are added and known ones, by their number, changed.
 * None is removed. Offices and organisations that a row names replace the ones that the person
 * had; a row that names none leaves them.
 *
 * Each batch is one transaction with an audit event per holder. Where it is cut off, the batches
 * before stay, and the same file again does what is left.
 *
 * @param onRow - told what becomes of each row, in the file's order, before anything is written
 * @throws ImportRefused when rows are refused and nobody said to leave them out; nothing changed
 * @throws Duplicate when somebody else added a holder of the file at the same moment; run it again
 */
export async function importHolders(
  deps: ImportHoldersDeps,
  source: RowSource<HolderField>,
  { onRow, ...request }: ImportRequest & { readonly onRow: (row: JudgedRow) => void },
): Promise<ImportCounts> {
  const context = await contextOf(deps, source)
  // 1. Is the whole file in order?
  const expected = await preview(deps, source, { context, onRow })
  checkNothingRefused(expected, request.skipRefused)
  // 2. Organisations first: persons of the same file may act for them.
  const tally = createTally()
  const write = { context, request, tally }
  const isFirst = (row: FileRow<HolderField>): boolean =>
    context.survey.organisations.size > 0 && readHolderRow(row).type === 'organisation'
  if (context.survey.organisations.size > 0) await writeAll(deps, onlyThose(source, isFirst), write)
  await writeAll(
    deps,
    onlyThose(source, (row) => !isFirst(row)),
    write,
  )
  return tally.counts()
}

async function contextOf(
  { db, area = null }: Pick<ImportHoldersDeps, 'db' | 'area'>,
  source: RowSource<HolderField>,
): Promise<JudgeContext> {
  const survey = await surveyHolders(source)
  return { survey, area, agencies: indexAgencies(await createAgencyStore(db).list()) }
}

interface Reading {
  readonly context: JudgeContext
  readonly onRow: (row: JudgedRow) => void
}

async function preview(
  { db }: Pick<ImportHoldersDeps, 'db'>,
  source: RowSource<HolderField>,
  { context, onRow }: Reading,
): Promise<ImportCounts> {
  const tally = createTally()
  for await (const rows of batches(source.rows(), batchRows)) {
    for (const { row } of await judgeHolders(db, rows, context)) {
      tally.add(row)
      onRow(row)
    }
  }
  return tally.counts()
}

interface Writing {
  readonly context: JudgeContext
  readonly request: ImportRequest
  readonly tally: ReturnType<typeof createTally>
}

async function writeAll(
  { db, clock, random }: ImportHoldersDeps,
  rows: AsyncIterable<FileRow<HolderField>>,
  { context, request, tally }: Writing,
): Promise<void> {
  const { agencies } = context
  for await (const batch of batches(rows, writtenRows)) {
    const at = clock.now()
    const judged = await db.inTransaction(async (tx) => {
      const all = await judgeHolders(tx, batch, context)
      await writeHolders(tx, all, { agencies, random, at, request })
      return all
    })
    for (const { row } of judged) tally.add(row)
  }
}

async function* onlyThose(
  source: RowSource<HolderField>,
  isWanted: (row: FileRow<HolderField>) => boolean,
): AsyncGenerator<FileRow<HolderField>> {
  for await (const row of source.rows()) if (isWanted(row)) yield row
}

async function* batches<T>(rows: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = []
  for await (const row of rows) {
    batch.push(row)
    if (batch.length < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
