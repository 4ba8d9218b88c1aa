import { createHash } from 'node:crypto'
import { createAuditStore } from '../audit/audit-store.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../db/pool.ts'
import type { FileRow, RowSource } from '../holders/import/file-row.ts'
import type { Random } from '../random.ts'
import { batchLimits, type BatchContent, type CardRequest } from './batch.ts'
import { draftBatchFile, readBatchFile } from './batch-file.ts'
import { BatchRefused } from './batch-refused.ts'
import { findHoldersByNumber, type BatchHolder } from './batch-row-store.ts'
import { judgeRequests } from './judge-requests.ts'
import { listBeyondReach } from './operator-reach-store.ts'
import { fault, kindNamed, pinModeNamed, type RequestFault } from './row-faults.ts'

export type BatchField = 'nationalNumber' | 'taxCode' | 'kind' | 'pin' | 'replaces' | 'photo'

export interface PrepareBatchDeps {
  readonly db: Database
  readonly clock: Clock
  readonly random: Random
  /** What is in a photograph's file; a fault where it is not there or is none. */
  readonly photoOf: (file: string) => Promise<{ readonly sha256: string } | RequestFault>
}

export interface JudgedRequest {
  /** As an editor counts. */
  readonly line: number
  /** National number or tax code as the row has it; null where it has none. */
  readonly number: string | null
  readonly name: string | null
  /** Only where nothing speaks against it. */
  readonly request: CardRequest | null
  readonly faults: readonly RequestFault[]
}

/**
 * What each row asks for, and what speaks against it. Nothing is written.
 *
 * @throws BatchRefused `too-many-requests`
 */
export async function judgeBatchRows(
  deps: PrepareBatchDeps,
  source: RowSource<BatchField>,
): Promise<JudgedRequest[]> {
  const rows: FileRow<BatchField>[] = []
  for await (const row of source.rows()) {
    if (rows.push(row) > batchLimits.requests)
      throw new BatchRefused('too-many-requests', { limit: batchLimits.requests })
  }
  const numbers = rows.flatMap((row) => numberOf(row) ?? [])
  const found = await findHoldersByNumber(deps.db, numbers)
  const holders = new Map(found.map((holder) => [holder.number, holder]))
  const read: JudgedRequest[] = []
  for (const row of rows) read.push(await readRow(deps, row, holders))
  const standing = await judgeRequests(
    deps.db,
    read.flatMap(({ request }) => request ?? []),
  )
  return read.map((one) => {
    const faults = [...one.faults, ...(standing.get(one.request?.id ?? '') ?? [])]
    return { ...one, faults, request: faults.length === 0 ? one.request : null }
  })
}

function numberOf({ texts }: FileRow<BatchField>): string | null {
  return texts.nationalNumber ?? texts.taxCode ?? null
}

async function readRow(
  deps: PrepareBatchDeps,
  row: FileRow<BatchField>,
  holders: ReadonlyMap<string, BatchHolder>,
): Promise<JudgedRequest> {
  const { texts, line } = row
  const number = numberOf(row)
  const holder = number === null ? undefined : holders.get(number)
  const kind = kindNamed(texts.kind ?? '')
  const pin = pinModeNamed(texts.pin ?? null)
  const replaces = readReplaced(texts.replaces ?? null)
  const photo = await readPhoto(deps, texts.photo ?? null)
  const faults = [
    ...row.faults.map(({ reason, at }) => fault(reason as RequestFault['reason'], at)),
    ...judgeNumber(row, holder),
    ...(texts.kind === undefined || texts.kind === null ? [fault('value-missing', 'kind')] : []),
    ...(texts.kind && kind === null ? [fault('kind-unknown', texts.kind)] : []),
    ...(pin === null ? [fault('pin-unknown', texts.pin ?? null)] : []),
    ...(isFault(replaces) ? [replaces] : []),
    ...(isFault(photo) ? [photo] : []),
  ]
  const isWhole =
    faults.length === 0 && holder && kind && pin && !isFault(replaces) && !isFault(photo)
  const request = isWhole
    ? { id: deps.random.uuid(), holderId: holder.id, kind, pin, replaces, photo }
    : null
  return { line, number, name: holder?.name ?? null, request, faults }
}

function judgeNumber(row: FileRow<BatchField>, holder: BatchHolder | undefined): RequestFault[] {
  const number = numberOf(row)
  if (row.texts.nationalNumber && row.texts.taxCode) return [fault('two-numbers')]
  // What its cell could not be read for, says so itself.
  if (number === null) return row.faults.length > 0 ? [] : [fault('value-missing', 'holder')]
  return holder === undefined ? [fault('holder-unknown', number)] : []
}

function readReplaced(text: string | null): string | null | RequestFault {
  if (text === null) return null
  const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
  return isUuid ? text.toLowerCase() : fault('card-unknown', text)
}

async function readPhoto(
  { photoOf }: PrepareBatchDeps,
  file: string | null,
): Promise<CardRequest['photo'] | RequestFault> {
  if (file === null) return null
  const found = await photoOf(file)
  return 'sha256' in found ? { file, sha256: found.sha256 } : found
}

function isFault(value: string | object | null): value is RequestFault {
  return value !== null && typeof value === 'object' && 'reason' in value
}

/** The same rows, those refused for whom this operator may not have cards made. */
export async function withinReach(
  { db }: Pick<PrepareBatchDeps, 'db'>,
  rows: readonly JudgedRequest[],
  operatorId: string,
): Promise<JudgedRequest[]> {
  const holderIds = rows.flatMap(({ request }) => request?.holderId ?? [])
  const question = { operatorId, action: 'batch.prepare', holderIds } as const
  const beyond = new Set(await listBeyondReach(db, question))
  return rows.map((row) => {
    if (!beyond.has(row.request?.holderId ?? '')) return row
    return { ...row, request: null, faults: [...row.faults, fault('not-in-your-agency')] }
  })
}

/**
 * The file that is to be signed, of the requests that nothing speaks against.
 *
 * @throws BatchRefused `rows-refused` where there is none
 */
export async function prepareBatch(
  { db, clock, random }: PrepareBatchDeps,
  rows: readonly JudgedRequest[],
  { actor }: { readonly actor: string },
): Promise<{ readonly content: BatchContent; readonly file: string }> {
  const requests = rows.flatMap(({ request }) => request ?? [])
  if (requests.length === 0) throw new BatchRefused('rows-refused', { rows: rows.length })
  const at = clock.now()
  const content: BatchContent = {
    ...{ format: 'ecard-batch/1', id: random.uuid(), created: at.toISOString() },
    ...{ createdBy: actor, requests },
  }
  const file = draftBatchFile(content)
  const { payloadSha256 } = readBatchFile(file)
  await createAuditStore(db).append({
    ...{ at, event: 'batch.prepared', outcome: 'succeeded', actor },
    facts: {
      batchId: content.id,
      requests: requests.length,
      payloadSha256: payloadSha256.toString('hex'),
    },
  })
  return { content, file }
}

/** The SHA-256 of a photograph, as a request names it. */
export function photoSha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
