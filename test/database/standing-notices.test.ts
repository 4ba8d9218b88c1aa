import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createCardStore } from '../../src/cards/card-store.ts'
import type { Database } from '../../src/db/pool.ts'
import { createHolderStore } from '../../src/holders/holder-store.ts'
import { createPasskeyStore } from '../../src/passkeys/passkey-store.ts'
import { createCertificateStore } from '../../src/pki/certificate-store.ts'
import { systemRandom } from '../../src/random.ts'
import { createTerminalStore } from '../../src/terminals/terminal-store.ts'
import { migratedTestDatabase } from '../support/migrated-database.ts'
import {
  insertAuthority,
  insertCard,
  insertPasskey,
  insertTerminal,
  preparedCertificate,
  registryTime,
} from '../support/registry.ts'

const at = registryTime

describe('the end of a standing', () => {
  let database: Awaited<ReturnType<typeof migratedTestDatabase>>
  let db: Database
  let stop: () => Promise<void>
  const heard: unknown[] = []

  beforeAll(async () => {
    database = await migratedTestDatabase()
    db = database.db
    const onPayload = (payload: string): unknown => heard.push(JSON.parse(payload))
    stop = await db.listen('ecard_standing', onPayload, () => undefined)
  })
  afterAll(async () => {
    await stop()
    await database.drop()
  })

  /** Everything said so far has been heard once this has. */
  async function settle(): Promise<unknown[]> {
    const mark = { mark: systemRandom.uuid() }
    await db.query(`select pg_notify('ecard_standing', $1)`, [JSON.stringify(mark)])
    await vi.waitFor(() => {
      expect(heard).toContainEqual(mark)
    })
    return heard.splice(0).slice(0, -1)
  }

  beforeEach(async () => {
    await settle()
  })

  it('of a card is told with its UUID', async () => {
    const { cardUuid } = await insertCard(db)
    await settle()
    const change = { from: 'active', to: 'suspended', reason: 'lost', at } as const
    await createCardStore(db).changeState(cardUuid, change)
    expect(await settle()).toEqual([{ kind: 'card', id: cardUuid }])
  })

  it('of a card certificate is told with the UUID of the card', async () => {
    const { cardUuid } = await insertCard(db)
    const { id: authorityId } = await insertAuthority(db)
    const certificates = createCertificateStore(db)
    const prepared = preparedCertificate(authorityId, { for: { cardUuid, slot: '9E' } })
    await certificates.prepareCertificate(prepared, at)
    await certificates.completeCertificate(prepared, Buffer.from('der'), at)
    await settle()
    await certificates.setStatus(prepared, { status: 'revoked', at, reason: 'unspecified' })
    expect(await settle()).toEqual([{ kind: 'card', id: cardUuid }])
  })

  it('of a terminal, or of its certificate, is told with the id of the terminal', async () => {
    const { id } = await insertTerminal(db)
    const { id: authorityId } = await insertAuthority(db)
    const certificates = createCertificateStore(db)
    const prepared = preparedCertificate(authorityId, { for: { terminalId: id } })
    await certificates.insertCertificate(prepared, Buffer.from('der of a terminal'), at)
    await settle()
    await certificates.setStatus(prepared, { status: 'revoked', at, reason: 'unspecified' })
    await createTerminalStore(db).withdraw(id, at)
    const told = { kind: 'terminal', id }
    expect(await settle()).toEqual([told, told])
  })

  it('of a holder is told with the id of the holder', async () => {
    const { holderId } = await insertCard(db)
    await settle()
    await createHolderStore(db).setState(holderId, 'inactive', at)
    expect(await settle()).toEqual([{ kind: 'holder', id: holderId }])
  })

  it('of a passkey is told with its id, once', async () => {
    const id = await insertPasskey(db)
    const passkeys = createPasskeyStore(db)
    await settle()
    const ending = { by: 'test', reason: 'counter-went-back', at }
    await passkeys.end(id, { ...ending, to: 'flagged' })
    await passkeys.end(id, { ...ending, to: 'revoked' })
    expect(await settle()).toEqual([{ kind: 'passkey', id }])
  })

  it('is told when it commits and never when it is rolled back', async () => {
    const { holderId } = await insertCard(db)
    await settle()
    const change = db.inTransaction(async (tx) => {
      await createHolderStore(tx).setState(holderId, 'inactive', at)
      expect(await settle()).toEqual([])
      throw new Error('thought better of it')
    })
    await expect(change).rejects.toThrow('thought better of it')
    expect(await settle()).toEqual([])
  })

  it('is not told of a card that comes back: nothing rests on it yet', async () => {
    const { cardUuid } = await insertCard(db)
    const cards = createCardStore(db)
    await cards.changeState(cardUuid, { from: 'active', to: 'suspended', reason: 'lost', at })
    await settle()
    await cards.changeState(cardUuid, { from: 'suspended', to: 'active', reason: 'found', at })
    expect(await settle()).toEqual([])
  })

  it('is not told where nothing changed', async () => {
    const { holderId } = await insertCard(db)
    await settle()
    await createHolderStore(db).setState(holderId, 'active', at)
    expect(await settle()).toEqual([])
  })
})
