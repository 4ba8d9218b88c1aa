import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migratedTestDatabase } from '../../test/support/migrated-database.ts'
import { insertCard, registryTime } from '../../test/support/registry.ts'
import { createAuditStore } from '../audit/audit-store.ts'
import type { StoredAuditEvent } from '../audit/audit-store.ts'
import { systemRandom } from '../random.ts'
import { activateCard } from './activate-card.ts'
import { createCardStore } from './card-store.ts'
import type { CardStandingDeps } from './change-card-state.ts'
import { reinstateCard } from './reinstate-card.ts'
import { revokeCard } from './revoke-card.ts'
import { suspendCard } from './suspend-card.ts'

const now = new Date('2026-03-01T07:00:00Z')
const asked = { actor: 'ecard', reason: 'mất thẻ' }

describe('a step in the life of a card', () => {
  let database: Awaited<ReturnType<typeof migratedTestDatabase>>
  let deps: CardStandingDeps

  beforeAll(async () => {
    database = await migratedTestDatabase()
    deps = { db: database.db, clock: { now: () => now } }
  })
  afterAll(() => database.drop())

  const auditOf = (cardUuid: string): Promise<StoredAuditEvent[]> =>
    createAuditStore(deps.db).listRecent({ cardUuid })

  it.each([
    ['activates an issued card', activateCard, 'issued', 'active', 'card.activated'],
    ['suspends an active card', suspendCard, 'active', 'suspended', 'card.suspended'],
    ['reinstates a suspended card', reinstateCard, 'suspended', 'active', 'card.reinstated'],
    ['revokes an active card', revokeCard, 'active', 'revoked', 'card.revoked'],
    ['revokes a suspended card', revokeCard, 'suspended', 'revoked', 'card.revoked'],
    ['revokes a card that was only requested', revokeCard, 'requested', 'revoked', 'card.revoked'],
  ] as const)('%s and audits it', async (_, step, from, to, event) => {
    const { cardUuid, holderId } = await insertCard(deps.db, { state: from })
    const card = await step(deps, { cardUuid, ...asked })
    expect(card).toMatchObject({ cardUuid, state: to, stateSince: now })
    const [entry, ...others] = await auditOf(cardUuid)
    expect(entry).toMatchObject({ at: now, event, outcome: 'succeeded', holderId, ...asked })
    expect(entry?.facts).toMatchObject({ from, to, certificates: 0 })
    expect(others).toEqual([])
  })

  it.each([
    ['activate', activateCard, 'requested', 'card.activated'],
    ['suspend', suspendCard, 'suspended', 'card.suspended'],
    ['reinstate', reinstateCard, 'revoked', 'card.reinstated'],
    ['revoke', revokeCard, 'revoked', 'card.revoked'],
  ] as const)(
    'refuses to %s a card that is not where it starts, and audits that',
    async (_, step, state, event) => {
      const { cardUuid } = await insertCard(deps.db, { state })
      const attempt = step(deps, { cardUuid, ...asked })
      await expect(attempt).rejects.toMatchObject({ code: 'CARD_TRANSITION_REFUSED' })
      const card = await createCardStore(deps.db).find(cardUuid)
      expect(card).toMatchObject({ state, stateSince: registryTime })
      const entries = await auditOf(cardUuid)
      expect(entries).toEqual([expect.objectContaining({ event, outcome: 'refused', ...asked })])
    },
  )

  it('says that there is no such card to revoke', async () => {
    const attempt = revokeCard(deps, { cardUuid: systemRandom.uuid(), ...asked })
    await expect(attempt).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('does not happen where it cannot be audited', async () => {
    const { cardUuid } = await insertCard(deps.db)
    await deps.db.query('alter table audit_events rename to mislaid')
    await expect(suspendCard(deps, { cardUuid, ...asked })).rejects.toThrow()
    await deps.db.query('alter table mislaid rename to audit_events')
    expect(await createCardStore(deps.db).find(cardUuid)).toMatchObject({ state: 'active' })
  })
})
