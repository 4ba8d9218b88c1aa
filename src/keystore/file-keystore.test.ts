import { execFile } from 'node:child_process'
import { createPublicKey, verify } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KeystoreUnavailable } from '../errors.ts'
import { systemRandom } from '../random.ts'
import { openFileKeystore } from './file-keystore.ts'
import type { Keystore, SigningKey } from './keystore.ts'

const passphrase = Buffer.from('one passphrase for tests')
let directory: string
let keystore: Keystore

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ecard-keystore-'))
  keystore = await reopen()
})
afterEach(() => rm(directory, { recursive: true, force: true }))

function reopen(change: { directory?: string; passphrase?: Buffer } = {}): Promise<Keystore> {
  return openFileKeystore({ directory, passphrase, random: systemRandom, ...change })
}

const fileOf = (name: string) => join(directory, `${name}.pem`)

async function signs(signer: SigningKey, verifier: SigningKey): Promise<boolean> {
  const data = Buffer.from('data')
  const hash = verifier.algorithm === 'P-384' ? 'sha384' : 'sha256'
  const key = createPublicKey({ key: verifier.publicKey, format: 'der', type: 'spki' })
  return verify(hash, data, { key, dsaEncoding: 'ieee-p1363' }, await signer.sign(data))
}

describe('the file keystore', () => {
  it.each(['P-256', 'P-384', 'RSA-2048', 'RSA-3072'] as const)(
    'gives a %s key back after a restart, and it signs',
    async (algorithm) => {
      const made = await keystore.generate('ca-root', algorithm)
      const found = await (await reopen()).key('ca-root')
      expect(await signs(found, made)).toBe(true)
      expect(found.algorithm).toBe(algorithm)
    },
  )

  it('hands out a way to sign and no private key', async () => {
    for (const key of [
      await keystore.generate('ca-root', 'P-256'),
      await keystore.key('ca-root'),
    ]) {
      expect(Object.keys(key).sort()).toEqual(['algorithm', 'name', 'publicKey', 'sign'])
    }
  })

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
    const open = (secret: string) => promisify(execFile)('openssl', [...file, `pass:${secret}`])
    expect((await open(passphrase.toString())).stdout).toContain('NIST CURVE: P-256')
    await expect(open('wrong')).rejects.toThrow()
  })

  it('never replaces a key', async () => {
    const made = await keystore.generate('ca-root', 'P-256')
    await expect(keystore.generate('ca-root', 'P-256')).rejects.toMatchObject({
      code: 'DUPLICATE',
      facts: { key: 'ca-root' },
    })
    expect(await signs(await keystore.key('ca-root'), made)).toBe(true)
    expect(await readdir(directory)).toEqual(['ca-root.pem'])
  })

  it('lets one of many at once make a key', async () => {
    const tries = Array.from({ length: 8 }, () => keystore.generate('ca-root', 'P-256'))
    const outcomes = await Promise.allSettled(tries)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await readdir(directory)).toEqual(['ca-root.pem'])
  })

  it('knows which keys it has', async () => {
    await keystore.generate('ca-root', 'P-256')
    expect(await keystore.has('ca-root')).toBe(true)
    expect(await keystore.has('ca-other')).toBe(false)
  })

  it.each(['', '../ca-root', 'Ca', 'a/b', 'a.pem', '-a', 'a'.repeat(65)])(
    'refuses the name %j',
    async (name) => {
      await expect(keystore.key(name)).rejects.toMatchObject({ code: 'INPUT_INVALID' })
      await expect(keystore.has(name)).rejects.toMatchObject({ code: 'INPUT_INVALID' })
      await expect(keystore.generate(name, 'P-256')).rejects.toMatchObject({
        code: 'INPUT_INVALID',
      })
    },
  )
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
