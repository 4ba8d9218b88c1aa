import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createCrlFixture, type CrlFixture } from '../../test/support/crl-fixture.ts'
import { systemClock } from '../../src/clock.ts'
import { createLatestCrls } from '../../src/pki/crl-latest.ts'
import { crlCommand } from './crl.ts'

let fixture: CrlFixture
let lines: string[]
beforeEach(async () => {
  // Commands go by the wall clock.
  fixture = await createCrlFixture({ now: systemClock.now() })
  const passphrase = join(fixture.folder, 'passphrase')
  await writeFile(passphrase, 'only for tests', { mode: 0o600 })
  vi.stubEnv('DATABASE_URL', fixture.url)
  vi.stubEnv('ECARD_DATA_DIR', fixture.folder)
  vi.stubEnv('ECARD_KEYSTORE_PASSPHRASE_FILE', passphrase)
  vi.stubEnv('ECARD_PKI_URL', 'http://pki.example')
  vi.stubEnv('ECARD_LANG', 'en')
  lines = []
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line))
})
afterEach(async () => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  await fixture.close()
})

async function ecard(...args: string[]): Promise<string> {
  lines = []
  await new Command().addCommand(crlCommand()).parseAsync(['crl', ...args], { from: 'user' })
  return lines.join('\n').replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
}

const inForce = (slug: string) => createLatestCrls(fixture.db).find(slug, 0)

it('says what it would publish, publishes it when told to, and lists it', async () => {
  expect(await ecard('publish')).toBe(
    'root/0: number 1\ncivil-servant/0: number 1\nNothing changed. Add --apply to do it.',
  )
  expect(await inForce('root')).toBeNull()
  expect(await ecard('publish', '--apply', '--authority', 'civil-servant')).toBe(
    'civil-servant/0: number 1, 0 entries, until TIME',
  )
  expect(await inForce('root')).toBeNull()
  expect(await ecard('list')).toBe(
    [
      'authority      part  state    number  entries  made                      next',
      'root           0     missing  -       -        -                         -',
      'civil-servant  0     current  1       0        TIME  TIME',
    ].join('\n'),
  )
})

it('carries a list from one machine to another', async () => {
  const file = join(fixture.folder, 'root.crl')
  await ecard('publish', '--apply')
  expect(await ecard('export', 'root', file)).toBe(`root/0: number 1, written to ${file}`)
  const pem = join(fixture.folder, 'root.pem')
  await ecard('export', 'root', pem, '--pem')
  const der = await readFile(file)
  expect((await inForce('root'))?.der).toEqual(der)
  // The other machine has the authority, and neither its key nor a list.
  await fixture.db.query('delete from crls')
  await fixture.db.query(`update authorities set key_name = null where slug = 'root'`)
  const told = 'root/0: number 1, 0 entries, until TIME'
  expect(await ecard('install', file)).toBe(`${told}\nNothing changed. Add --apply to do it.`)
  expect(await inForce('root')).toBeNull()
  expect(await ecard('install', pem, '--apply')).toBe(`${told}\nInstalled.`)
  expect((await inForce('root'))?.der).toEqual(der)
})

it('tells programs the same as one document, and people in their language', async () => {
  expect(JSON.parse(await ecard('publish', '--authority', 'root', '--json'))).toEqual({
    applied: false,
    lists: [{ list: 'root/0', number: '1' }],
  })
  expect(await inForce('root')).toBeNull()
  const published = await ecard('publish', '--authority', 'root', '--json', '--apply')
  expect(JSON.parse(published)).toMatchObject({ applied: true, lists: [{ outcome: 'published' }] })
  expect(JSON.parse(await ecard('list', '--json'))).toMatchObject([
    { authority: 'root', part: 0, state: 'current', number: '1', entries: 0 },
    { authority: 'civil-servant', state: 'missing', number: null },
  ])
  vi.stubEnv('ECARD_LANG', 'vi')
  expect(await ecard('publish', '--authority', 'root')).toBe(
    'root/0: số 2\nChưa có gì thay đổi. Thêm --apply để thực hiện.',
  )
})

it('refuses by name what it cannot do', async () => {
  await fixture.db.query(`update authorities set key_name = null where slug = 'root'`)
  await writeFile(join(fixture.folder, 'garbage'), 'garbage')
  const refusals = [
    [['publish', '--authority', 'nobody'], 'NOT_FOUND'],
    [['publish', '--authority', 'root', '--apply'], 'INPUT_INVALID'],
    [['export', 'root', join(fixture.folder, 'none.crl')], 'NOT_FOUND'],
    [['install', join(fixture.folder, 'garbage')], 'CRL_REFUSED'],
    [['install', join(fixture.folder, 'not-there')], 'INPUT_INVALID'],
  ] as const
  for (const [args, code] of refusals) await expect(ecard(...args)).rejects.toMatchObject({ code })
})
