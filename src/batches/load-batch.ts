import { createAuditStore } from '../audit/audit-store.ts'
import type { Database } from '../db/pool.ts'
import { Duplicate } from '../errors.ts'
import { readBatchFile, type UnverifiedBatch } from './batch-file.ts'
import { BatchRefused } from './batch-refused.ts'
import { findBatch, insertBatch, insertItems } from './batch-store.ts'
import { judgeRequests } from './judge-requests.ts'
import type { RequestFault } from './row-faults.ts'
import { checkNotForOneself, checkSignerMay } from './signer-permission.ts'
import { verifyBatch, type Signer, type VerifyBatchDeps } from './verify-batch.ts'

export interface LoadBatchDeps extends VerifyBatchDeps {
  readonly db: Database
  /** Above so many requests a second person has to approve. */
  readonly fourEyesAbove: number
}

export interface LoadRequest {
  /** The file's text. */
  readonly file: string
  readonly actor: string
}

/** A file that may be loaded, but for what speaks against its requests. */
export interface JudgedBatch {
  readonly batch: UnverifiedBatch
  readonly preparer: Signer
  /** null where none is needed and none has signed. */
  readonly approver: Signer | null
  /** By the request's place in the file, from 1; only those that something speaks against. */
  readonly faults: ReadonlyMap<number, readonly RequestFault[]>
}

/**
 * Whether the file may be loaded. Nothing is written.
 *
 * 1. It was not loaded before.
 * 2. The signatures hold, and the signers may do what they signed for, now.
 * 3. There is the preparer's signature and, above the limit, a second person's.
 * 4. Of each request, what speaks against it in the registry by now.
 *
 * @throws BatchRefused
 */
export async function judgeBatchFile(
  deps: LoadBatchDeps,
  { file }: Pick<LoadRequest, 'file'>,
): Promise<JudgedBatch> {
  const batch = readBatchFile(file)
  const { requests, id } = batch.content
  if ((await findBatch(deps.db, id)) !== null) throw alreadyLoaded(id)
  const signers = await verifyBatch(deps, batch)
  for (const signer of signers) await checkSignerMay(deps.db, signer, batch.content)
  const preparer = signers.find(({ part }) => part === 'prepare')
  const approver = signers.find(({ part }) => part === 'approve') ?? null
  if (preparer === undefined) throw new BatchRefused('unsigned', { batchId: id })
  const { fourEyesAbove } = deps
  if (approver === null && requests.length > fourEyesAbove) {
    throw new BatchRefused('approval-missing', { requests: requests.length, fourEyesAbove })
  }
  checkNotForOneself(approver ?? preparer, batch.content)
  const standing = await judgeRequests(deps.db, requests)
  const faults = requests.flatMap((request, at) => {
    const found = standing.get(request.id) ?? []
    return found.length === 0 ? [] : [[at + 1, found] as const]
  })
  return { batch, preparer, approver, faults: new Map(faults) }
}

/**
 * Puts the requests of a signed file into the queue, all of them or none, and once.
 *
 * @throws BatchRefused; `rows-refused` where something speaks against a request by now
 */
export async function loadBatch(deps: LoadBatchDeps, request: LoadRequest): Promise<JudgedBatch> {
  const judged = await judgeBatchFile(deps, request)
  const { batch, preparer, approver, faults } = judged
  const { content, payloadSha256 } = batch
  if (faults.size > 0) throw await refusalOf(deps, content.id, [...faults.keys()])
  const at = deps.clock.now()
  const approvedBy = approver?.holderId ?? null
  const loaded = {
    ...{ id: content.id, payloadSha256, createdAt: new Date(content.created) },
    ...{ preparedBy: preparer.holderId, approvedBy, loadedAt: at, loadedBy: request.actor },
  }
  const facts = {
    ...{ batchId: content.id, requests: content.requests.length },
    ...{ preparedBy: preparer.holderId, approval: approvedBy },
    payloadSha256: payloadSha256.toString('hex'),
  }
  try {
    await deps.db.inTransaction(async (tx) => {
      await insertBatch(tx, loaded, batch.text)
      await insertItems(tx, content.id, content.requests)
      const event = { at, event: 'batch.loaded', outcome: 'succeeded' } as const
      await createAuditStore(tx).append({ ...event, actor: request.actor, facts })
    })
  } catch (error) {
    throw error instanceof Duplicate ? await refusalOf(deps, content.id, []) : error
  }
  return judged
}

/** Somebody else was faster: with this very file, or with such a card for one of the holders. */
async function refusalOf(
  { db }: LoadBatchDeps,
  batchId: string,
  refused: readonly number[],
): Promise<BatchRefused> {
  if ((await findBatch(db, batchId)) !== null) return alreadyLoaded(batchId)
  return new BatchRefused('rows-refused', { rows: refused.length, first: refused[0] ?? null })
}

function alreadyLoaded(batchId: string): BatchRefused {
  return new BatchRefused('already-loaded', { batchId })
}
