import { createAuditStore } from '../../audit/audit-store.ts'
import type { Clock } from '../../clock.ts'
import type { Database, Queryable } from '../../db/pool.ts'
import { InputInvalid } from '../../errors.ts'
import type { Random } from '../../random.ts'
import { createAgencyStore } from '../agency-store.ts'
import type { Agency } from '../agency.ts'
import { insertAgencies, updateAgencies } from './agency-import-store.ts'
import type { AgencyField } from './fields.ts'
import {
  createTally,
  type FileRow,
  type ImportCounts,
  type ImportRequest,
  type JudgedRow,
  type RowSource,
} from './file-row.ts'
import { checkNothingRefused } from './import-refused.ts'
import { judgeAgencies, type JudgedAgency } from './judge-agencies.ts'

export interface ImportAgenciesDeps {
  readonly db: Database
  readonly clock: Clock
  readonly random: Random
}

/** A tree is judged as a whole, so it has to fit into memory and one transaction. */
export const maxAgencyRows = 5_000

/** What the file would do; nothing is changed. @throws InputInvalid for too many rows */
export async function previewAgencies(
  { db }: Pick<ImportAgenciesDeps, 'db'>,
  source: RowSource<AgencyField>,
  onRow: (row: JudgedRow) => void,
): Promise<ImportCounts> {
  const judged = judgeAgencies(await gather(source), await createAgencyStore(db).list())
  return report(judged, onRow)
}

/**
 * Brings agencies in: new ones are added and known ones, by their code, changed. None is removed.
 * All of it happens in one transaction with an audit event per agency; again with the same file
 * it does nothing.
 *
 * @param onRow - told what becomes of each row, before anything is written
 * @throws ImportRefused, InputInvalid
 */
export async function importAgencies(
  { db, clock, random }: ImportAgenciesDeps,
  source: RowSource<AgencyField>,
  { onRow, ...request }: ImportRequest & { readonly onRow: (row: JudgedRow) => void },
): Promise<ImportCounts> {
  const rows = await gather(source)
  const at = clock.now()
  return db.inTransaction(async (tx) => {
    const known = await createAgencyStore(tx).list()
    const all = judgeAgencies(rows, known)
    const counts = report(all, onRow)
    checkNothingRefused(counts, request.skipRefused)
    await write(tx, all, { known, random })
    await audit(tx, all, { at, request })
    return counts
  })
}

async function gather(source: RowSource<AgencyField>): Promise<FileRow<AgencyField>[]> {
  const rows: FileRow<AgencyField>[] = []
  for await (const row of source.rows()) {
    rows.push(row)
    if (rows.length > maxAgencyRows)
      throw new InputInvalid(`more than ${maxAgencyRows} agencies in one file`, { field: 'rows' })
  }
  return rows
}

function report(judged: readonly JudgedAgency[], onRow: (row: JudgedRow) => void): ImportCounts {
  const tally = createTally()
  for (const { row } of judged) {
    tally.add(row)
    onRow(row)
  }
  return tally.counts()
}

async function write(
  tx: Queryable,
  judged: readonly JudgedAgency[],
  { known, random }: { known: readonly Agency[]; random: Random },
): Promise<void> {
  const fresh = judged.filter(({ row }) => row.outcome === 'new')
  const ids = new Map(known.map(({ code, id }) => [code, id]))
  for (const { wanted } of fresh) if (wanted !== null) ids.set(wanted.code, random.uuid())
  const toAgencies = (outcome: JudgedRow['outcome']): Agency[] =>
    judged.flatMap(({ row, wanted }) =>
      wanted === null || row.outcome !== outcome ? [] : [toAgency(wanted, ids)],
    )
  await insertAgencies(tx, toAgencies('new'))
  await updateAgencies(tx, toAgencies('changed'))
}

function toAgency(
  { code, name, kind, parentCode }: NonNullable<JudgedAgency['wanted']>,
  ids: ReadonlyMap<string, string>,
): Agency {
  const parentId = parentCode === null ? null : (ids.get(parentCode) ?? null)
  return { id: ids.get(code) ?? '', code, name, kind, parentId }
}

async function audit(
  tx: Queryable,
  judged: readonly JudgedAgency[],
  { at, request }: { at: Date; request: ImportRequest },
): Promise<void> {
  const log = createAuditStore(tx)
  for (const { row } of judged) {
    if (row.outcome !== 'new' && row.outcome !== 'changed') continue
    await log.append({
      at,
      event: row.outcome === 'new' ? 'agency.added' : 'agency.changed',
      outcome: 'succeeded',
      actor: request.actor,
      facts: {
        agency: row.key,
        file: request.fileSha256,
        line: row.line,
        changes: row.changes.map(({ field, from, to }) => `${field}: ${from} -> ${to}`).join('; '),
      },
    })
  }
}
