import { createAuditStore } from '../../audit/audit-store.ts'
import type { Queryable } from '../../db/pool.ts'
import type { Random } from '../../random.ts'
import type { Affiliation, Holder } from '../holder.ts'
import type { ImportRequest } from './file-row.ts'
import {
  deleteAffiliations,
  findOrganisationIds,
  insertAffiliations,
  insertHolders,
  updateHolders,
  updatePositions,
} from './holder-import-store.ts'
import type { AgencyIndex, HolderPlan, JudgedHolder } from './judge-holders.ts'

export interface WriteContext {
  readonly agencies: AgencyIndex
  readonly random: Random
  readonly at: Date
  readonly request: ImportRequest
}

interface Written {
  readonly judged: JudgedHolder
  readonly plan: HolderPlan
  readonly holderId: string
}

/**
 * Writes one batch on the transaction that judged it: a handful of statements, however many rows,
 * and an audit event for each holder.
 */
export async function writeHolders(
  tx: Queryable,
  batch: readonly JudgedHolder[],
  { agencies, random, at, request }: WriteContext,
): Promise<void> {
  const written = batch.flatMap((judged) => toWritten(judged, random))
  if (written.length === 0) return
  await insertHolders(tx, written.flatMap(newHolder), at)
  await updateHolders(tx, written.flatMap(changedHolder))
  const posts = written.flatMap(({ plan }) => [plan.agencies, plan.organisations])
  await deleteAffiliations(
    tx,
    posts.flatMap(({ ended }) => ended),
  )
  await updatePositions(
    tx,
    posts
      .flatMap(({ moved }) => moved)
      .map(({ affiliationId: id, position }) => ({ id, position })),
  )
  await insertAffiliations(tx, await newAffiliations(tx, written, { agencies, random }), at)
  await audit(tx, written, { at, request })
}

function toWritten(judged: JudgedHolder, random: Random): Written[] {
  const { row, plan } = judged
  if (plan === null || (row.outcome !== 'new' && row.outcome !== 'changed')) return []
  return [{ judged, plan, holderId: plan.known?.holder.id ?? random.uuid() }]
}

function newHolder({ plan, holderId }: Written): Holder[] {
  if (plan.known !== null) return []
  const { wanted, email } = plan
  const base = { id: holderId, state: 'active', displayName: wanted.displayName, email } as const
  return wanted.type === 'person'
    ? [{ ...base, type: 'person', nationalNumber: wanted.number }]
    : [{ ...base, type: 'organisation', taxCode: wanted.number }]
}

function changedHolder({
  plan,
  holderId,
}: Written): Pick<Holder, 'id' | 'displayName' | 'email'>[] {
  const { known, wanted, email } = plan
  if (known === null) return []
  const isSame = known.holder.displayName === wanted.displayName && known.holder.email === email
  return isSame ? [] : [{ id: holderId, displayName: wanted.displayName, email }]
}

async function newAffiliations(
  tx: Queryable,
  written: readonly Written[],
  { agencies, random }: Pick<WriteContext, 'agencies' | 'random'>,
): Promise<Affiliation[]> {
  const taxCodes = written.flatMap(({ plan }) => plan.organisations.added).map(({ code }) => code)
  const organisations = await findOrganisationIds(tx, taxCodes)
  return written.flatMap(({ plan, holderId: personId }) => [
    ...plan.agencies.added.map(({ code, position }) => {
      const agencyId = agencies.byCode.get(code)?.id ?? null
      return { id: random.uuid(), personId, agencyId, organisationId: null, position }
    }),
    ...plan.organisations.added.map(({ code, position }) => {
      const organisationId = organisations.get(code) ?? null
      return { id: random.uuid(), personId, agencyId: null, organisationId, position }
    }),
  ])
}

/** Last in the transaction: whatever appending holds is held as shortly as can be. */
async function audit(
  tx: Queryable,
  written: readonly Written[],
  { at, request }: Pick<WriteContext, 'at' | 'request'>,
): Promise<void> {
  const log = createAuditStore(tx)
  const { actor, fileSha256: file } = request
  for (const { judged, holderId } of written) {
    const { outcome, line, changes } = judged.row
    const event = outcome === 'new' ? 'holder.added' : 'holder.changed'
    // Names and addresses are the registry's to keep; the audit says which fields changed.
    const facts = { file, line, fields: changes.map(({ field }) => field).join(' ') }
    await log.append({ at, event, outcome: 'succeeded', actor, holderId, facts })
  }
}
