import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import { createFakePinDesk, type FakePinDesk } from '../../test/support/fake-pin-desk.ts'
import { createWire, startDeskNode, startDeskTerminal } from '../../test/support/desk-fixture.ts'
import {
  chosenPin,
  openIssuingFixture,
  type IssuingFixture,
} from '../../test/support/issuing-fixture.ts'
import { createPkiFixture } from '../../test/support/pki-fixture.ts'
import { runProgram } from '../../test/support/program.ts'
import { tinyPolicyArc } from '../../test/support/tiny-ca.ts'
import { createAuditStore } from '../../src/audit/audit-store.ts'
import { AppError } from '../../src/errors.ts'
import { grantRefusalReasons } from '../../src/operators/operator-refused.ts'
import { operatorEn } from '../words/operator-en.ts'
import { operatorVi } from '../words/operator-vi.ts'
import { agencyCommand } from './agency.ts'
import { holderCommand } from './holder.ts'
import { loginCommand, logoutCommand, whoamiCommand } from './login.ts'
import { operatorCommand } from './operator.ts'

interface Said {
  readonly status: number | null
  readonly output: string
}

describe('ecard login', () => {
  let fixture: IssuingFixture
  let folder: string
  let pinDesk: FakePinDesk
  let environment: NodeJS.ProcessEnv
  let reader: string
  let offices: string
  let first: { readonly id: string; readonly displayName: string }

  beforeAll(async () => {
    const pki = await createPkiFixture()
    // The command reads the clock on the wall.
    pki.now = new Date()
    fixture = await openIssuingFixture(pki)
    folder = await mkdtemp(join(tmpdir(), 'ecard-login-'))
    pinDesk = await createFakePinDesk(folder)
    environment = {
      ...pinDesk.environment,
      DATABASE_URL: pki.url,
      ECARD_DATA_DIR: pki.folder,
      ECARD_POLICY_OID_ARC: tinyPolicyArc,
      ECARD_STATE_DIR: join(folder, 'state'),
      ECARD_LANG: 'en',
    }
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
    offices = join(folder, 'offices.csv')
    await writeFile(
      offices,
      'Mã đơn vị,Tên đơn vị,Loại đơn vị,Đơn vị cấp trên\nMH,Tỉnh Minh Họa,Tỉnh,\n',
    )
    const file = join(folder, 'card.json')
    reader = `virtual:${file}`
    const request = await fixture.request()
    await fixture.issue(VirtualCard.create({ file }), request)
    first = request.holder
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    await rm(folder, { recursive: true, force: true })
    await fixture.close()
  })

  /** As its own process. */
  const ecard = (...args: string[]): Promise<Said> =>
    runProgram('scripts/ecard.ts', args, environment)

  /** The same in this process: starting one takes seconds. */
  async function here(...args: string[]): Promise<Said> {
    const lines: string[] = []
    const say = (text: unknown): void => void lines.push(String(text))
    const spies = [
      vi.spyOn(console, 'log').mockImplementation(say),
      vi.spyOn(console, 'error').mockImplementation(say),
    ]
    const commands = [
      ...[agencyCommand, holderCommand, operatorCommand],
      ...[loginCommand, logoutCommand, whoamiCommand],
    ]
    const program = new Command('ecard')
    for (const make of commands) program.addCommand(make())
    let status = 0
    try {
      await program.parseAsync(args, { from: 'user' })
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      say(`${error.code}: ${error.message}`)
      status = 1
    } finally {
      for (const spy of spies) spy.mockRestore()
    }
    return { status, output: lines.map((line) => `${line}\n`).join('') }
  }

  it('lets changing commands work for who has a role, from the first administrator on', async () => {
    const { db } = fixture.pki
    const audit = createAuditStore(db)
    const bootstrap = ['operator', 'bootstrap', '--holder', first.id]
    const { output: planned } = await here(...bootstrap)
    expect(planned).toMatch(/^Nguyễn Văn Mẫu would become the first administrator.*\nNothing /)
    expect((await here('operator', 'list')).output).toMatch(/^No operator is appointed yet/)
    const appointed = await ecard(...bootstrap, '--apply')
    expect(appointed.output).toMatch(/^Nguyễn Văn Mẫu is the first administrator\./m)
    expect(await here(...bootstrap, '--apply')).toMatchObject({
      status: 1,
      output: expect.stringMatching(/^BOOTSTRAP_DONE: /) as string,
    })

    const change = ['agency', 'import', offices, '--apply']
    const refused = await ecard(...change)
    expect(refused).toEqual({
      status: 1,
      output:
        'OPERATOR_SIGN_IN_REQUIRED: Nobody is signed in here. Sign in with your card: ecard login --reader NAME\n',
    })
    expect((await here(...change.slice(0, -1))).output).toMatch(/^OPERATOR_SIGN_IN_REQUIRED/)

    await pinDesk.type(chosenPin)
    const signedIn = await ecard('login', '--reader', reader)
    expect(signedIn, signedIn.output).toMatchObject({ status: 0 })
    expect(signedIn.output).toMatch(
      /^Signed in: Nguyễn Văn Mẫu \(administrator, whole province\)\.\nCard [0-9a-f-]{36}\nEnds at /,
    )
    expect(signedIn.output).not.toContain(chosenPin)
    const state = join(folder, 'state')
    expect(await readdir(state)).toEqual(['operator-session'])
    expect((await stat(state)).mode & 0o777).toBe(0o700)
    expect((await stat(join(state, 'operator-session'))).mode & 0o777).toBe(0o600)

    const changed = await ecard(...change)
    expect(changed, changed.output).toMatchObject({ status: 0 })
    const [event] = await audit.listRecent({ limit: 1 })
    expect(event).toMatchObject({ event: 'agency.added', actor: first.id })
  }, 120_000)

  it('shows who is signed in, and grants and takes roles as that person', async () => {
    const { output } = await here('whoami', '--json')
    expect(JSON.parse(output)).toMatchObject({
      holderId: first.id,
      grants: [{ role: 'administrator', agency: null }],
    })
    const second = await fixture.addHolder('civil-servant')
    const of = ['--holder', second.id, '--role', 'help-desk', '--agency', 'MH', '--reason', 'QĐ 1']
    expect((await here('operator', 'grant', ...of)).output).toBe(
      'Nguyễn Văn Mẫu would become help desk (MH).\nNothing changed. Add --apply to do it.\n',
    )
    expect(await here('operator', 'grant', ...of, '--apply')).toMatchObject({ status: 0 })
    expect((await here('operator', 'list')).output).toMatch(/help desk +MH +\d{4}-/)
    expect(await here('operator', 'revoke', ...of, '--apply')).toMatchObject({ status: 0 })
    expect((await here('operator', 'list')).output).not.toMatch(/help desk/)
    const own = ['--holder', first.id, '--role', 'auditor', '--reason', 'QĐ 2', '--apply']
    expect((await here('operator', 'grant', ...own)).output).toMatch(
      /^GRANT_REFUSED: Nobody grants a role to themselves/,
    )
    const last = ['--holder', first.id, '--role', 'administrator', '--reason', 'QĐ 3', '--apply']
    expect((await here('operator', 'revoke', ...last)).output).toMatch(/^GRANT_REFUSED: .* last/)
    const nowhere = [...of.slice(0, 5), 'MH-KHONG', ...of.slice(6)]
    expect((await here('operator', 'grant', ...nowhere)).output).toMatch(/^NOT_FOUND: .*MH-KHONG/)
  })

  it('keeps one session: the next sign-in here ends the one before', async () => {
    const before = await readFile(join(folder, 'state', 'operator-session'), 'utf8')
    await pinDesk.type(chosenPin)
    expect(await here('login', '--reader', reader, '--json')).toMatchObject({ status: 0 })
    const after = await readFile(join(folder, 'state', 'operator-session'), 'utf8')
    expect(after).not.toBe(before)
    const { rows } = await fixture.pki.db.query('select from operator_sessions')
    expect(rows).toHaveLength(1)
  })

  it('signs in at a terminal that is no desk, where the PIN is typed', async () => {
    const { url, db } = fixture.pki
    const node = await startDeskNode(url, createWire())
    const options = { isDesk: false, agent: { issuesCards: false } }
    const terminal = await startDeskTerminal(db, node, options)
    try {
      terminal.port.insert(VirtualCard.open({ file: reader.replace('virtual:', '') }))
      terminal.prompt.typed.push(chosenPin)
      vi.stubEnv('ECARD_ISSUER', node.url)
      const signedIn = await here('login', '--terminal', terminal.name)
      expect(signedIn, signedIn.output).toMatchObject({ status: 0 })
      const [asked] = terminal.prompt.asked
      expect(signedIn.output).toContain(`number ${asked?.number ?? '?'}`)
      expect(signedIn.output).toContain('Signed in: Nguyễn Văn Mẫu')
    } finally {
      vi.stubEnv('ECARD_ISSUER', environment['ECARD_ISSUER'])
      await terminal.close()
      await node.close()
    }
  })

  it('names who took the holders away as a file', async () => {
    const out = join(folder, 'holders.csv')
    expect(await here('holder', 'export', '--out', out)).toMatchObject({ status: 0 })
    const [event] = await createAuditStore(fixture.pki.db).listRecent({ limit: 1 })
    expect(event).toMatchObject({ event: 'holder.exported', actor: first.id })
  })

  it('does not use a session that others could have read', async () => {
    const file = join(folder, 'state', 'operator-session')
    await chmod(file, 0o640)
    expect((await here('whoami')).output).toMatch(/^DATA_FOLDER_UNUSABLE: .*chmod 600/)
    await chmod(file, 0o600)
  })

  it('signs out, and then nobody is', async () => {
    expect((await here('logout')).output).toBe('Signed out.\n')
    expect((await here('logout')).output).toBe('Nobody was signed in.\n')
    for (const closed of [['whoami'], ['holder', 'export']])
      expect((await here(...closed)).output).toMatch(/^OPERATOR_SIGN_IN_REQUIRED/)
    expect(await readdir(join(folder, 'state'))).toEqual([])
  })

  it('says in a sentence what is wrong with a card', async () => {
    VirtualCard.create({ file: join(folder, 'blank.json') })
    const blank = await here('login', '--reader', `virtual:${join(folder, 'blank.json')}`)
    expect(blank.output).toBe(
      'CARD_REFUSED: This is not an e-card issued by the province. (ECARD-1301)\n',
    )
  })
})

describe('the words about operators', () => {
  it('are different and complete in both languages', () => {
    const denial = { reason: 'role', action: 'card.issue', rolesNeeded: ['auditor'] } as const
    const pairs = [
      ...grantRefusalReasons.map((one) => [
        operatorVi.grantRefusals[one],
        operatorEn.grantRefusals[one],
      ]),
      ...(['no-role', 'role', 'scope', 'oneself'] as const).map((one) => [
        operatorVi.denials[one](denial),
        operatorEn.denials[one](denial),
      ]),
      [operatorVi.signInRequired, operatorEn.signInRequired],
      [operatorVi.noOperatorYet, operatorEn.noOperatorYet],
    ]
    for (const [vi, en] of pairs) {
      expect(vi).not.toBe(en)
      for (const sentence of [vi, en]) expect(sentence).toMatch(/^\p{Lu}.{15}/u)
    }
  })
})
