import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import { deskRefusals } from '../../src/terminals/desk-refused.ts'
import { createTerminalStore } from '../../src/terminals/terminal-store.ts'
import {
  createWire,
  startDeskNode,
  startDeskTerminal,
  type DeskNode,
  type DeskTerminal,
} from '../../test/support/desk-fixture.ts'
import {
  chosenPin,
  createIssuingFixture,
  type IssuingFixture,
} from '../../test/support/issuing-fixture.ts'
import { fixturePassphrase } from '../../test/support/pki-fixture.ts'
import { runProgram } from '../../test/support/program.ts'
import { insertTerminal } from '../../test/support/registry.ts'
import { buildProgram } from '../program/program.ts'
import { terminalEn } from '../words/terminal-en.ts'
import { terminalVi } from '../words/terminal-vi.ts'

let fixture: IssuingFixture
let node: DeskNode
let desk: DeskTerminal
let folder: string

beforeAll(async () => {
  fixture = await createIssuingFixture()
  node = await startDeskNode(fixture.pki.url, createWire())
  desk = await startDeskTerminal(fixture.pki.db, node)
  folder = await mkdtemp(join(tmpdir(), 'ecard-terminal-'))
  await writeFile(join(folder, 'passphrase'), fixturePassphrase)
})
afterAll(async () => {
  await desk.close()
  await node.close()
  await fixture.close()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(() => {
  vi.stubEnv('ECARD_LANG', 'en')
  vi.stubEnv('DATABASE_URL', fixture.pki.url)
  vi.stubEnv('ECARD_DATA_DIR', fixture.pki.folder)
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

/** What `ecard terminal` prints, in this process. */
async function terminal(...args: readonly string[]): Promise<string> {
  const lines: string[] = []
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line))
  const program = await buildProgram((noun) => noun === 'terminal')
  await program.parseAsync(['terminal', ...args], { from: 'user' })
  return lines.join('\n')
}

async function shown(named: string): Promise<Readonly<Record<string, unknown>>> {
  return JSON.parse(await terminal('show', named, '--json')) as Record<string, unknown>
}

describe('ecard terminal', () => {
  it('invites a desk, renames it, makes it none and withdraws it, each only with --apply', async () => {
    const name = 'Bàn cấp thẻ huyện Ví Dụ'
    const invite = ['invite', '--name', name, '--desk']
    expect(await terminal(...invite)).toContain('Nothing changed.')
    await expect(terminal('show', name)).rejects.toMatchObject({
      ...{ code: 'TERMINAL_DESK_REFUSED', reason: 'unknown-terminal' },
      message: `There is no terminal "${name}". See: ecard terminal list`,
    })
    const told = JSON.parse(await terminal(...invite, '--apply', '--json')) as { id: string }
    expect(told).toMatchObject({ applied: true, code: expect.stringMatching(/^\S{8,}$/) as string })
    expect(await shown(name)).toMatchObject({ id: told.id, state: 'invited', isDesk: true })

    const rename = ['rename', told.id, '--name', 'Bàn cấp thẻ số 2']
    expect(await terminal(...rename)).toContain('would be called "Bàn cấp thẻ số 2"')
    expect(await shown(told.id)).toMatchObject({ name })
    expect(await terminal(...rename, '--apply')).toContain('is called "Bàn cấp thẻ số 2" from now')
    expect(await terminal('desk', told.id, 'no', '--apply')).toContain('no issuing desk any more')
    expect(await terminal('desk', told.id, 'no')).toBe('It is so already.')

    const withdraw = ['withdraw', told.id, '--reason', 'moved']
    expect(await terminal(...withdraw)).toContain('would be withdrawn for good')
    expect(await terminal(...withdraw, '--apply')).toContain('Withdrawn: Bàn cấp thẻ số 2')
    expect(await shown(told.id)).toMatchObject({ state: 'withdrawn', isDesk: false })
    const { rows } = await fixture.pki.db.query<{ event: string }>(
      `select event from audit_events where terminal_id = $1 order by id`,
      [told.id],
    )
    expect(rows.map(({ event }) => event)).toEqual([
      ...['terminal.invited', 'terminal.changed', 'terminal.changed', 'terminal.withdrawn'],
    ])
  })

  it('makes no personal terminal a desk, and knows the agencies', async () => {
    const personal = await insertTerminal(fixture.pki.db, { name: 'Máy riêng', mode: 'personal' })
    for (const args of [
      ['desk', personal.id, 'yes', '--apply'],
      ['invite', '--name', 'Máy khác', '--mode', 'personal', '--desk', '--apply'],
    ])
      await expect(terminal(...args)).rejects.toMatchObject({
        ...{ code: 'INPUT_INVALID', message: 'A personal terminal cannot be an issuing desk.' },
      })
    await expect(terminal('invite', '--name', 'Quầy 9', '--agency', '999-X')).rejects.toMatchObject(
      { code: 'NOT_FOUND' },
    )
    await expect(
      createTerminalStore(fixture.pki.db).change(personal.id, { name: 'x', isDesk: true }),
    ).rejects.toThrow('terminals_desk_is_managed')
  })

  it('lists who is connected, with readers, and when who is away was seen', async () => {
    const other = await startDeskTerminal(fixture.pki.db, node)
    await vi.waitFor(async () => {
      expect(await shown(other.id)).toMatchObject({ online: true, readers: ['Virtual reader'] })
    })
    await other.close()
    await vi.waitFor(async () => {
      expect(await shown(other.id)).toMatchObject({ online: false })
    })
    const listed = await terminal('list', '--state', 'active')
    expect(listed).toMatch(new RegExp(`^${desk.name} +active +managed +yes +- +online`, 'm'))
    expect(listed).toMatch(
      new RegExp(`^${other.name} .* seen 20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d `, 'm'),
    )
    expect(await terminal('show', desk.id)).toContain('Reader             Virtual reader')
    vi.stubEnv('ECARD_LANG', 'vi')
    expect(await terminal('list')).toContain('đang kết nối')
  })

  it('has a sentence for each refusal in both languages', () => {
    for (const reason of deskRefusals) {
      const [vi, en] = [terminalVi.refusals[reason]({}), terminalEn.refusals[reason]({})]
      expect(vi).not.toBe(en)
      for (const sentence of [vi, en]) expect(sentence).toMatch(/^\p{Lu}.*$/u)
    }
  })
})

describe('ecard card issue --terminal', () => {
  it('issues the card that lies there; its holder types the PIN there', async () => {
    desk.port.insert(VirtualCard.create())
    desk.prompt.typed.push(chosenPin, chosenPin)
    const holder = await fixture.addHolder('citizen')
    const issue = ['issue', '--holder', holder.id, '--kind', 'citizen', '--terminal', desk.name]
    const issued = await ecard(...issue, '--apply', '--trace')
    expect(issued, issued.output).toMatchObject({ status: 0 })
    const [asked] = desk.prompt.asked
    expect(issued.output).toContain(`Terminal "${desk.name}", number ${asked?.number ?? '?'}:`)
    expect(issued.output).toMatch(/^generateKey +\d+\.\d ms/m)
    expect(issued.output).toMatch(/Card [0-9a-f-]{36} is issued\./)
    expect(issued.output).not.toContain(chosenPin)

    const slip = ['--pin', 'slip', '--pin-slip', join(folder, 'slip.pdf'), '--apply']
    const refused = await ecard(...issue, ...slip)
    expect(refused.status).toBe(1)
    expect(refused.output).toMatch(/^TERMINAL_DESK_REFUSED: A PIN for a slip never travels/m)
  }, 60_000)
})

function ecard(...args: readonly string[]) {
  return runProgram('scripts/ecard.ts', ['card', ...args], {
    DATABASE_URL: fixture.pki.url,
    ECARD_DATA_DIR: fixture.pki.folder,
    ECARD_KEYSTORE_PASSPHRASE_FILE: join(folder, 'passphrase'),
    ECARD_LANG: 'en',
  })
}
