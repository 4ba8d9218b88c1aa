import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createInProcessCardPort } from '../../card-reader/virtual-card/in-process-card-port.ts'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import { deskOver } from '../../scripts/desk/local-desk.ts'
import { personalise } from '../../test/support/card-channels.ts'
import {
  alwaysChosen,
  chosenPin,
  createIssuingFixture,
  type IssuingFixture,
} from '../../test/support/issuing-fixture.ts'
import { activateAtDesk } from './activate-on-first-use.ts'
import { createCardStore } from './card-store.ts'
import { recogniseCard } from './inspect-card.ts'
import { issueCard, planIssuing } from './issue-card.ts'
import { resetPresentedCard } from './reset-presented-card.ts'
import { revokeCard } from './revoke-card.ts'

let fixture: IssuingFixture
beforeAll(async () => {
  fixture = await createIssuingFixture()
})
afterAll(() => fixture.close())

/** A card whose issuing was cut off at that exchange. */
async function halfMade(exchange: number, request?: Awaited<ReturnType<typeof fixture.request>>) {
  const card = VirtualCard.create()
  const asked = request ?? (await fixture.request('citizen'))
  card.faults.pullAwayAtExchange(exchange, { executed: true })
  await expect(fixture.issue(card, asked)).rejects.toMatchObject({ reason: 'card-removed' })
  return { card, asked }
}

const stateOf = async (cardUuid: string) =>
  (await createCardStore(fixture.pki.db).find(cardUuid))?.state

async function uuidOf(card: VirtualCard): Promise<string> {
  const { identity } = await fixture
    .desk(card)
    .withCard((one) => recogniseCard(fixture.pki.db, one))
  return identity.cardUuid ?? 'none'
}

async function rowCounts() {
  const { rows } = await fixture.pki.db.query<{ cards: string; issuances: string }>(
    `select (select count(*) from cards) as cards,
       (select count(*) from card_issuances) as issuances`,
  )
  return rows[0]
}

describe('issuing on a blank card', () => {
  it.each([
    ['civil-servant', ['9a', '9c', '9d', '9e']],
    ['citizen', ['9a', '9e']],
    ['enterprise', ['9a', '9c', '9e']],
  ] as const)('fills the slots of a %s card by its profile', async (kind, slots) => {
    const card = VirtualCard.create()
    const issued = await fixture.issue(card, await fixture.request(kind))
    expect(issued).toMatchObject({ resumed: false, wiped: null, card: { state: 'issued', kind } })
    expect(Object.keys(card.state.keys).sort()).toEqual(slots)
    expect(card.state.pin.value).toBe(Buffer.from(chosenPin).toString('hex') + 'ffff')
  })

  it('hands it over active where that was asked for', async () => {
    const request = await fixture.request('citizen', { active: true })
    const { card } = await fixture.issue(VirtualCard.create(), request)
    expect(card.state).toBe('active')
  })

  it('sets the tries that the profile wants', async () => {
    const card = VirtualCard.create()
    const { citizen } = fixture.deps.profiles
    const strict = { ...citizen, pin: { ...citizen.pin, tries: 5 }, puk: { tries: 4 } }
    const deps = { ...fixture.deps, profiles: { ...fixture.deps.profiles, citizen: strict } }
    const request = await fixture.request('citizen')
    await fixture.desk(card).withCard((presented) => issueCard(deps, presented, request))
    expect([card.state.pin.triesTotal, card.state.puk.triesTotal]).toEqual([5, 4])
    expect(card.state.puk.value).not.toBe('3132333435363738')
  })

  it('uses the best algorithm for the management key that the card has', async () => {
    const card = VirtualCard.create({ behaviour: { factoryManagementKey: 'AES-192' } })
    await fixture.issue(card, await fixture.request('citizen'))
    expect(card.state.managementKey.algorithm).toBe(0x0c)
  })

  it('is told before, and nothing is written', async () => {
    const card = VirtualCard.create()
    const [request, before] = [await fixture.request('citizen'), await rowCounts()]
    const plan = await fixture
      .desk(card)
      .withCard((presented) => planIssuing(fixture.deps, presented, request))
    expect(plan.fate).toBe('issue')
    expect(await rowCounts()).toEqual(before)
    expect(card.state.objects).toEqual({})
  })

  it('puts in the audit who asked, before and after', async () => {
    const { card } = await fixture.issue(VirtualCard.create(), await fixture.request('citizen'))
    const { cardUuid } = card
    const events = await fixture.pki.deps.audit.listRecent({ cardUuid })
    const said = events.filter(({ event }) => event === 'card.issued').reverse()
    expect(said.map(({ outcome, actor }) => [outcome, actor])).toEqual([
      ['intended', 'test'],
      ['succeeded', 'test'],
    ])
  })
})

describe('a card that was half made', () => {
  it('is wiped when it was for somebody else, and its row revoked', async () => {
    const { card } = await halfMade(30)
    const before = await uuidOf(card)
    const issued = await fixture.issue(card, await fixture.request('citizen'))
    expect(issued).toMatchObject({ wiped: { cardUuid: before, why: 'half-made-for-another' } })
    expect(await stateOf(before)).toBe('revoked')
    expect(issued.card.cardUuid).toBe(await uuidOf(card))
  })

  it('is wiped when the registry has lost it: its management key is still ours', async () => {
    const { card, asked } = await halfMade(30)
    const cardUuid = await uuidOf(card)
    const { db } = fixture.pki
    for (const table of ['card_issuances', 'certificates', 'cards']) {
      await db.query(`delete from ${table} where card_uuid = $1`, [cardUuid])
    }
    const issued = await fixture.issue(card, asked)
    expect(issued).toMatchObject({ wiped: { cardUuid, why: 'unknown-to-registry' } })
  })

  it('is wiped when the registry has lost it before the new management key', async () => {
    const { card, asked } = await halfMade(16)
    const cardUuid = await uuidOf(card)
    const { db } = fixture.pki
    for (const table of ['card_issuances', 'cards']) {
      await db.query(`delete from ${table} where card_uuid = $1`, [cardUuid])
    }
    const issued = await fixture.issue(card, asked)
    expect(issued).toMatchObject({ wiped: { cardUuid, why: 'unknown-to-registry' } })
  })

  it('is wiped when its row was revoked meanwhile', async () => {
    const { card, asked } = await halfMade(30)
    const cardUuid = await uuidOf(card)
    const { db, deps } = fixture.pki
    await revokeCard({ db, clock: deps.clock }, { cardUuid, actor: 'test', reason: 'given up' })
    const issued = await fixture.issue(card, asked)
    expect(issued).toMatchObject({ wiped: { cardUuid, why: 'card-ended' } })
  })

  it('ends issued when it is pulled away at every exchange of the wiping', async () => {
    for (const executed of [false, true]) {
      for (let exchange = 8; exchange <= 18; exchange++) {
        const { card } = await halfMade(30)
        const asked = await fixture.request('citizen')
        card.faults.pullAwayAtExchange(exchange, { executed })
        await expect(fixture.issue(card, asked)).rejects.toMatchObject({ reason: 'card-removed' })
        card.faults.clear()
        const issued = await fixture.issue(card, asked)
        expect(issued.card.state).toBe('issued')
        expect(await uuidOf(card)).toBe(issued.card.cardUuid)
      }
    }
  }, 120_000)

  it('gives up, and is wiped by the next run, when its keys do not sign', async () => {
    const card = VirtualCard.create()
    const asked = await fixture.request('citizen')
    // The object that is read back is not the one that was written.
    card.faults.answerAtExchange(15, Buffer.from('53009000', 'hex'))
    await expect(fixture.issue(card, asked)).rejects.toMatchObject({ reason: 'does-not-verify' })
    const cardUuid = await uuidOf(card)
    expect(await stateOf(cardUuid)).toBe('revoked')
    const issued = await fixture.issue(card, asked)
    expect(issued).toMatchObject({ wiped: { cardUuid }, card: { state: 'issued' } })
  })
})

describe('a card that is refused', () => {
  const refusal = async (card: VirtualCard) => {
    const [request, before, state] = [
      await fixture.request('citizen'),
      await rowCounts(),
      card.state,
    ]
    const error = await fixture.issue(card, request).catch((reason: unknown) => reason)
    expect(await rowCounts()).toEqual(before)
    expect(card.state).toEqual(state)
    return (error as { reason?: string }).reason
  }

  it('is one in use', async () => {
    const card = VirtualCard.create()
    await fixture.issue(card, await fixture.request('citizen'))
    expect(await refusal(card)).toBe('card-in-use')
  })

  it("is somebody else's, personalised with the factory's management key", async () => {
    const card = VirtualCard.create()
    await personalise(card, { cardUuid: crypto.randomUUID() })
    expect(await refusal(card)).toBe('someone-elses-card')
  })

  it('has a PIN that somebody chose', async () => {
    const card = VirtualCard.create()
    await fixture.desk(card).withCard(async (one) => {
      await one.identify()
      await one.setPin(Buffer.from('12345678'), { minDigits: 6, refuseSimple: true })
    })
    expect(await refusal(card)).toBe('someone-elses-card')
  })

  it('has a management key that nobody knows', async () => {
    const card = VirtualCard.create()
    await fixture.desk(card).withCard(async (one) => {
      await one.identify()
      const factory = Buffer.from('010203040506070801020304050607080102030405060708', 'hex')
      await one.authenticate({ algorithm: '3DES', bytes: factory })
      await one.setManagementKey({ algorithm: 'AES-128', bytes: Buffer.alloc(16, 7) })
    })
    expect(await refusal(card)).toBe('wrong-management-key')
  })

  it('carries a copy of the CHUID of one of ours', async () => {
    const { card: ours } = await halfMade(30)
    const copy = VirtualCard.create()
    const chuid = Buffer.from(ours.state.objects['5fc102'] ?? '', 'base64').subarray(4)
    await fixture.desk(copy).withCard(async (one) => {
      await one.identify()
      const factory = Buffer.from('010203040506070801020304050607080102030405060708', 'hex')
      await one.authenticate({ algorithm: '3DES', bytes: factory })
      await one.putObject('chuid', chuid)
      await one.setManagementKey({ algorithm: 'AES-128', bytes: Buffer.alloc(16, 7) })
    })
    expect(await refusal(copy)).toBe('wrong-management-key')
  })

  it('is of a kind that its holder cannot have', async () => {
    const holder = await fixture.addHolder('enterprise')
    const request = await fixture.request('citizen', { holder })
    await expect(fixture.issue(VirtualCard.create(), request)).rejects.toMatchObject({
      reason: 'holder-of-another-kind',
    })
  })

  it.each([
    ['no-such-reader', 'Elsewhere', []],
    ['no-card', 'Reader', []],
    ['storage-card', 'Reader', ['storage-card']],
    ['two-cards', 'Reader', ['blank', 'blank']],
  ] as const)('is told as %s', async (reason, reader, cards) => {
    const port = createInProcessCardPort({ readers: ['Reader 1', 'Reader 2'] })
    for (const [at, what] of cards.entries()) {
      port.insert(what === 'blank' ? VirtualCard.create() : what, `Reader ${at + 1}`)
    }
    const desk = deskOver(port, { reader, pins: alwaysChosen, trace: null })
    await expect(desk.withCard(() => Promise.resolve())).rejects.toMatchObject({ reason })
    await desk.close()
  })

  it('is told as reader-gone when its reader is unplugged on the way', async () => {
    const port = createInProcessCardPort({ readers: ['Reader 1'] })
    const card = VirtualCard.create()
    port.insert(card, 'Reader 1')
    const desk = deskOver(port, { reader: 'Reader 1', pins: alwaysChosen, trace: null })
    const request = await fixture.request('citizen')
    const unplugging = {
      ...fixture.deps,
      onStep: (step: string) => {
        if (step === 'key-9A') port.unplug('Reader 1')
      },
    }
    const issuing = desk.withCard((one) => issueCard(unplugging, one, request))
    await expect(issuing).rejects.toMatchObject({ reason: 'reader-gone' })
    await desk.close()
    expect(await fixture.issue(card, request)).toMatchObject({ resumed: true })
  })

  it('is full, and says so', async () => {
    const card = VirtualCard.create()
    card.faults.answerAtExchange(14, Buffer.from('6a84', 'hex'))
    await expect(fixture.issue(card, await fixture.request('citizen'))).rejects.toMatchObject({
      reason: 'card-full',
    })
  })
})

describe('an issued card', () => {
  it('becomes active by the PIN of its holder at the desk', async () => {
    const card = VirtualCard.create()
    const { holder, ...asked } = await fixture.request('citizen')
    await fixture.issue(card, { holder, ...asked })
    const { db, deps } = fixture.pki
    const activated = await fixture
      .desk(card)
      .withCard((one) => activateAtDesk({ db, clock: deps.clock, random: deps.random }, one))
    expect(activated).toMatchObject({ state: 'active', holderId: holder.id })
  })

  it('is revoked before it is reset, and blank afterwards', async () => {
    const card = VirtualCard.create()
    const { cardUuid } = (await fixture.issue(card, await fixture.request('citizen'))).card
    const { db, deps } = fixture.pki
    const reset = { db, clock: deps.clock, secrets: fixture.deps.secrets }
    const asked = { actor: 'test', reason: 'returned' }
    const done = fixture.desk(card).withCard((one) => resetPresentedCard(reset, one, asked))
    expect(await done).toBe(cardUuid)
    expect(await stateOf(cardUuid)).toBe('revoked')
    expect(card.state).toMatchObject({ keys: {}, objects: {} })
  })

  it('is not revoked by the reset of a blank card that carries a copy of its CHUID', async () => {
    const ours = VirtualCard.create()
    const { cardUuid } = (await fixture.issue(ours, await fixture.request('citizen'))).card
    const copy = VirtualCard.create()
    const chuid = Buffer.from(ours.state.objects['5fc102'] ?? '', 'base64').subarray(4)
    const { db, deps } = fixture.pki
    const reset = { db, clock: deps.clock, secrets: fixture.deps.secrets }
    const resetting = fixture.desk(copy).withCard(async (one) => {
      await one.identify()
      const factory = Buffer.from('010203040506070801020304050607080102030405060708', 'hex')
      await one.authenticate({ algorithm: '3DES', bytes: factory })
      await one.putObject('chuid', chuid)
      return resetPresentedCard(reset, one, { actor: 'test', reason: 'returned' })
    })
    await expect(resetting).rejects.toMatchObject({ reason: 'wrong-management-key' })
    expect(await stateOf(cardUuid)).toBe('issued')
  })
})
