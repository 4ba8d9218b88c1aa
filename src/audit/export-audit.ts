import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Database, Queryable } from '../db/pool.ts'
import { readExport, type ExportedLink } from './audit-export-store.ts'
import type { AuditFilter } from './audit-filter.ts'
import { canonicalEvent, chainStart } from './canonical-event.ts'
import { readTail, readWaiting } from './chain-store.ts'
import { readCheckpoints, type StoredCheckpoint } from './checkpoint-store.ts'

export interface ExportSummary {
  readonly events: number
  /** Events that are not linked yet, and not in the export. */
  readonly waiting: number
}

/** How many links are looked at in one statement. */
const windowSize = 5_000

/**
 * Writes the chain as it is at one instant, a line of JSON for each link and each checkpoint, in
 * the order of the chain. Memory does not grow with it.
 *
 * - `{"type":"event","seq":1,"previous":"<hex>","hash":"<hex>","event":{…}}`. What follows
 *   `"event":` up to the last brace are the canonical bytes of the event, so each line can be checked
 *   by itself: `hash = SHA-256(previous || event)`; and without a filter, each `previous` is the
 *   `hash` of the line before. `event` is null where the event was removed.
 * - `{"type":"checkpoint","number":1,"seq":1,"jws":"…"}`, after the event that it signs. The payload
 *   of the JWS repeats number and seq and holds the hash. All are written, whatever the filter.
 */
export async function exportAudit(
  db: Pick<Database, 'inTransaction'>,
  filter: AuditFilter,
  out: { readonly stream: Writable; readonly isKeptOpen?: boolean },
): Promise<ExportSummary> {
  return db.inTransaction(async (tx) => {
    await tx.query('set transaction isolation level repeatable read, read only')
    const count = { events: 0 }
    const lines = Readable.from(exportLines(tx, filter, count))
    await pipeline(lines, out.stream, { end: out.isKeptOpen !== true })
    return { events: count.events, waiting: (await readWaiting(tx)).count }
  })
}

async function* exportLines(
  tx: Queryable,
  filter: AuditFilter,
  count: { events: number },
): AsyncGenerator<string> {
  const end = (await readTail(tx))?.seq ?? 0
  for (let afterSeq = 0; afterSeq < end; afterSeq += windowSize) {
    const range = { afterSeq, upToSeq: Math.min(afterSeq + windowSize, end) }
    const links = await readExport(tx, range, filter)
    const checkpoints = await readCheckpoints(tx, range)
    count.events += links.length
    const lines = merge(links, checkpoints)
    if (lines.length > 0) yield `${lines.join('\n')}\n`
  }
}

function merge(links: readonly ExportedLink[], checkpoints: readonly StoredCheckpoint[]): string[] {
  const lines = [
    ...links.map((link) => ({ seq: link.seq, line: eventLine(link) })),
    ...checkpoints.map((one) => ({ seq: one.seq, line: checkpointLine(one) })),
  ]
  // The sort is stable: an event stays before its checkpoint.
  return lines.sort((a, b) => a.seq - b.seq).map(({ line }) => line)
}

function eventLine({ seq, hash, previous, event }: ExportedLink): string {
  const before = (seq === 1 ? chainStart : previous)?.toString('hex') ?? null
  const head = JSON.stringify({ type: 'event', seq, previous: before, hash: hash.toString('hex') })
  return `${head.slice(0, -1)},"event":${event === null ? 'null' : canonicalEvent(event)}}`
}

function checkpointLine({ number, seq, jws }: StoredCheckpoint): string {
  return JSON.stringify({ type: 'checkpoint', number, seq, jws })
}
