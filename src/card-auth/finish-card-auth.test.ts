import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  answerChallenge,
  createCardAuthFixture,
  signIn,
  type CardAuthFixture,
} from '../../test/support/card-auth-fixture.ts'
import { createAuditStore } from '../audit/audit-store.ts'
import { createCardStore } from '../cards/card-store.ts'
import type { Queryable } from '../db/pool.ts'
import { DatabaseUnavailable } from '../errors.ts'
import { finishCardAuth } from './finish-card-auth.ts'
import { CardRefused, type RefusalReason } from './refusal.ts'

let fixture: CardAuthFixture

beforeAll(async () => {
  fixture = await createCardAuthFixture()
})
afterAll(async () => {
  await fixture.close()
})

describe('a card sign-in', () => {
  it('signs a holder in at level low by a tap at a managed terminal', async () => {
    const card = await fixture.registerCard()
    expect(await signIn(fixture, card)).toEqual({
      holderId: card.holderId,
      holderName: 'Nguyễn Văn Mẫu',
      method: 'card',
      level: 'low',
      amr: ['hwk'],
      cardUuid: card.cardUuid,
      cardKind: 'civil-servant',
      keySlot: '9E',
      terminalId: fixture.terminal.terminal.id,
      passkeyId: null,
      at: fixture.clock.now(),
    })
  })
  it('signs a holder in at level high by card and PIN, at a personal terminal too', async () => {
    const card = await fixture.registerCard({ slot: '9A' })
    const terminal = await fixture.enrolTerminal('personal')
    const authentication = await signIn(fixture, card, { terminal })
    expect(authentication).toMatchObject({
      level: 'high',
      amr: ['sc', 'pin', 'hwk', 'mfa'],
      keySlot: '9A',
    })
  })
  it('activates a card that was handed over locked, by its first tap and PIN', async () => {
    const card = await fixture.registerCard({ slot: '9A', state: 'issued' })
    expect(await signIn(fixture, card)).toMatchObject({ holderId: card.holderId, level: 'high' })
    const found = await createCardStore(fixture.db).find(card.cardUuid)
    expect(found?.state).toBe('active')
    const events = await fixture.audit.listRecent({ cardUuid: card.cardUuid })
    expect(events.map(({ event, actor }) => ({ event, actor }))).toContainEqual({
      event: 'card.activated',
      actor: card.holderId,
    })
  })
  it('finds the certificate of a card that the terminal only names', async () => {
    const card = await fixture.registerCard()
    const authentication = await signIn(fixture, card, { withCertificate: false })
    expect(authentication.holderId).toBe(card.holderId)
  })
  it.each(['P-384', 'RSA-2048'] as const)('accepts a card with a %s key', async (keyAlgorithm) => {
    const card = await fixture.registerCard({ keyAlgorithm, slot: '9A' })
    expect(await signIn(fixture, card)).toMatchObject({ holderId: card.holderId })
  })
  it.each(['citizen', 'enterprise'] as const)('signs in with a card of kind %s', async (kind) => {
    const card = await fixture.registerCard({ kind })
    expect(await signIn(fixture, card)).toMatchObject({ cardKind: kind, holderId: card.holderId })
  })
  it('writes who signed in, with which card and where, into the audit log', async () => {
    const card = await fixture.registerCard()
    const attempt = await answerChallenge(fixture, card)
    await finishCardAuth(fixture.deps, attempt)
    expect(await fixture.audit.listRecent({ cardUuid: card.cardUuid })).toMatchObject([
      {
        event: 'card-auth.signed-in',
        outcome: 'succeeded',
        holderId: card.holderId,
        terminalId: fixture.terminal.terminal.id,
        facts: { challengeId: attempt.challengeId, level: 'low' },
      },
    ])
  })
})

describe('a challenge', () => {
  it('is good for one of many requests that come at once', async () => {
    const card = await fixture.registerCard()
    const attempt = await answerChallenge(fixture, card)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => finishCardAuth(fixture.deps, attempt)),
    )
    const won = outcomes.filter(({ status }) => status === 'fulfilled')
    const reasons = outcomes.map((one) => one.status === 'rejected' && reasonOf(one.reason))
    expect(won).toHaveLength(1)
    expect(new Set(reasons)).toEqual(new Set([false, 'challenge-used']))
  })
  it('is still good for its browser after another browser has tried it', async () => {
    const card = await fixture.registerCard()
    const attempt = await answerChallenge(fixture, card)
    const stranger = { ...attempt, browserSecret: 'A'.repeat(43) }
    const refused = await finishCardAuth(fixture.deps, stranger).catch(reasonOf)
    expect(refused).toBe('challenge-other-browser')
    expect(await finishCardAuth(fixture.deps, attempt)).toMatchObject({ holderId: card.holderId })
  })
  it('is used up by an attempt of its browser that fails', async () => {
    const card = await fixture.registerCard()
    const attempt = await answerChallenge(fixture, card, { witness: null })
    const outcomes = [
      await finishCardAuth(fixture.deps, attempt).catch(reasonOf),
      await finishCardAuth(fixture.deps, attempt).catch(reasonOf),
    ]
    expect(outcomes).toEqual(['terminal-signature-missing', 'challenge-used'])
  })
})

describe('what a stranger learns', () => {
  it.each(['suspended', 'revoked', 'expired', 'requested'] as const)(
    'is nothing about a %s card whose key they have not got',
    async (state) => {
      const card = await fixture.registerCard({ state })
      const thief = await fixture.registerCard()
      const stolen = { ...thief, cardUuid: card.cardUuid }
      const refused = await signIn(fixture, stolen, { withCertificate: false }).catch(reasonOf)
      expect(refused).toBe('card-signature-wrong')
    },
  )
  it('leaves no holder or card in the audit event of an unproven answer', async () => {
    const card = await fixture.registerCard()
    const thief = await fixture.registerCard()
    const stolen = { ...thief, cardUuid: card.cardUuid }
    await signIn(fixture, stolen, { withCertificate: false }).catch(reasonOf)
    const [event] = await fixture.audit.listRecent({ limit: 1 })
    const terminalId = fixture.terminal.terminal.id
    expect(event).toMatchObject({ cardUuid: null, holderId: null, terminalId })
  })
})

describe('the registry', () => {
  it('is asked one question and written to once for a sign-in', async () => {
    const card = await fixture.registerCard()
    const attempt = await answerChallenge(fixture, card)
    const asked: string[] = []
    const db: Queryable = {
      query: (sql, values, options) => {
        asked.push(options?.name ?? sql)
        return fixture.db.query(sql, values, options)
      },
    }
    await finishCardAuth({ ...fixture.deps, ...storesOn(db) }, attempt)
    expect(asked).toEqual(['certificate-standing', 'audit-append'])
  })
  it('signs nobody in when it does not answer, and that is not called a refusal', async () => {
    const attempt = await answerChallenge(fixture, await fixture.registerCard())
    const down = () => Promise.reject(new DatabaseUnavailable('down'))
    const deps = { ...fixture.deps, ...storesOn({ query: down }), audit: fixture.audit }
    await expect(finishCardAuth(deps, attempt)).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
    })
  })
  it('signs nobody in when the audit log cannot be written', async () => {
    const attempt = await answerChallenge(fixture, await fixture.registerCard())
    const audit = { append: () => Promise.reject(new DatabaseUnavailable('down')) }
    await expect(finishCardAuth({ ...fixture.deps, audit }, attempt)).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
    })
  })
})

function storesOn(db: Queryable) {
  return {
    cards: createCardStore(db),
    audit: createAuditStore(db),
  }
}

function reasonOf(error: unknown): RefusalReason {
  if (error instanceof CardRefused) return error.reason
  throw error
}
