import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migratedTestDatabase } from '../../test/support/migrated-database.ts'
import { insertTerminal, registryTime } from '../../test/support/registry.ts'
import type { Database } from '../db/pool.ts'
import { systemRandom } from '../random.ts'
import { createTerminalStore, type TerminalStore } from './terminal-store.ts'

const now = new Date('2026-03-01T07:00:00Z')
const before = new Date('2026-03-01T06:59:59Z')
const after = new Date('2026-03-01T07:05:00Z')
const unknown = systemRandom.uuid()

describe('the terminal store', () => {
  let database: Awaited<ReturnType<typeof migratedTestDatabase>>
  let db: Database
  let terminals: TerminalStore

  beforeAll(async () => {
    database = await migratedTestDatabase()
    db = database.db
    terminals = createTerminalStore(db)
  })
  afterAll(() => database.drop())

  const hash = (): Buffer => systemRandom.bytes(32)

  it('invites a terminal, activates it once with its key, and finds it', async () => {
    const invited = await insertTerminal(db, { state: 'invited', mode: 'personal' })
    expect(await terminals.find(invited.id)).toEqual(invited)
    const publicKey = systemRandom.bytes(91)
    const active = await terminals.activate(invited.id, { publicKey, at: now })
    expect(active).toEqual({ ...invited, state: 'active', publicKey })
    expect(await terminals.find(invited.id)).toEqual(active)
    const again = terminals.activate(invited.id, { publicKey: systemRandom.bytes(91), at: now })
    await expect(again).rejects.toMatchObject({ code: 'TERMINAL_TRANSITION_REFUSED' })
    expect(await terminals.find(unknown)).toBeNull()
  })

  it('gives one key to one terminal', async () => {
    const { publicKey } = await insertTerminal(db)
    const { id } = await insertTerminal(db, { state: 'invited' })
    const attempt = terminals.activate(id, { publicKey: publicKey ?? Buffer.alloc(1), at: now })
    await expect(attempt).rejects.toMatchObject({ code: 'DUPLICATE' })
  })

  describe('has enrolment codes', () => {
    it('that are taken once, whoever asks at the same time', async () => {
      const [{ id }, code] = [await insertTerminal(db, { state: 'invited' }), hash()]
      await terminals.putEnrolmentCode(code, id, after)
      const attempts = Array.from({ length: 20 }, () => terminals.takeEnrolmentCode(code, now))
      const taken = (await Promise.all(attempts)).filter((terminalId) => terminalId !== null)
      expect(taken).toEqual([id])
    })

    it('that are worth nothing once they have expired, at the very second too', async () => {
      for (const expiresAt of [before, now]) {
        const [{ id }, code] = [await insertTerminal(db, { state: 'invited' }), hash()]
        await terminals.putEnrolmentCode(code, id, expiresAt)
        expect(await terminals.takeEnrolmentCode(code, now)).toBeNull()
        expect(await terminals.takeEnrolmentCode(code, registryTime)).toBeNull()
      }
    })

    it('of which the newest alone opens', async () => {
      const [{ id }, first, second] = [
        await insertTerminal(db, { state: 'invited' }),
        hash(),
        hash(),
      ]
      await terminals.putEnrolmentCode(first, id, after)
      await terminals.putEnrolmentCode(second, id, after)
      expect(await terminals.takeEnrolmentCode(first, now)).toBeNull()
      expect(await terminals.takeEnrolmentCode(second, now)).toBe(id)
    })

    it('and knows no others', async () => {
      expect(await terminals.takeEnrolmentCode(hash(), now)).toBeNull()
    })
  })

  it('finds the terminal that a browser is paired with, whatever its state', async () => {
    const [terminal, secret] = [await insertTerminal(db), hash()]
    await terminals.insertPairing(terminal.id, secret, now)
    expect(await terminals.findByPairing(secret)).toEqual(terminal)
    expect(await terminals.findByPairing(hash())).toBeNull()
    await db.query(`update terminals set state = 'withdrawn' where id = $1`, [terminal.id])
    expect(await terminals.findByPairing(secret)).toEqual({ ...terminal, state: 'withdrawn' })
  })

  it('withdraws a terminal for good, with its codes and pairings', async () => {
    const [terminal, code, secret] = [
      await insertTerminal(db, { state: 'invited' }),
      hash(),
      hash(),
    ]
    await terminals.putEnrolmentCode(code, terminal.id, after)
    await terminals.insertPairing(terminal.id, secret, now)
    const withdrawn = await terminals.withdraw(terminal.id, now)
    expect(withdrawn).toEqual({ ...terminal, state: 'withdrawn' })
    expect(await terminals.withdraw(terminal.id, after)).toEqual(withdrawn)
    expect(await terminals.takeEnrolmentCode(code, now)).toBeNull()
    expect(await terminals.findByPairing(secret)).toBeNull()
    const key = { publicKey: systemRandom.bytes(91), at: now }
    await expect(terminals.activate(terminal.id, key)).rejects.toMatchObject({
      code: 'TERMINAL_TRANSITION_REFUSED',
    })
    await expect(terminals.withdraw(unknown, now)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('lists terminals by name, as Vietnamese sorts', async () => {
    await db.query('delete from terminals')
    for (const name of ['Đón tiếp', 'Dân số', 'Em', 'Ánh Sáng', 'An Bình'])
      await insertTerminal(db, { name })
    const names = (await terminals.list()).map(({ name }) => name)
    expect(names).toEqual(['An Bình', 'Ánh Sáng', 'Dân số', 'Đón tiếp', 'Em'])
  })
})
