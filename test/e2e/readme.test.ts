import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort } from '../support/servers.ts'

const root = resolve(import.meta.dirname, '../..')

/** Who runs each command of README: this file, or the test that is named. */
const runBy: Readonly<Record<string, string>> = {
  './scripts/demo': 'test/e2e/demo.test.ts',
  './scripts/test': 'the run that this is part of',
  'npm ci --omit=dev': 'here',
  'npm start': 'here',
  'npm run ecard -- terminal invite --name "Quầy số 1" --apply': 'here',
  'npx ecard-agent enrol --issuer http://localhost:8400 --code CODE': 'here',
  'npx ecard-agent run': 'test/e2e/main-job.test.ts',
  'npx ecard-agent pair': 'test/e2e/main-job.test.ts',
  'npx ecard-virtual-card create card.json': 'here',
  'npx ecard-virtual-card attach card.json': 'card-reader/virtual-card/program.test.ts',
  'npm run ecard -- card suspend 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071 --reason "reported missing"':
    'here',
  'npm run ecard -- batch prepare cards.csv --out cards.batch.json':
    'scripts/commands/batch.test.ts',
  'npm run ecard -- batch list': 'here',
  'npm run ecard -- operator bootstrap --holder 000123456789':
    'scripts/commands/login.test.ts, with another holder',
  'npm run ecard -- pass issue --holder 000123456789 --for 4h --reason "card left at home"':
    'scripts/commands/pass.test.ts, with another holder',
  'npm run ecard -- passkey list 000123456789': 'scripts/commands/passkey.test.ts, likewise',
  'npm run ecard -- client list': 'here',
  'npm run ecard -- certificate expiring --days 60': 'here',
  'npm run ecard -- audit list': 'here',
  'npm run ecard -- audit verify': 'here',
  'npm run ecard -- ca init': 'here',
  'npm run ecard -- ca list': 'here',
  'npm run ecard -- doctor': 'here',
  'npm run ecard -- agency import agencies.csv': 'scripts/people/people-commands.test.ts',
  'npm run ecard -- holder import holders.xlsx --apply': 'scripts/people/people-commands.test.ts',
  'npm run ecard -- holder list': 'here',
  'npm run ecard -- card issue --holder 000123456789 --kind civil-servant --reader ACR1252 --apply':
    'scripts/commands/card-issue.test.ts, with a virtual card',
  'npm run ecard -- card read --reader ACR1252': 'scripts/commands/card-issue.test.ts, likewise',
  'npm run bench': 'by hand: it takes minutes',
  'npm run bench -- --json --quick --only tap': 'here',
}

let folder: string
let installed: string
/** Where the service of this test is; every command finds it by this. */
let environment: NodeJS.ProcessEnv = {}
let service: { readonly issuer: string; stop(): Promise<void> }

/** The project as it is, without anything that was installed for its development. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ecard-readme-'))
  installed = join(folder, 'ecard-sso')
  const files = run('git', ['ls-files', '--cached', '--others', '--exclude-standard'], root)
  for (const file of files.stdout.split('\n').filter(Boolean)) {
    const source = join(root, file)
    if (!existsSync(source)) continue
    mkdirSync(dirname(join(installed, file)), { recursive: true })
    cpSync(source, join(installed, file))
  }
  const install = run('npm', ['ci', '--omit=dev'], installed)
  if (install.status !== 0) throw new Error(install.stderr)
  service = await startService()
}, 240_000)

afterAll(async () => {
  await service.stop()
  rmSync(folder, { recursive: true, force: true })
})

it('names every command that README shows, and no other', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const blocks = [...readme.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => block)
  const shown = blocks.flatMap((block) => block.split('\n').filter(Boolean))
  expect(shown.sort()).toEqual(Object.keys(runBy).sort())
})

it('starts without development packages and serves its discovery document', async () => {
  const answer = await fetch(`${service.issuer}/.well-known/openid-configuration`)
  expect(await answer.json()).toMatchObject({ issuer: service.issuer })
})

it('enrols a terminal with a code of the administrator', () => {
  const named = ['--name', 'Quầy số 1']
  const invited = npm('run', '--silent', 'ecard', '--', 'terminal', 'invite', ...named, '--apply')
  const code = /^Code +(\S+)/m.exec(invited.stdout)?.[1] ?? ''
  const where = ['--issuer', service.issuer, '--state-dir', join(folder, 'agent')]
  const enrolled = run('npx', ['ecard-agent', 'enrol', ...where, '--code', code], installed)
  expect(enrolled.stdout).toContain('Enrolled as the managed terminal "Quầy số 1"')
})

it('answers an administrator who names an unknown card with a code and a sentence', () => {
  const uuid = '6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071'
  const refused = npm('run', '--silent', 'ecard', '--', 'card', 'suspend', uuid, '--reason', 'x')
  expect(refused.status).toBe(1)
  expect(refused.stderr).toContain('NOT_FOUND: There is no card')
  expect(refused.stderr).not.toMatch(/^\s+at /m)
  const events = npm('run', '--silent', 'ecard', '--', 'audit', 'list')
  expect(events.stdout).toMatch(/terminal\.invited +succeeded/)
})

it.each([
  ['ca list', ['ca', 'list'], /civil-servant .*issuing/],
  ['doctor', ['doctor'], /green +authority citizen/],
  ['certificate expiring', ['certificate', 'expiring', '--days', '60'], /ocsp/],
  ['holder list', ['holder', 'list'], /^/],
  ['batch list', ['batch', 'list'], /^/],
  ['client list', ['client', 'list'], /^/],
  ['audit verify', ['audit', 'verify'], /Intact: \d+ events/],
])('lets an administrator run %s', (_, command, answer) => {
  const shown = npm('run', '--silent', 'ecard', '--', ...command)
  expect(shown.stderr).toBe('')
  expect(shown.stdout).toMatch(answer)
  expect(shown.status).toBe(0)
})

it('shows the plan of the key ceremony on a machine that has no authorities yet', () => {
  environment = { ...environment, ECARD_DATA_DIR: join(folder, 'before-the-ceremony') }
  const shown = npm('run', '--silent', 'ecard', '--', 'ca', 'init')
  environment = { ...environment, ECARD_DATA_DIR: join(folder, 'data') }
  expect(shown.stdout).toMatch(/civil-servant .*make key and certificate/)
  expect(shown.stdout).toContain('Nothing changed.')
  expect(shown.status).toBe(0)
})

it('makes a virtual card', () => {
  const file = join(folder, 'card.json')
  const made = run('npx', ['ecard-virtual-card', 'create', file], installed)
  expect(made.status).toBe(0)
  expect(existsSync(file)).toBe(true)
})

it('measures taps as README says: 3 exchanges for a known card, at most 8 for another', () => {
  const options = ['--json', '--quick', '--only', 'tap']
  const { stdout } = run('npm', ['run', '-s', 'bench', '--', ...options], root)
  const figures = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { figure: string; value: number })
  const valueOf = (name: string) => figures.find(({ figure }) => figure === name)?.value
  expect(valueOf('tap.known.exchanges')).toBe(3)
  expect(valueOf('tap.unknown.exchanges')).toBeLessThanOrEqual(8)
})

async function startService(): Promise<typeof service> {
  const port = await freePort()
  const issuer = `http://localhost:${port}`
  environment = {
    ECARD_ISSUER: issuer,
    ECARD_PORT: String(port),
    ECARD_DATA_DIR: join(folder, 'data'),
  }
  const child = spawn('npm', ['start'], { cwd: installed, env: { ...process.env, ...environment } })
  const ended = new Promise<void>((done) => {
    child.once('close', () => {
      done()
    })
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => (output += part))
  }
  const deadline = performance.now() + 60_000
  while (!output.includes('answers at')) {
    if (performance.now() > deadline || child.exitCode !== null) throw new Error(output)
    await new Promise((resume) => setTimeout(resume, 50))
  }
  return {
    issuer,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

function npm(...args: string[]) {
  return run('npm', args, installed)
}

function run(program: string, args: readonly string[], cwd: string) {
  const env = { ...process.env, ...environment }
  return spawnSync(program, args, { cwd, env, encoding: 'utf8' })
}
