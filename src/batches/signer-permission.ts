import type { Queryable } from '../db/pool.ts'
import type { BatchContent, SignaturePart } from './batch.ts'
import { BatchRefused } from './batch-refused.ts'
import { listBeyondReach } from './operator-reach-store.ts'

export interface SignerToBe {
  readonly holderId: string
  readonly name: string
  readonly part: SignaturePart
}

/**
 * Whether the operator table lets this person sign for these requests, every one of them, by the
 * grants as they stand.
 *
 * @throws BatchRefused `signer-not-allowed`
 */
export async function checkSignerMay(
  db: Queryable,
  { holderId, name, part }: SignerToBe,
  { requests }: BatchContent,
): Promise<void> {
  const holderIds = requests.map((request) => request.holderId)
  const question = { operatorId: holderId, action: `batch.${part}`, holderIds } as const
  const beyond = await listBeyondReach(db, question)
  if (beyond.length > 0)
    throw new BatchRefused('signer-not-allowed', { part, signer: name, requests: beyond.length })
}

/**
 * Whoever speaks the last word on a batch gives nothing to themselves by it.
 *
 * @param signer - the approver; where none is needed, the preparer
 * @throws BatchRefused `own-card`
 */
export function checkNotForOneself(signer: SignerToBe, { requests }: BatchContent): void {
  if (requests.some(({ holderId }) => holderId === signer.holderId))
    throw new BatchRefused('own-card', { part: signer.part, signer: signer.name })
}
