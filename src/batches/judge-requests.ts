import type { Queryable } from '../db/pool.ts'
import type { CardRequest } from './batch.ts'
import {
  findHoldersById,
  listLiveCards,
  listOpenItems,
  listNamedCards,
  type BatchHolder,
} from './batch-row-store.ts'
import { fault, type RequestFault } from './row-faults.ts'

/**
 * What speaks against each request, by the registry as it stands: asked when the rows are checked,
 * and again when the signed file is loaded.
 *
 * @returns by the request's id; empty for one that nothing speaks against
 */
export async function judgeRequests(
  db: Queryable,
  requests: readonly CardRequest[],
): Promise<Map<string, RequestFault[]>> {
  const holderIds = [...new Set(requests.map(({ holderId }) => holderId))]
  const holders = new Map((await findHoldersById(db, holderIds)).map((one) => [one.id, one]))
  const live = await listLiveCards(db, holderIds)
  const open = await listOpenItems(db, holderIds)
  const named = await listNamedCards(
    db,
    requests.flatMap(({ replaces }) => replaces ?? []),
  )
  const seen = new Set<string>()
  return new Map(
    requests.map((request) => {
      const holder = holders.get(request.holderId)
      const isOurs = (card: { holderId: string; kind: string }) =>
        card.holderId === request.holderId && card.kind === request.kind
      const key = `${request.holderId} ${request.kind}`
      const faults = [
        ...judgeHolder(holder, request),
        ...judgeReplaced(request, { named, live: live.filter(isOurs) }),
        ...(open.some(isOurs) ? [fault('already-queued')] : []),
        ...(seen.has(key) ? [fault('duplicate-in-file')] : []),
      ]
      seen.add(key)
      return [request.id, faults]
    }),
  )
}

function judgeHolder(holder: BatchHolder | undefined, { kind }: CardRequest): RequestFault[] {
  if (holder === undefined) return [fault('holder-unknown')]
  const fits = (kind === 'enterprise') === (holder.type === 'organisation')
  return [
    ...(holder.state === 'active' ? [] : [fault('holder-inactive', holder.name)]),
    ...(fits ? [] : [fault('kind-mismatch', kind)]),
  ]
}

interface KnownCard {
  readonly cardUuid: string
  readonly holderId: string
  readonly kind: string
}

/** A second card of a kind is made in the place of the first, or not at all. */
function judgeReplaced(
  { replaces, holderId, kind }: CardRequest,
  { named, live }: { readonly named: readonly KnownCard[]; readonly live: readonly KnownCard[] },
): RequestFault[] {
  const others = live.filter(({ cardUuid }) => cardUuid !== replaces)
  const [other] = others
  if (other !== undefined) return [fault('already-has-card', other.cardUuid)]
  if (replaces === null) return []
  const card = named.find(({ cardUuid }) => cardUuid === replaces)
  if (card === undefined) return [fault('card-unknown', replaces)]
  const isTheirs = card.holderId === holderId && card.kind === kind
  return isTheirs ? [] : [fault('card-of-another', replaces)]
}
