import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createLogoutNode, goOnOnce } from '../../test/support/logout-node.ts'
import { runProgram } from '../../test/support/program.ts'
import { insertAuthority } from '../../test/support/registry.ts'
import type { RelyingParty } from '../../test/support/relying-party.ts'
import { createSignInFixture, type SignInFixture } from '../../test/support/sign-in-fixture.ts'
import { stoppingCalls } from '../../test/support/stopping-calls.ts'
import { TestBrowser } from '../../test/support/test-browser.ts'
import { testRedisUrl } from '../../test/support/test-redis.ts'
import { openTestStore } from '../../test/support/test-stores.ts'
import type { Card } from '../cards/card.ts'
import { systemClock } from '../clock.ts'
import type { ExpiringStore } from '../db/expiring-store.ts'
import { createEndedStandingStore } from './ended-standing-store.ts'
import { endSessions } from './end-sessions.ts'
import { createLogoutNoticeStore } from './logout-notice-store.ts'
import { awaitLogoutReceipts, type LogoutReport } from './logout-receipts.ts'

let store: ExpiringStore
let fixture: SignInFixture
let first: RelyingParty
let second: RelyingParty
beforeAll(async () => {
  store = await openTestStore('redis')
  fixture = await createSignInFixture(store)
  first = await fixture.application()
  second = await fixture.application()
})
afterAll(async () => {
  await fixture.close()
  await store.close()
})
beforeEach(() => {
  for (const party of [first, second]) {
    party.answersLogout = true
    party.sessions.length = 0
    party.logoutTokens.length = 0
  }
})

/** Longer than a node holds a notice that it took. */
const later = { now: () => new Date(systemClock.now().getTime() + 20_000) }

/** Another node of the same service. */
function nodeOn(given: Partial<Parameters<typeof createLogoutNode>[0]> = {}) {
  const { provider } = fixture.service
  const findClient = (id: string) => provider.Client.find(id)
  return createLogoutNode({ store, db: fixture.registry.db, findClient, ...given })
}

/** A person signed in at both applications, whose card is suspended; no node knows of it yet. */
async function suspendedCard(): Promise<Card> {
  const card = await fixture.registry.addCard()
  const browser = new TestBrowser()
  await fixture.tap(browser, first, card)
  await browser.visit(await second.authorizationUrl())
  for (const party of [first, second])
    expect(party.sessions.at(-1)?.sub, party.clientId).toBe(card.holderId)
  const step = { from: 'active', to: 'suspended', reason: null, at: systemClock.now() } as const
  return fixture.registry.cards.changeState(card.cardUuid, step)
}

const subject = ({ cardUuid }: Card) => ({ kind: 'card', id: cardUuid }) as const
const isOf = (card: Card) => (token: { sub?: string | undefined }) => token.sub === card.holderId
const told = () => [first.logoutTokens.length, second.logoutTokens.length]

function reportOf(card: Card, patienceMs = 0): Promise<LogoutReport> {
  const { db } = fixture.registry
  const stores = {
    endings: createEndedStandingStore(db),
    logoutNotices: createLogoutNoticeStore(db),
  }
  return awaitLogoutReceipts({ ...stores, clock: systemClock }, [subject(card)], { patienceMs })
}

async function outcomesOf(card: Card): Promise<Record<string, string>> {
  const { receipts } = await reportOf(card)
  return Object.fromEntries(receipts.map(({ clientId, outcome }) => [clientId, outcome]))
}

it.each(['before', 'after'] as const)(
  'has every application told, whatever call a node died %s',
  async (when) => {
    let atCall = 1
    for (;;) {
      const card = await suspendedCard()
      const dying = stoppingCalls(atCall, when)
      const { db } = fixture.registry
      const node = nodeOn({ store: dying.watch(store), db: dying.watch(db) })
      const work = endSessions(node, subject(card)).then(() => 'done')
      const end = await Promise.race([work, dying.stopped.then(() => 'dead')])
      await goOnOnce(nodeOn({ clock: later }))
      expect([first.sessions, second.sessions], `call ${atCall}`).toEqual([[], []])
      for (const { logoutTokens } of [first, second])
        expect([1, 2], `call ${atCall}`).toContain(logoutTokens.filter(isOf(card)).length)
      expect((await reportOf(card)).sessionsEnded).toBe(true)
      if (end === 'done') break
      atCall += 1
    }
    expect(atCall).toBeGreaterThan(10)
  },
)

it('has every application told although the process was killed before it told the first', async () => {
  const card = await suspendedCard()
  const args = [fixture.registry.databaseUrl, testRedisUrl(), card.cardUuid]
  const { status } = await runProgram('test/support/end-sessions-process.ts', args)
  expect(status).toBeNull()
  expect(told()).toEqual([0, 0])
  expect(await reportOf(card)).toMatchObject({
    sessionsEnded: true,
    receipts: [{ outcome: 'open' }, { outcome: 'open' }],
  })
  // What it had in hand is not anybody else's yet.
  await goOnOnce(nodeOn())
  expect(told()).toEqual([0, 0])
  await goOnOnce(nodeOn({ clock: later }))
  expect(told()).toEqual([1, 1])
  expect(first.logoutTokens[0]).toMatchObject({ sub: card.holderId })
})

it('tells each application once, however many nodes end the sessions and take what is open', async () => {
  const card = await suspendedCard()
  const nodes = Array.from({ length: 4 }, () => nodeOn())
  const receipts = await Promise.all(nodes.map((node) => endSessions(node, subject(card))))
  await Promise.all(nodes.map(() => goOnOnce(nodeOn({ clock: later }))))
  expect(receipts.flat()).toHaveLength(2)
  expect(told()).toEqual([1, 1])
})

it('takes what is due for one of many nodes alone', async () => {
  const card = await suspendedCard()
  first.answersLogout = false
  await endSessions(nodeOn({ retryDelaysMs: [5_000] }), subject(card))
  first.answersLogout = true
  await Promise.all(Array.from({ length: 4 }, () => goOnOnce(nodeOn({ clock: later }))))
  expect(told()).toEqual([1, 1])
})

it('ends the sessions of what ended while no node was running', async () => {
  const card = await suspendedCard()
  expect(await reportOf(card)).toEqual({ sessionsEnded: false, receipts: [] })
  await goOnOnce(nodeOn({ clock: later }))
  expect(told()).toEqual([1, 1])
  expect(await outcomesOf(card)).toEqual({ [first.clientId]: 'told', [second.clientId]: 'told' })
})

it('ends the sessions of every card of a revoked authority', async () => {
  const { db, cards } = fixture.registry
  const { id } = await insertAuthority(db)
  const card = await fixture.registry.addCard({ authorityId: id })
  await fixture.tap(new TestBrowser(), first, card)
  await db.query(`select tell_standing('authority', $1)`, [id])
  await goOnOnce(nodeOn({ clock: later }))
  expect(first.logoutTokens).toMatchObject([{ sub: card.holderId }])
  expect((await cards.find(card.cardUuid))?.state).toBe('active')
})

it('tells an application that was away as soon as it is back, by whichever node', async () => {
  const card = await suspendedCard()
  first.answersLogout = false
  await endSessions(nodeOn({ retryDelaysMs: [15_000] }), subject(card))
  expect(await outcomesOf(card)).toEqual({ [first.clientId]: 'open', [second.clientId]: 'told' })
  first.answersLogout = true
  await goOnOnce(nodeOn({ clock: later }))
  expect(told()).toEqual([1, 1])
  expect((await reportOf(card)).receipts).toContainEqual(
    expect.objectContaining({ clientId: first.clientId, outcome: 'told', attempts: 2 }),
  )
})

it('gives an application up after the last attempt, and says so', async () => {
  const card = await suspendedCard()
  first.answersLogout = false
  await endSessions(nodeOn(), subject(card))
  expect(await outcomesOf(card)).toEqual({
    [first.clientId]: 'not-told',
    [second.clientId]: 'told',
  })
})

it('says which applications take no notices', async () => {
  const mute = await fixture.application()
  const registered = await fixture.registry.clients.find(mute.clientId)
  if (registered === null) throw new Error('not registered')
  const { backchannel_logout_uri: address, ...metadata } = registered.metadata
  expect(address).toBeDefined()
  await fixture.registry.clients.upsert({ ...registered, metadata })
  const card = await fixture.registry.addCard()
  await fixture.tap(new TestBrowser(), mute, card)
  const step = { from: 'active', to: 'revoked', reason: null, at: systemClock.now() } as const
  await fixture.registry.cards.changeState(card.cardUuid, step)
  await endSessions(nodeOn(), subject(card))
  expect(await outcomesOf(card)).toEqual({ [mute.clientId]: 'not-subscribed' })
})

it('keeps trying for a person who signed out themselves', async () => {
  const card = await fixture.registry.addCard()
  const browser = new TestBrowser()
  await fixture.tap(browser, first, card)
  first.answersLogout = false
  await browser.visit(first.logoutUrl(first.sessions[0] ?? null))
  fixture.service.provider.parts.outbox.close()
  first.answersLogout = true
  await goOnOnce(nodeOn({ clock: later }))
  expect(first.logoutTokens).toMatchObject([{ sub: card.holderId }])
})

it('forgets receipts after a month, and nothing that is open', async () => {
  const { db } = fixture.registry
  const [done, open] = [await suspendedCard(), await suspendedCard()]
  await endSessions(nodeOn(), subject(done))
  first.answersLogout = false
  await endSessions(nodeOn({ retryDelaysMs: [15_000] }), subject(open))
  const count = async (card: Card) => {
    const { rows } = await db.query(`select 1 from logout_notices where cause_id = $1`, [
      card.cardUuid,
    ])
    return rows.length
  }
  const monthAhead = new Date(systemClock.now().getTime() + 31 * 86_400_000)
  await createLogoutNoticeStore(db).purge(monthAhead)
  expect([await count(done), await count(open)]).toEqual([0, 1])
  await createEndedStandingStore(db).purge(monthAhead)
  expect(await count(open)).toBe(1)
  expect(await reportOf(done)).toEqual({ sessionsEnded: true, receipts: [] })
})

it('waits for receipts no longer than it has patience', async () => {
  const card = await suspendedCard()
  const began = performance.now()
  expect((await reportOf(card, 150)).sessionsEnded).toBe(false)
  expect(performance.now() - began).toBeLessThan(3_000)
  const waiting = reportOf(card, 10_000)
  await endSessions(nodeOn(), subject(card))
  const { receipts } = await waiting
  expect(receipts.map(({ outcome }) => outcome)).toEqual(['told', 'told'])
  for (const { tookMs } of receipts) expect(tookMs).toBeGreaterThan(0)
})
