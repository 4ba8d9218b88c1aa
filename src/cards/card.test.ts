import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migratedTestDatabase } from '../../test/support/migrated-database.ts'
import {
  insertAuthority,
  insertCard,
  insertPerson,
  insertTerminal,
  preparedCertificate,
  registryEnd,
  registryTime,
} from '../../test/support/registry.ts'
import type { Database } from '../db/pool.ts'
import type { KeySlot } from '../holders/card-kind.ts'
import { createCertificateStore } from '../pki/certificate-store.ts'
import { systemRandom } from '../random.ts'
import { createCardStore, type CardStore } from './card-store.ts'
import { cardStates, cardTransitions } from './card.ts'

const at = new Date('2026-02-01T01:02:03.456Z')

describe('the state table of cards', () => {
  it('reaches every state from the first, and leaves none of the last', () => {
    const reached = new Set(['requested'])
    for (const state of cardStates)
      if (reached.has(state)) for (const next of cardTransitions[state]) reached.add(next)
    expect([...reached].sort()).toEqual([...cardStates].sort())
    for (const end of ['revoked', 'expired', 'replaced'] as const)
      expect(cardTransitions[end]).toEqual([])
  })

  it('lets every card that has not ended be revoked', () => {
    for (const state of cardStates.filter((one) => cardTransitions[one].length > 0))
      expect(cardTransitions[state]).toContain('revoked')
  })
})

describe('the card store', () => {
  let database: Awaited<ReturnType<typeof migratedTestDatabase>>
  let db: Database
  let cards: CardStore

  beforeAll(async () => {
    database = await migratedTestDatabase()
    db = database.db
    cards = createCardStore(db)
  })
  afterAll(() => database.drop())

  it('gives back the card that was inserted, and null for one that was not', async () => {
    const { id: holderId } = await insertPerson(db)
    const card = {
      cardUuid: systemRandom.uuid(),
      kind: 'citizen',
      holderId,
      state: 'requested',
      stateSince: registryTime,
      expiresAt: registryEnd,
    } as const
    await cards.insert(card)
    expect(await cards.find(card.cardUuid)).toEqual(card)
    expect(await cards.find(systemRandom.uuid())).toBeNull()
    await expect(cards.insert(card)).rejects.toMatchObject({ code: 'DUPLICATE' })
  })

  it('refuses a card that starts anywhere but at the start', async () => {
    const { id: holderId } = await insertPerson(db)
    const card = { cardUuid: systemRandom.uuid(), kind: 'citizen', holderId } as const
    const dates = { stateSince: registryTime, expiresAt: registryEnd }
    const insertion = cards.insert({ ...card, ...dates, state: 'active' })
    await expect(insertion).rejects.toMatchObject({ code: 'CARD_TRANSITION_REFUSED' })
  })

  it('moves a card along the state table and remembers when', async () => {
    const { cardUuid } = await insertCard(db, { state: 'active' })
    const change = { from: 'active', to: 'suspended', reason: 'mất thẻ', at } as const
    const card = await cards.changeState(cardUuid, change)
    expect(card).toMatchObject({ state: 'suspended', stateSince: at })
    expect(await cards.find(cardUuid)).toEqual(card)
  })

  it.each([
    ['a step that the table does not have', 'issued', 'issued', 'suspended'],
    ['a step from a state that the card is not in', 'active', 'suspended', 'active'],
    ['a step that leads nowhere', 'revoked', 'revoked', 'revoked'],
  ] as const)('refuses %s', async (_, state, from, to) => {
    const { cardUuid } = await insertCard(db, { state })
    const change = cards.changeState(cardUuid, { from, to, reason: null, at })
    await expect(change).rejects.toMatchObject({
      code: 'CARD_TRANSITION_REFUSED',
      facts: { cardUuid, from, to },
    })
    expect(await cards.find(cardUuid)).toMatchObject({ state, stateSince: registryTime })
  })

  it('refuses a card that is not there', async () => {
    const change = { from: 'active', to: 'revoked', reason: null, at } as const
    await expect(cards.changeState(systemRandom.uuid(), change)).rejects.toMatchObject({
      code: 'CARD_TRANSITION_REFUSED',
    })
  })

  it('lets one of twenty concurrent changes through', async () => {
    const { cardUuid } = await insertCard(db, { state: 'issued' })
    const change = { from: 'issued', to: 'active', reason: null, at } as const
    const changes = Array.from({ length: 20 }, () => cards.changeState(cardUuid, change))
    const outcomes = await Promise.allSettled(changes)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('lists the cards of one holder alone', async () => {
    const first = await insertCard(db, { kind: 'citizen' })
    const { holderId } = first
    const second = await insertCard(db, { kind: 'civil-servant', holderId, state: 'revoked' })
    await insertCard(db)
    const listed = await cards.listByHolder(holderId)
    expect(listed.map(({ cardUuid }) => cardUuid).sort()).toEqual(
      [first.cardUuid, second.cardUuid].sort(),
    )
  })

  describe('finds a certificate with card and holder', () => {
    async function issue(
      cardUuid: string,
      given: { notBefore?: Date; der?: string } = {},
    ): Promise<{ authorityId: string; serialNumber: string; der: Buffer }> {
      const { id: authorityId } = await insertAuthority(db)
      const { notBefore = registryTime } = given
      const der = Buffer.from(given.der ?? systemRandom.uuid())
      const prepared = preparedCertificate(authorityId, {
        for: { cardUuid, slot: '9E' },
        notBefore,
      })
      await createCertificateStore(db).insertCertificate(prepared, der, at)
      return { authorityId, serialNumber: prepared.serialNumber, der }
    }

    const find = (cardUuid: string, slot: KeySlot, terminalId: string = systemRandom.uuid()) =>
      cards.findCertificateByCard({ cardUuid, slot }, terminalId)

    it('by its fingerprint', async () => {
      const { cardUuid, holderId } = await insertCard(db, { kind: 'enterprise' })
      await issue(cardUuid, { der: 'certificate' })
      const { rows } = await db.query<{ hash: Buffer }>(`select sha256('certificate') as hash`)
      const fingerprint = rows[0]?.hash ?? Buffer.alloc(0)
      const { standing } = await cards.findCertificateStanding(fingerprint, systemRandom.uuid())
      expect(standing).toMatchObject({
        certificate: { slot: '9E', status: 'active', fingerprint },
        card: { cardUuid, kind: 'enterprise', state: 'active', holderId, expiresAt: registryEnd },
        holder: { id: holderId, state: 'active' },
      })
      expect(standing?.certificate.der).toEqual(Buffer.from('certificate'))
    })

    it('with the terminal where it was presented, each whether or not the other is there', async () => {
      const { cardUuid } = await insertCard(db)
      const { der } = await issue(cardUuid)
      const { id, mode, state, publicKey } = await insertTerminal(db)
      const nowhere = systemRandom.uuid()
      expect(await find(cardUuid, '9E', id)).toMatchObject({
        standing: { certificate: { der } },
        terminal: { id, mode, state, publicKey },
      })
      expect(await find(cardUuid, '9A', id)).toMatchObject({ standing: null, terminal: { id } })
      expect(await find(cardUuid, '9E', nowhere)).toMatchObject({
        standing: { certificate: { der } },
        terminal: null,
      })
      const unknown = { standing: null, terminal: null }
      expect(await cards.findCertificateStanding(Buffer.alloc(32), nowhere)).toEqual(unknown)
    })

    it('by card and slot: the one that counts, whichever is newest', async () => {
      const { cardUuid } = await insertCard(db)
      const certificates = createCertificateStore(db)
      const newest = await issue(cardUuid, { notBefore: new Date('2027-01-01T00:00:00Z') })
      await certificates.setStatus(newest, { status: 'revoked', at, reason: 'keyCompromise' })
      const counting = await issue(cardUuid)
      const { standing } = await find(cardUuid, '9E')
      expect(standing?.certificate.der).toEqual(counting.der)
      expect((await find(cardUuid, '9A')).standing).toBeNull()
      expect((await find(systemRandom.uuid(), '9E')).standing).toBeNull()
    })

    it('by card and slot: the newest, where none counts any more', async () => {
      const { cardUuid } = await insertCard(db)
      const certificates = createCertificateStore(db)
      const older = await issue(cardUuid)
      await certificates.setStatus(older, { status: 'superseded', at, reason: null })
      const newer = await issue(cardUuid, { notBefore: new Date('2027-01-01T00:00:00Z') })
      await certificates.setStatus(newer, { status: 'revoked', at, reason: 'unspecified' })
      const { standing } = await find(cardUuid, '9E')
      expect(standing?.certificate).toMatchObject({
        serialNumber: newer.serialNumber,
        status: 'revoked',
      })
    })

    it('and not one that was merely prepared', async () => {
      const { cardUuid } = await insertCard(db)
      const { id: authorityId } = await insertAuthority(db)
      const prepared = preparedCertificate(authorityId, { for: { cardUuid, slot: '9E' } })
      await createCertificateStore(db).prepareCertificate(prepared, at)
      expect((await find(cardUuid, '9E')).standing).toBeNull()
    })
  })
})
