import { createAuditStore } from '../audit/audit-store.ts'
import { revokeCard } from '../cards/revoke-card.ts'
import type { Clock } from '../clock.ts'
import type { Database, Queryable } from '../db/pool.ts'
import { withinTransaction } from '../db/within-transaction.ts'
import { AppError } from '../errors.ts'
import type { Keystore } from '../keystore/keystore.ts'
import { keyOf } from '../pki/authority-key.ts'
import { createCertificateStore } from '../pki/certificate-store.ts'
import type { Random } from '../random.ts'
import { checkGrantee } from './check-grantee.ts'
import {
  hasGrant,
  hasOperatorCard,
  insertGrant,
  isBootstrapped,
  listAdministratorCards,
  lockGrants,
} from './grant-store.ts'
import { GrantRefused } from './operator-refused.ts'

export interface RecoveryDeps {
  readonly db: Database
  readonly keystore: Keystore
  readonly clock: Clock
  readonly random: Random
}

export interface RecoveryRequest {
  readonly holderId: string
  /** The name of a program: nobody can sign in. */
  readonly actor: string
  readonly reason: string
  /** Cards of administrators that are gone although the registry has them as good: they end. */
  readonly lostCards: readonly string[]
  /** Whether the holder gets a card right after this; else there has to be one. */
  readonly getsCard: boolean
}

const province = { role: 'administrator', agencyId: null } as const

/**
 * Appoints an administrator of the whole province where none is left who could sign in: the cards
 * are lost, expired or suspended. It takes the keys of the certification system in place of an
 * operator's card. A refusal is in the audit before it is thrown.
 *
 * @throws NotFound, GrantRefused as `planRecovery`
 */
export function recoverOperators(deps: RecoveryDeps, request: RecoveryRequest): Promise<void> {
  const { db, clock, random } = deps
  const at = clock.now()
  return recordRefusals(deps, request, async () => {
    await checkOwnsAuthority(deps)
    await db.inTransaction(async (tx) => {
      await lockGrants(tx)
      await checkRecovery(tx, request, at)
      await endLostCards(withinTransaction(db, tx), request, at)
      await grantProvince(tx, request, { id: random.uuid(), at })
      const { reason } = request
      const event = { ...eventOf(request, at), outcome: 'succeeded', reason } as const
      await createAuditStore(tx).append(event)
    })
  })
}

/**
 * Whether `recoverOperators` would work. Whoever tries is in the audit, too.
 *
 * @throws NotFound
 * @throws GrantRefused `before-bootstrap`, `keystore-not-ours`, `not-a-person`, `holder-inactive`,
 *   `not-an-administrators-card`, `administrator-left`, `holder-without-card`
 */
export function planRecovery(deps: RecoveryDeps, request: RecoveryRequest): Promise<void> {
  return recordRefusals(deps, request, async () => {
    await checkOwnsAuthority(deps)
    if (!(await isBootstrapped(deps.db))) throw new GrantRefused('before-bootstrap')
    await checkRecovery(deps.db, request, deps.clock.now())
  })
}

async function recordRefusals(
  { db, clock }: RecoveryDeps,
  request: RecoveryRequest,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (error instanceof GrantRefused) {
      const { reason } = error
      const event = { ...eventOf(request, clock.now()), outcome: 'refused', reason } as const
      await createAuditStore(db).append(event)
    }
    throw error
  }
}

function eventOf({ holderId, actor, lostCards }: RecoveryRequest, at: Date) {
  const facts = { ...province, lostCards: lostCards.join(' ') }
  return { at, event: 'operator.recovered', actor, holderId, facts } as const
}

/** A new and empty keystore opens too: one of the keys has to be an authority's of this registry. */
async function checkOwnsAuthority({ db, keystore, random }: RecoveryDeps): Promise<void> {
  const authorities = await createCertificateStore(db).listAuthorities()
  for (const authority of authorities.filter(({ state }) => state !== 'revoked')) {
    try {
      const key = await keyOf(keystore, authority)
      await key.sign(random.bytes(32))
      return
    } catch (error) {
      if (!(error instanceof AppError)) throw error
    }
  }
  throw new GrantRefused('keystore-not-ours')
}

async function checkRecovery(
  db: Queryable,
  { holderId, lostCards, getsCard }: RecoveryRequest,
  now: Date,
): Promise<void> {
  await checkGrantee(db, holderId)
  const cards = await listAdministratorCards(db, now)
  const stranger = lostCards.find((uuid) => !cards.some(({ cardUuid }) => cardUuid === uuid))
  if (stranger !== undefined)
    throw new GrantRefused('not-an-administrators-card', { cardUuid: stranger })
  const left = cards.find(({ cardUuid }) => !lostCards.includes(cardUuid))
  if (left !== undefined) throw new GrantRefused('administrator-left', { ...left })
  // Without the lost ones: an administrator has no other by now.
  const isAdministrator = cards.some((card) => card.holderId === holderId)
  const hasCard = !isAdministrator && (await hasOperatorCard(db, holderId, now))
  if (!hasCard && !getsCard) throw new GrantRefused('holder-without-card', { holderId })
}

async function endLostCards(
  db: Database,
  { lostCards, actor, reason }: RecoveryRequest,
  at: Date,
): Promise<void> {
  const deps = { db, clock: { now: () => at } }
  for (const cardUuid of lostCards)
    await revokeCard(deps, { cardUuid, actor, reason, cause: 'lost' })
}

/** The administrator who comes back with a new card has the role still. */
async function grantProvince(
  db: Queryable,
  { holderId, actor, reason }: RecoveryRequest,
  { id, at }: { readonly id: string; readonly at: Date },
): Promise<void> {
  if (await hasGrant(db, { holderId, ...province })) return
  const granted = { grantedBy: actor, grantedAt: at, grantReason: reason }
  await insertGrant(db, { id, holderId, ...province, ...granted })
}
