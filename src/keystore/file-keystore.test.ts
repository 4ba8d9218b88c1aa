import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { describeKeystore } from '../../test/contracts/keystore.ts'
import { canMakeDisks, runOnSmallDisk } from '../../test/support/full-disk.ts'
import { KeystoreUnavailable } from '../errors.ts'
import { systemRandom } from '../random.ts'
import { openFileKeystore } from './file-keystore.ts'
import type { PortableKeystore } from './keystore.ts'

const passphrase = Buffer.from('one passphrase for tests')
let directory: string
let keystore: PortableKeystore

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ecard-keystore-'))
  keystore = await reopen()
})
afterEach(() => rm(directory, { recursive: true, force: true }))

function reopen(
  change: { directory?: string; passphrase?: Buffer } = {},
): Promise<PortableKeystore> {
  return openFileKeystore({ directory, passphrase, random: systemRandom, ...change })
}

const openssl = (...args: string[]) => promisify(execFile)('openssl', args)
const fileOf = (name: string) => join(directory, `${name}.pem`)

describeKeystore('a folder of encrypted files', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ecard-keystore-'))
  const open = () => reopen({ directory: folder })
  return { keystore: await open(), reopen: open, close: () => rm(folder, { recursive: true }) }
})

describe('the file keystore', () => {
  it('writes files that only their owner can read, and nothing else', async () => {
    await keystore.generate('ca-root', 'P-256')
    expect(await readdir(directory)).toEqual(['ca-root.pem'])
    expect((await stat(fileOf('ca-root'))).mode & 0o777).toBe(0o600)
    const fresh = join(directory, 'made', 'here')
    await reopen({ directory: fresh })
    expect((await stat(fresh)).mode & 0o777).toBe(0o700)
  })

  it('writes what OpenSSL opens with the passphrase and not without', async () => {
    await keystore.generate('ca-root', 'P-256')
    const file = ['pkey', '-in', fileOf('ca-root'), '-noout', '-text', '-passin']
    const open = (secret: string) => openssl(...file, `pass:${secret}`)
    expect((await open(passphrase.toString())).stdout).toContain('NIST CURVE: P-256')
    await expect(open('wrong')).rejects.toThrow()
  })

  it('leaves nothing behind where the name was taken', async () => {
    await keystore.generate('ca-root', 'P-256')
    await expect(keystore.generate('ca-root', 'P-256')).rejects.toMatchObject({
      code: 'DUPLICATE',
      facts: { key: 'ca-root' },
    })
    expect(await readdir(directory)).toEqual(['ca-root.pem'])
  })

  it('makes every guess at the passphrase cost 200,000 rounds', async () => {
    await keystore.generate('ca-root', 'P-256')
    const { stdout } = await openssl('asn1parse', '-in', fileOf('ca-root'))
    expect(stdout).toContain(
      `INTEGER           :${(200_000).toString(16).padStart(6, '0').toUpperCase()}`,
    )
    expect(stdout).toMatch(/:PBKDF2\n[^]*:hmacWithSHA256\n[^]*:aes-256-cbc\n/)
  })

  it('opens what Node.js and OpenSSL wrote with fewer rounds', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const options = { format: 'pem', type: 'pkcs8' } as const
    const plain = join(directory, 'plain')
    await writeFile(plain, privateKey.export(options))
    await writeFile(
      fileOf('by-node'),
      privateKey.export({ ...options, cipher: 'aes-256-cbc', passphrase }),
    )
    const secret = ['-passout', `pass:${passphrase.toString()}`]
    await openssl('pkcs8', '-topk8', '-in', plain, '-out', fileOf('by-openssl'), ...secret)
    for (const name of ['by-node', 'by-openssl']) {
      const key = await keystore.key(name)
      expect(key.publicKey).toEqual(publicKey.export({ format: 'der', type: 'spki' }))
    }
  })

  it('opens eight keys well within a second', async () => {
    const names = Array.from({ length: 8 }, (_, at) => `ca-${at}`)
    await Promise.all(names.map((name) => keystore.generate(name, 'P-256')))
    const { user, system } = process.cpuUsage()
    const again = await reopen()
    for (const name of names) await again.key(name)
    const used = process.cpuUsage({ user, system })
    expect((used.user + used.system) / 1e6).toBeLessThan(1)
  })

  it.skipIf(!canMakeDisks())('leaves no half of a key where the disk is full', async () => {
    const printed = await runOnSmallDisk('test/support/keys-on-full-disk.ts', directory)
    const outcome = JSON.parse(printed) as Record<string, unknown>
    const told = {
      problem: 'disk-full',
      cause: 'ENOSPC',
      message: expect.stringMatching(/free some space/) as string,
    }
    expect(outcome).toEqual({
      before: 'made',
      full: told,
      secret: told,
      left: ['ballast', 'before.pem'],
      after: 'made',
    })
  })
})

describe('a keystore that cannot be used', () => {
  beforeEach(async () => {
    await keystore.generate('ca-root', 'P-256')
  })

  async function expectProblem(work: Promise<unknown>, problem: string, advice: RegExp) {
    const error: unknown = await work.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(KeystoreUnavailable)
    expect(error).toMatchObject({ facts: { problem } })
    expect((error as Error).message).toMatch(advice)
    expect((error as Error).message).not.toContain(passphrase.toString())
  }

  it('tells a wrong passphrase at the start', async () => {
    const wrong = reopen({ passphrase: Buffer.from('another') })
    await expectProblem(wrong, 'wrong-passphrase', /give the passphrase/)
  })

  it.each([0, 1, 40, 200])('tells a file cut short after %i bytes', async (bytes) => {
    await keystore.generate('ca-citizen', 'P-256')
    await truncate(fileOf('ca-citizen'), bytes)
    const again = await reopen()
    await expectProblem(again.key('ca-citizen'), 'key-file-damaged', /from the backup/)
    await again.key('ca-root')
  })

  it('tells a file that lost its last byte', async () => {
    const { length } = await readFile(fileOf('ca-root'))
    await truncate(fileOf('ca-root'), length - 1)
    await expectProblem(reopen(), 'key-file-damaged', /from the backup/)
  })

  it('tells a file whose middle has been cut out', async () => {
    const lines = (await readFile(fileOf('ca-root'), 'latin1')).split('\n')
    await writeFile(fileOf('ca-root'), lines.toSpliced(2, 1).join('\n'))
    await expectProblem(reopen(), 'key-file-damaged', /from the backup/)
  })

  it('tells a key that is missing', async () => {
    await expectProblem(keystore.key('ca-citizen'), 'key-missing', /restore/)
  })

  it('opens a file again that was put right meanwhile, without a restart', async () => {
    const pem = await readFile(fileOf('ca-root'))
    const again = await reopen()
    await truncate(fileOf('ca-root'), 10)
    await expectProblem(again.key('ca-root'), 'key-file-damaged', /backup/)
    await writeFile(fileOf('ca-root'), pem)
    expect((await again.key('ca-root')).name).toBe('ca-root')
  })

  it('tells a key file that cannot be read', async () => {
    const { mkdir } = await import('node:fs/promises')
    await mkdir(fileOf('ca-citizen'))
    await expectProblem(keystore.key('ca-citizen'), 'key-file-unreadable', /right to/)
  })

  it('tells a folder that is none', async () => {
    const work = reopen({ directory: fileOf('ca-root') })
    await expectProblem(work, 'folder-unusable', /make it a folder/)
  })

  it('tells a folder that went away when it writes', async () => {
    await rm(directory, { recursive: true })
    const work = keystore.generate('ca-citizen', 'P-256')
    await expectProblem(work, 'folder-unusable', /make it a folder/)
  })
})
