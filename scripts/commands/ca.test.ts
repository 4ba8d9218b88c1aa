import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openssl } from '../../test/support/pki-fixture.ts'
import { runProgram } from '../../test/support/program.ts'
import { createTestDatabase } from '../../test/support/test-database.ts'
import { createTinyCa } from '../../test/support/tiny-ca.ts'
import { systemClock } from '../../src/clock.ts'
import { migrate } from '../../src/db/migrate.ts'
import { openDatabase } from '../../src/db/pool.ts'
import { silentLog } from '../../src/log.ts'
import { createAuthorityStore } from '../../src/pki/authority-store.ts'
import { ceremonyFile } from '../../src/pki/ceremony.ts'

/** A machine: a data folder and a database of its own. */
interface Machine {
  readonly folder: string
  readonly environment: NodeJS.ProcessEnv
  ecard(...args: string[]): Promise<{ status: number | null; output: string }>
  /** What its registry holds: slug and state. */
  authorities(): Promise<string[]>
  discard(): Promise<void>
}

let machines: Machine[] = []
beforeEach(() => {
  machines = []
})
afterEach(() => Promise.all(machines.map((machine) => machine.discard())))

async function newMachine(settings: NodeJS.ProcessEnv = {}): Promise<Machine> {
  const database = await createTestDatabase()
  await migrate(database.url)
  const folder = await mkdtemp(join(tmpdir(), 'ecard-ca-'))
  const own = { DATABASE_URL: database.url, ECARD_DATA_DIR: folder }
  const spoken = { ECARD_LANG: 'en', ECARD_PKI_URL: 'http://pki.example' }
  const environment = { ...own, ...spoken, ...settings }
  const machine: Machine = {
    ...{ folder, environment },
    ecard: (...args) => runProgram('scripts/ecard.ts', args, environment),
    authorities: () => slugsAndStates(database.url),
    discard: async () => {
      await database.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
  machines.push(machine)
  return machine
}

async function slugsAndStates(url: string): Promise<string[]> {
  const db = openDatabase({ url, log: silentLog, maxConnections: 1 })
  try {
    const rows = await createAuthorityStore(db).listAuthorities()
    return rows.map(({ slug, state }) => `${slug} ${state}`)
  } finally {
    await db.close()
  }
}

const held = ['--by', 'Nguyễn Văn Mẫu', '--witness', 'Trần Thị Mẫu', '--apply']
const everybody = [
  'root issuing',
  'citizen issuing',
  'civil-servant issuing',
  'enterprise issuing',
  'terminal issuing',
]
const timeout = 120_000

describe('ecard ca init', () => {
  it('shows the plan, holds the ceremony once, and leaves a report', { timeout }, async () => {
    const machine = await newMachine()
    const dry = await machine.ecard('ca', 'init')
    expect(dry.status).toBe(0)
    expect(dry.output).toMatch(
      /^root +Ecard Root CA +root +P-384 +20 +root +\S+ca-root\.pem +make/m,
    )
    expect(dry.output).toContain('Nothing changed. Add --apply and --by NAME to do it.')
    expect(await machine.authorities()).toEqual([])

    const nameless = await machine.ecard('ca', 'init', '--apply')
    expect(nameless).toMatchObject({ status: 1 })
    expect(nameless.output).toContain('INPUT_INVALID: Say who does this: --by NAME')
    expect(await machine.authorities()).toEqual([])

    const done = await machine.ecard('ca', 'init', ...held)
    expect(done.status).toBe(0)
    expect(await machine.authorities()).toEqual(everybody)
    const [reportFile = ''] = await readdir(join(machine.folder, 'ceremonies'))
    const report = await readFile(join(machine.folder, 'ceremonies', reportFile), 'utf8')
    const sha256 = /SHA-256 {3}([0-9a-f]{64})/.exec(dry.output)?.[1] ?? 'none'
    for (const said of ['Nguyễn Văn Mẫu', 'Trần Thị Mẫu', 'CN=Ecard Citizen CA', sha256]) {
      expect(report).toContain(said)
    }
    expect(report.match(/## [a-z-]+: made/g)).toHaveLength(5)

    const again = await machine.ecard('ca', 'init', ...held)
    expect(again.status).toBe(1)
    expect(again.output).toMatch(/DUPLICATE: this ceremony was held already.*\n +root +Ecard Root/)
    expect(await machine.authorities()).toEqual(everybody)

    const shown = await machine.ecard('ca', 'show', 'citizen', '--pem')
    await writeFile(join(machine.folder, 'citizen.pem'), shown.output)
    const root = await machine.ecard('ca', 'show', 'root', '--pem')
    await writeFile(join(machine.folder, 'root.pem'), root.output)
    const verify = ['verify', '-x509_strict', '-CAfile', 'root.pem', 'citizen.pem']
    expect(await openssl(machine.folder, ...verify)).toContain('citizen.pem: OK')
  })

  it('goes by the reviewed file, and names what is wrong with it', { timeout }, async () => {
    const machine = await newMachine()
    const input = join(machine.folder, 'ceremony.json')
    const text = await readFile(ceremonyFile, 'utf8')
    await writeFile(input, text.replace('"validityYears": 20', '"validityYears": 200'))
    const { status, output } = await machine.ecard('ca', 'init', '--input', input, ...held)
    expect(status).toBe(1)
    expect(output).toMatch(/CONFIG_INVALID: .*\n {2}- root\.validityYears: must be a whole number/)
    expect(await machine.authorities()).toEqual([])
  })

  it('makes nothing with a wrong passphrase', { timeout }, async () => {
    const machine = await newMachine()
    await machine.ecard('ca', 'init')
    const passphrase = join(machine.folder, 'another-passphrase')
    await writeFile(passphrase, 'not the one\n')
    // A key from a ceremony that was cut off is what a wrong passphrase is tried on.
    const cutOff = resolve('test/support/make-authorities.ts')
    const own = join(machine.folder, 'keystore')
    const url = machine.environment['DATABASE_URL'] ?? ''
    await runProgram(cutOff, [url, own, 'ceremony', 'key', '1'])
    const refused = await runProgram('scripts/ecard.ts', ['ca', 'init', ...held], {
      ...machine.environment,
      ECARD_KEYSTORE_PASSPHRASE_FILE: passphrase,
    })
    expect(refused.status).toBe(1)
    expect(refused.output).toMatch(/^KEYSTORE_UNAVAILABLE: .*passphrase/m)
    expect(await machine.authorities()).toEqual([])
  })

  it('makes nothing without its HSM', { timeout }, async () => {
    const pinFile = join(tmpdir(), 'ecard-no-pin')
    const machine = await newMachine({
      ECARD_PKCS11_MODULE: '/nowhere/libhsm.so',
      ECARD_PKCS11_TOKEN: 'ecard',
      ECARD_PKCS11_PIN_FILE: pinFile,
    })
    const { status, output } = await machine.ecard('ca', 'init', ...held)
    expect(status).toBe(1)
    expect(output).toMatch(/^KEYSTORE_UNAVAILABLE: /m)
    expect(await machine.authorities()).toEqual([])
  })

  it('makes nothing while the clock is far off', { timeout }, async () => {
    const machine = await newMachine()
    const inYears = new Date(systemClock.now().getTime() + 2000 * 86_400_000)
    const { root } = await createTinyCa({ clock: { now: () => inYears } })
    const url = machine.environment['DATABASE_URL'] ?? ''
    const db = openDatabase({ url, log: silentLog, maxConnections: 1 })
    await createAuthorityStore(db).insertAuthority(root)
    await db.close()
    const { status, output } = await machine.ecard('ca', 'init', ...held)
    expect(status).toBe(1)
    expect(output).toMatch(/^CLOCK_WRONG: The clock of this machine is wrong: /m)
    expect(await machine.authorities()).toEqual(['root issuing'])
    expect(await readdir(join(machine.folder, 'keystore'))).toEqual([])
  })

  it('makes nothing where the report cannot be written', { timeout }, async () => {
    const machine = await newMachine()
    const report = join(machine.folder, 'report.md')
    await writeFile(report, 'another paper')
    const taken = await machine.ecard('ca', 'init', ...held, '--report', report)
    expect(taken.status).toBe(1)
    expect(taken.output).toContain(`DATA_FOLDER_UNUSABLE: ${report} is there already`)
    expect(await readFile(report, 'utf8')).toBe('another paper')
    const nowhere = await machine.ecard('ca', 'init', ...held, '--report', `${report}/below.md`)
    expect(nowhere.output).toMatch(
      /DATA_FOLDER_UNUSABLE: .* cannot be written \((ENOTDIR|EEXIST)\)/,
    )
    expect(await machine.authorities()).toEqual([])
  })

  it('makes nothing on a full disk', { timeout }, async ({ skip }) => {
    // A file system of 16 kB, seen by this command alone; it takes root to make one.
    const asRoot = spawnSync('unshare', ['--mount', 'true']).status === 0
    if (!asRoot) skip('only root may mount a small disk')
    const machine = await newMachine()
    const disk = join(machine.folder, 'disk')
    await mkdir(disk)
    const ecard = ['--import', 'tsx', 'scripts/ecard.ts', 'ca', 'init', ...held]
    const script = 'mount -t tmpfs -o size=16k disk "$1" && shift && exec "$@"'
    const command = [process.execPath, ...ecard, '--report', join(disk, 'report.md')]
    const run = spawnSync('unshare', ['--mount', 'sh', '-c', script, 'sh', disk, ...command], {
      env: { PATH: process.env['PATH'], ...machine.environment },
      encoding: 'utf8',
    })
    expect(run.stderr).toMatch(/^DATA_FOLDER_UNUSABLE: .* cannot be written \(ENOSPC\)/m)
    expect(run.status).toBe(1)
    expect(await machine.authorities()).toEqual([])
  })
})

describe('ecard ca, with the root on another machine', () => {
  it('carries a request there and a certificate back', { timeout }, async () => {
    const [service, rootMachine] = [await newMachine(), await newMachine()]
    const input = join(service.folder, 'ceremony.json')
    const text = await readFile(ceremonyFile, 'utf8')
    await writeFile(input, text.replace('"key": "here"', '"key": "elsewhere"'))
    const reviewed = ['--input', input]
    const file = (name: string) => join(service.folder, name)

    const made = await rootMachine.ecard('ca', 'init', '--root-machine', ...reviewed, ...held)
    expect(made.status).toBe(0)
    expect(await rootMachine.authorities()).toEqual(['root issuing'])

    const kind = ['--kind', 'citizen']
    const asking = ['ca', 'request', ...kind, '--out', file('citizen.csr'), ...reviewed]
    const asked = await service.ecard(...asking, ...held)
    expect(asked.status).toBe(0)
    expect(await service.authorities()).toEqual([])
    const checked = ['req', '-in', 'citizen.csr', '-noout', '-subject']
    expect(await openssl(service.folder, ...checked)).toContain('Ecard Citizen CA')

    const signing = ['ca', 'sign', '--csr', file('citizen.csr'), '--out', file('citizen.pem')]
    const sha256 = /SHA-256 {3}([0-9a-f]{64})/.exec(asked.output)?.[1] ?? 'none'
    const shown = await rootMachine.ecard(...signing, ...reviewed)
    expect(shown.output).toContain(sha256)
    expect(await rootMachine.authorities()).toEqual(['root issuing'])
    const signed = await rootMachine.ecard(...signing, ...reviewed, ...held)
    expect(signed.status).toBe(0)
    const twice = await rootMachine.ecard(...signing, ...reviewed, ...held)
    expect(twice.output).toMatch(/^DUPLICATE: Ecard Citizen CA is registered already/m)

    const installing = ['ca', 'install', '--certificate', file('citizen.pem'), ...reviewed]
    const judged = await service.ecard(...installing)
    expect(judged.output).toContain('(new: compare with the root machine)')
    expect(await service.authorities()).toEqual([])
    const installed = await service.ecard(...installing, ...held)
    expect(installed.status).toBe(0)
    expect(await service.authorities()).toEqual(['root issuing', 'citizen issuing'])
    const listed = await service.ecard('ca', 'list', '--json')
    expect(JSON.parse(listed.output)).toMatchObject([
      { slug: 'root', key: 'on another machine', crlMadeAt: null },
      { slug: 'citizen', key: join(service.folder, 'keystore', 'ca-citizen.pem') },
    ])
  })

  it('says which file cannot be read as what', { timeout }, async () => {
    const machine = await newMachine()
    const bad = join(machine.folder, 'bad')
    await writeFile(bad, 'nothing of the kind')
    const certificate = await machine.ecard('ca', 'install', '--certificate', bad)
    expect(certificate.output).toContain('INPUT_INVALID: there is no PEM block of a CERTIFICATE')
    const missing = ['ca', 'sign', '--csr', `${bad}.csr`, '--out', `${bad}.pem`]
    const { status, output } = await machine.ecard(...missing)
    expect(status).toBe(1)
    expect(output).toContain(`INPUT_INVALID: ${bad}.csr cannot be read (ENOENT)`)
  })
})

describe('ecard ca, on authorities that are there', () => {
  it('rolls over, backs up, revokes and doctors', { timeout }, async () => {
    const machine = await newMachine()
    await machine.ecard('ca', 'init', ...held)
    const rollover = ['ca', 'rollover', '--kind', 'citizen']
    const dry = await machine.ecard(...rollover)
    expect(dry.output).toContain('Successor citizen-2, "Ecard Citizen CA 2"')
    expect(await machine.authorities()).toEqual(everybody)
    const rolled = await machine.ecard(...rollover, ...held)
    expect(rolled.output).toContain('citizen-2 issues from now on.')
    expect(await machine.authorities()).toContain('citizen retired')
    expect(await machine.authorities()).toContain('citizen-2 issuing')

    const password = join(machine.folder, 'password')
    await writeFile(password, 'mở được bản sao\n')
    const out = join(machine.folder, 'backup.p12')
    const secret = ['--password-file', password]
    const backup = await machine.ecard(
      'ca',
      'backup',
      '--slug',
      'citizen-2',
      '--out',
      out,
      ...secret,
    )
    expect(backup.status).toBe(0)
    expect(backup.output).not.toContain('mở được')
    const other = await newMachine()
    const importing = ['ca', 'import', '--pkcs12', out, ...secret, '--kind', 'citizen']
    const imported = await other.ecard(...importing, ...held)
    expect(imported.status).toBe(0)
    expect(await other.authorities()).toEqual(['root issuing', 'citizen issuing'])

    const revoke = ['ca', 'revoke', 'citizen-2', '--reason', 'keyCompromise']
    const asked = await machine.ecard(...revoke)
    expect(asked.output).toContain('issuing -> revoked (keyCompromise)')
    expect(await machine.authorities()).toContain('citizen-2 issuing')
    await machine.ecard(...revoke, '--apply')
    expect(await machine.authorities()).toContain('citizen-2 revoked')
    const shown = await machine.ecard('ca', 'show', 'citizen-2')
    expect(shown.output).toMatch(/State {5}revoked at .*: keyCompromise/)

    await rm(join(machine.folder, 'keystore', 'ca-terminal.pem'))
    const doctor = await machine.ecard('doctor')
    expect(doctor.status).toBe(1)
    expect(doctor.output).toMatch(/^✗ red +key of terminal +KEYSTORE_UNAVAILABLE: /m)
    expect(doctor.output).toMatch(/^✓ green +authority terminal +issues until /m)
    expect(doctor.output).toMatch(
      /^! amber +authority citizen +nobody issues for citizen\. To do: /m,
    )
  })

  it('tells wrong usage from refusals by its status', { timeout }, async () => {
    const machine = await newMachine()
    expect(await machine.ecard('ca', 'rollover')).toMatchObject({ status: 2 })
    expect(await machine.ecard('ca', 'rollover', '--kind', 'root')).toMatchObject({ status: 2 })
    expect(await machine.ecard('ca', 'show', 'nobody')).toMatchObject({ status: 1 })
    const none = await machine.ecard('ca', 'list')
    expect(none).toMatchObject({ status: 0 })
    expect(none.output).toContain('Hold the key ceremony: ecard ca init')
  })

  it('opens its own database where no service runs, and closes it', { timeout }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ecard-ca-alone-'))
    try {
      const alone = { ECARD_DATA_DIR: folder, ECARD_LANG: 'en' }
      const root = ['ca', 'init', '--root-machine', ...held]
      const made = await runProgram('scripts/ecard.ts', root, alone)
      expect(made).toMatchObject({ status: 0 })
      expect(await readdir(folder)).not.toContain('postgres-url')
      const doctor = await runProgram('scripts/ecard.ts', ['doctor', '--json'], alone)
      expect(JSON.parse(doctor.output)).toContainEqual({
        level: 'green',
        subject: 'key of root',
        message: 'ca-root opens',
        advice: null,
        code: 'key.opens',
        facts: { slug: 'root', key: 'ca-root' },
      })
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
