import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestClock } from '../../test/support/card-auth-fixture.ts'
import { migratedTestDatabase } from '../../test/support/migrated-database.ts'
import { createTestTerminal } from '../../test/support/test-terminal.ts'
import { createAuditStore } from '../audit/audit-store.ts'
import { createMemoryStore } from '../db/memory-store.ts'
import { systemRandom } from '../random.ts'
import { createPairingCode, pairBrowser, terminalOfBrowser } from './pair-browser.ts'
import { createTerminalStore } from './terminal-store.ts'
import type { Terminal } from './terminal.ts'
import { withdrawTerminal } from './withdraw-terminal.ts'

let database: Awaited<ReturnType<typeof migratedTestDatabase>>
let deps: ReturnType<typeof createDeps>

beforeAll(async () => {
  database = await migratedTestDatabase()
  deps = createDeps()
})
afterAll(async () => {
  await database.drop()
})

describe('the pairing of a browser', () => {
  it('ties the browser that brings the code to its terminal', async () => {
    const terminal = await enrol()
    const { code, expiresInSeconds } = await createPairingCode(deps, terminal.id)
    expect(code).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(expiresInSeconds).toBe(300)
    const paired = await pairBrowser(deps, code)
    expect(paired.terminal).toEqual(terminal)
    expect(await terminalOfBrowser(deps, paired.secret)).toEqual(terminal)
    expect(await deps.audit.listRecent({ terminalId: terminal.id })).toMatchObject([
      { event: 'terminal.browser-paired', outcome: 'succeeded' },
    ])
  })
  it('gives each browser a secret of its own and keeps none of them', async () => {
    const terminal = await enrol()
    const secrets = [await pair(terminal), await pair(terminal)]
    expect(secrets[0]).not.toBe(secrets[1])
    const { rows } = await database.db.query('select * from terminal_pairings')
    const kept = JSON.stringify(rows)
    for (const secret of secrets) expect(kept).not.toContain(secret)
  })
  it('is done once with a code, by one of many that bring it at once', async () => {
    const { code } = await createPairingCode(deps, (await enrol()).id)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => pairBrowser(deps, code)),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await expectRefusal(code, 'code-unknown')
  })
  it('is refused after five minutes', async () => {
    const { code } = await createPairingCode(deps, (await enrol()).id)
    deps.clock.advance(300)
    await expectRefusal(code, 'code-unknown')
  })
  it.each(['', 'short', 'A'.repeat(43), `${'A'.repeat(42)}\n`])('is refused with "%s"', (code) =>
    expectRefusal(code, 'code-unknown'),
  )
  it('is refused for a terminal that has been withdrawn meanwhile', async () => {
    const terminal = await enrol()
    const { code } = await createPairingCode(deps, terminal.id)
    await withdraw(terminal)
    await expectRefusal(code, 'terminal-withdrawn')
  })
})

describe('a browser', () => {
  it.each(['', 'guess', 'A'.repeat(43), 'A'.repeat(44)])('with secret "%s" has none', async (s) => {
    expect(await terminalOfBrowser(deps, s)).toBeNull()
  })
  it('loses its terminal when that is withdrawn', async () => {
    const terminal = await enrol()
    const secret = await pair(terminal)
    await withdraw(terminal)
    expect(await terminalOfBrowser(deps, secret)).toBeNull()
    expect(await deps.audit.listRecent({ terminalId: terminal.id, limit: 1 })).toMatchObject([
      { event: 'terminal.withdrawn', actor: 'ecard', reason: 'stolen' },
    ])
  })
})

describe('a withdrawal', () => {
  it('says so for a terminal that there is not', async () => {
    const unknown = createTestTerminal().terminal
    await expect(withdraw(unknown)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

function createDeps() {
  const clock = createTestClock()
  return {
    store: createMemoryStore({ clock }),
    terminals: createTerminalStore(database.db),
    audit: createAuditStore(database.db),
    clock,
    random: systemRandom,
  }
}

async function enrol(): Promise<Terminal> {
  const { terminal } = createTestTerminal()
  await deps.terminals.insertInvited(terminal, deps.clock.now())
  const activation = { publicKey: terminal.publicKey, at: deps.clock.now() }
  return deps.terminals.activate(terminal.id, activation)
}

async function pair(terminal: Terminal): Promise<string> {
  const { code } = await createPairingCode(deps, terminal.id)
  return (await pairBrowser(deps, code)).secret
}

function withdraw(terminal: Terminal): Promise<Terminal> {
  return withdrawTerminal(deps, terminal.id, { actor: 'ecard', reason: 'stolen' })
}

async function expectRefusal(code: string, reason: string): Promise<void> {
  await expect(pairBrowser(deps, code)).rejects.toMatchObject({ code: 'PAIRING_REFUSED', reason })
}
