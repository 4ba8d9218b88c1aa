/** Unblocking at the desk and from afar, and what becomes of the PUK; torn at every exchange. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Behaviour } from '../../card-reader/virtual-card/behaviour.ts'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import { virtualDesk } from '../../scripts/desk/local-desk.ts'
import { noPins } from '../../scripts/desk/no-pins.ts'
import {
  chosenPin,
  createIssuingFixture,
  type IssuingFixture,
} from '../../test/support/issuing-fixture.ts'
import { createTestTerminal } from '../../test/support/test-terminal.ts'
import { createTerminalStore } from '../terminals/terminal-store.ts'
import { authoriseUnblock } from './authorise-unblock.ts'
import { findCardCare } from './card-care-store.ts'
import { CardFault } from './card-fault.ts'
import { changePinAtDesk } from './change-pin.ts'
import { findPukStanding } from './puk-store.ts'
import { planPukReadOut, readOutPuk } from './read-out-puk.ts'
import { revokeCard } from './revoke-card.ts'
import { suspendCard } from './suspend-card.ts'
import { planUnblocking, unblockCard, type UnblockRequest } from './unblock-card.ts'

let fixture: IssuingFixture
beforeAll(async () => {
  fixture = await createIssuingFixture()
})
afterAll(() => fixture.close())

const deps = () => {
  const { db, secrets, profiles, issuance } = fixture.deps
  return { db, secrets, profiles, clock: issuance.clock }
}
const asked: UnblockRequest = {
  ...{ desk: 'test desk', actor: 'test', reason: 'forgotten', authorised: null },
}
const newPin = '729405'
const pins = {
  choose: () => Promise.resolve(Buffer.from(newPin)),
  enter: () => Promise.resolve(Buffer.from(chosenPin)),
}
const onCard = (digits: string) => Buffer.from(digits).toString('hex').padEnd(16, 'f')

async function issued(behaviour?: Partial<Behaviour>) {
  const card = VirtualCard.create(behaviour === undefined ? {} : { behaviour })
  const request = await fixture.request('citizen', { active: true })
  const { cardUuid } = (await fixture.issue(card, request)).card
  return { card, cardUuid }
}

const atDesk = (card: VirtualCard) => virtualDesk(card, { pins, trace: null })
const unblock = (card: VirtualCard, given: Partial<UnblockRequest> = {}) =>
  atDesk(card).withCard((one) => unblockCard(deps(), one, { ...asked, ...given }))

/** Three wrong PINs. */
async function block(card: VirtualCard) {
  const wrong = { ...pins, enter: () => Promise.resolve(Buffer.from('111111')) }
  const desk = virtualDesk(card, { pins: wrong, trace: null })
  const blocking = desk.withCard(async (one) => {
    await one.identify()
    await one.enterPin()
  })
  await expect(blocking).rejects.toMatchObject({ reason: 'pin-blocked' })
  expect(card.state.pin.triesLeft).toBe(0)
}

async function addTerminal(): Promise<string> {
  const { terminal } = createTestTerminal()
  const terminals = createTerminalStore(fixture.pki.db)
  await terminals.insertInvited(terminal, fixture.pki.now)
  await terminals.activate(terminal.id, { publicKey: terminal.publicKey, at: fixture.pki.now })
  return terminal.id
}

const pukOf = async (cardUuid: string, version: number) =>
  (await fixture.deps.secrets.puk({ cardUuid, version })).toString('hex')

/** The PIN is the new one, PUK and registry agree, and nothing is owed. */
async function checkUnblocked(card: VirtualCard, cardUuid: string) {
  const { pin, puk } = card.state
  expect(pin).toMatchObject({ value: onCard(newPin), triesLeft: 3 })
  const standing = await findPukStanding(fixture.pki.db, cardUuid)
  expect(standing).toMatchObject({ nextVersion: null, changeAt: null, readOutAt: null })
  expect(puk).toMatchObject({ value: await pukOf(cardUuid, standing?.version ?? 0), triesLeft: 3 })
  return standing?.version ?? 0
}

describe('a blocked card at the desk', () => {
  it('gets the PIN that its holder chooses, and the next PUK', async () => {
    const { card, cardUuid } = await issued()
    await block(card)
    expect(await unblock(card)).toMatchObject({ cardUuid })
    expect(await checkUnblocked(card, cardUuid)).toBe(2)
    const events = await fixture.pki.deps.audit.listRecent({ cardUuid })
    const said = events.filter(({ event }) => event === 'card.unblocked')
    expect(said.map(({ outcome }) => outcome)).toEqual(['succeeded', 'intended'])
  })

  it('is told before what would be done, and nothing is', async () => {
    const { card, cardUuid } = await issued()
    const before = card.state
    const plan = await atDesk(card).withCard((one) => planUnblocking(deps(), one, asked))
    expect(plan.card.cardUuid).toBe(cardUuid)
    expect(card.state).toEqual(before)
    expect(await findPukStanding(fixture.pki.db, cardUuid)).toMatchObject({ nextVersion: null })
  })

  it('is refused when its PUK is blocked, it is suspended or revoked, or a copy', async () => {
    const { card, cardUuid } = await issued()
    const copy = VirtualCard.create()
    const chuid = Buffer.from(card.state.objects['5fc102'] ?? '', 'base64').subarray(4)
    await atDesk(copy).withCard(async (one) => {
      await one.identify()
      const factory = Buffer.from('010203040506070801020304050607080102030405060708', 'hex')
      await one.authenticate({ algorithm: '3DES', bytes: factory })
      await one.putObject('chuid', chuid)
    })
    await expect(unblock(copy)).rejects.toMatchObject({ reason: 'wrong-management-key' })
    expect(copy.state.puk).toMatchObject({ triesLeft: 3 })
    const standing = { db: fixture.pki.db, clock: fixture.deps.issuance.clock }
    const why = { cardUuid, actor: 'test', reason: 'lost' }
    await suspendCard(standing, why)
    await expect(unblock(card)).rejects.toMatchObject({ reason: 'card-suspended' })
    await revokeCard(standing, why)
    await expect(unblock(card)).rejects.toMatchObject({ reason: 'card-ended' })
    await expect(unblock(VirtualCard.create())).rejects.toMatchObject({ reason: 'card-blank' })
    const { card: other } = await issued()
    await atDesk(other).withCard(async (one) => {
      await one.identify()
      const wrong = { from: Buffer.from('00000000'), to: Buffer.from('00000000') }
      for (const reason of ['wrong-puk', 'wrong-puk', 'puk-blocked'])
        await expect(one.changePuk(wrong)).rejects.toMatchObject({ reason })
    })
    await expect(unblock(other)).rejects.toMatchObject({ reason: 'puk-blocked' })
  })

  it('costs no try of the PUK when the holder thinks better of it', async () => {
    const { card, cardUuid } = await issued()
    const desk = virtualDesk(card, { pins: noPins, trace: null })
    const given = desk.withCard((one) => unblockCard(deps(), one, asked))
    await expect(given).rejects.toMatchObject({ reason: 'pin-cancelled' })
    expect(card.state.puk.triesLeft).toBe(3)
    // It was at the desk already, so it is owed the next one, which comes with the next unblocking.
    expect(await findCardCare(fixture.pki.db, cardUuid)).toMatchObject({ pukOwed: true })
    await unblock(card)
    await checkUnblocked(card, cardUuid)
  })

  it.each([
    [{}, false],
    [{}, true],
    [{ metadata: false }, false],
    [{ metadata: false }, true],
  ] as const)(
    'ends unblocked after the next run, wherever it was pulled away (%j, executed: %j)',
    async (behaviour, executed) => {
      const { card, cardUuid } = await issued(behaviour)
      let exchange = 0
      for (;;) {
        card.faults.pullAwayAtExchange((exchange += 1), { executed })
        const torn = await unblock(card).catch((error: unknown) => error)
        if (!(torn instanceof Error)) break
        expect(torn).toMatchObject({ reason: 'card-removed' })
        expect(card.state.puk.triesLeft).toBe(3)
        card.faults.clear()
        await unblock(card)
        await checkUnblocked(card, cardUuid)
      }
      expect(exchange).toBeGreaterThan(8)
    },
  )
})

describe('a holder who is far away', () => {
  it('unblocks the one card, once, at the terminal that the help desk named', async () => {
    const { db } = fixture.pki
    const { random, clock } = fixture.deps.issuance
    const help = { db, clock, random }
    const [here, elsewhere] = [await addTerminal(), await addTerminal()]
    const { card, cardUuid } = await issued()
    const { card: other } = await issued()
    await block(card)
    const authorised = { cardUuid, terminalId: here }
    const refused = (one: VirtualCard, at = authorised) =>
      unblock(one, { authorised: at }).then(
        () => 'unblocked',
        (error: unknown) => (error instanceof CardFault ? error.reason : error),
      )
    expect(await refused(card)).toBe('not-authorised')
    const why = { actor: 'help desk', reason: 'on the telephone' }
    const given = await authoriseUnblock(help, { ...authorised, ...why })
    expect(given.expiresAt.getTime() - given.authorisedAt.getTime()).toBe(15 * 60_000)
    expect(await refused(card, { cardUuid, terminalId: elsewhere })).toBe('not-authorised')
    expect(await refused(other)).toBe('another-card')
    expect(card.state.puk.triesLeft).toBe(3)
    expect(await refused(card)).toBe('unblocked')
    await checkUnblocked(card, cardUuid)
    expect(await refused(card)).toBe('not-authorised')
    const events = await fixture.pki.deps.audit.listRecent({ cardUuid })
    const done = events.find(
      ({ event, outcome }) => event === 'card.unblocked' && outcome === 'succeeded',
    )
    expect(done).toMatchObject({ terminalId: here, facts: { authorisedBy: 'help desk' } })
  })

  it('is let in no more when the time is over or the card has ended', async () => {
    const { db } = fixture.pki
    const { random, clock } = fixture.deps.issuance
    const terminalId = await addTerminal()
    const { card, cardUuid } = await issued()
    const why = { actor: 'help desk', reason: 'on the telephone' }
    const authorise = (now: Date) =>
      authoriseUnblock({ db, clock: { now: () => now }, random }, { cardUuid, terminalId, ...why })
    await authorise(new Date(clock.now().getTime() - 15 * 60_000))
    const given = { authorised: { cardUuid, terminalId } }
    await expect(unblock(card, given)).rejects.toMatchObject({ reason: 'not-authorised' })
    await authorise(clock.now())
    await revokeCard({ db, clock }, { cardUuid, actor: 'test', reason: 'lost' })
    const { rows } = await db.query(
      `select outcome from card_unblock_authorisations where card_uuid = $1
       order by authorised_at`,
      [cardUuid],
    )
    expect(rows).toEqual([{ outcome: 'superseded' }, { outcome: 'card-ended' }])
    await expect(authorise(clock.now())).rejects.toMatchObject({ reason: 'card-ended' })
  })
})

describe('a PUK that is read out', () => {
  it('is the one on the card, and marks it until a desk has replaced it', async () => {
    const { db } = fixture.pki
    const { card, cardUuid } = await issued()
    expect((await planPukReadOut(deps(), cardUuid)).cardUuid).toBe(cardUuid)
    const { puks } = await readOutPuk(deps(), { cardUuid, actor: 'test', reason: 'no agent' })
    const [puk = Buffer.of()] = puks
    expect(puks).toHaveLength(1)
    expect(puk.toString('hex')).toBe(card.state.puk.value)
    const marked = await findCardCare(db, cardUuid)
    expect(marked).toMatchObject({ pukOwed: true, pukReadOutAt: fixture.pki.now })
    const audit = JSON.stringify(await fixture.pki.deps.audit.listRecent({ cardUuid }))
    expect(audit).toContain('card.puk-read-out')
    expect(audit).not.toContain(puk.toString('latin1'))
    await unblock(card)
    await checkUnblocked(card, cardUuid)
    expect(await findCardCare(db, cardUuid)).toMatchObject({ pukOwed: false, pukReadOutAt: null })
  })

  it('is one of two where its replacement was cut off', async () => {
    const { card, cardUuid } = await issued()
    const read = () => readOutPuk(deps(), { cardUuid, actor: 'test', reason: 'no agent' })
    for (let exchange = 1; ; exchange++) {
      card.faults.pullAwayAtExchange(exchange, { executed: true })
      await expect(unblock(card)).rejects.toMatchObject({ reason: 'card-removed' })
      card.faults.clear()
      const standing = await findPukStanding(fixture.pki.db, cardUuid)
      if (standing?.changeAt !== null) break
    }
    const { puks } = await read()
    expect(puks.map((puk) => puk.toString('hex'))).toContain(card.state.puk.value)
    expect(puks).toHaveLength(2)
  })
})

describe('a PIN that its holder changes', () => {
  it('is the new one after the old one was right, and on record', async () => {
    const { card, cardUuid } = await issued()
    let tries = 0
    const entering = {
      choose: pins.choose,
      enter: () => Promise.resolve(Buffer.from((tries += 1) === 1 ? '111222' : chosenPin)),
    }
    const desk = virtualDesk(card, { pins: entering, trace: null })
    await desk.withCard((one) => changePinAtDesk(deps(), one, { desk: 'test desk' }))
    expect(card.state.pin).toMatchObject({ value: onCard(newPin), triesLeft: 3 })
    const events = await fixture.pki.deps.audit.listRecent({ cardUuid })
    expect(events.map(({ event }) => event)).toContain('card.pin-changed')
  })
})
