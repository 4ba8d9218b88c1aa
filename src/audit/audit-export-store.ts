import type { Queryable } from '../db/pool.ts'
import { auditConditions, type AuditFilter } from './audit-filter.ts'
import { recordColumns, toRecord, type AuditRecord, type RecordRow } from './audit-record.ts'

/** A link with what is needed to check it alone. */
export interface ExportedLink {
  readonly seq: number
  readonly hash: Buffer
  /** The hash of the link before; null for the first, and where that one is gone. */
  readonly previous: Buffer | null
  /** Null where the event is gone. */
  readonly event: AuditRecord | null
}

/** Links after `afterSeq` and up to `upToSeq` whose events fit; without a filter, all of them. */
export async function readExport(
  db: Queryable,
  range: { readonly afterSeq: number; readonly upToSeq: number },
  filter: AuditFilter,
): Promise<ExportedLink[]> {
  const { sql, values } = auditConditions(filter, 2)
  const { rows } = await db.query<
    { seq: string; hash: Buffer; previous: Buffer | null } & FoundRow
  >(
    `select l.seq, l.hash, before.hash as previous, ${recordColumns}
     from audit_links l left join audit_links before on before.seq = l.seq - 1
       left join audit_events e on e.id = l.event_id
     where l.seq > $1 and l.seq <= $2 ${sql} order by l.seq`,
    [range.afterSeq, range.upToSeq, ...values],
  )
  return rows.map((row) => ({
    seq: Number(row.seq),
    hash: row.hash,
    previous: row.previous,
    event: row.id === null ? null : toRecord(row),
  }))
}

type FoundRow = RecordRow | { id: null }
