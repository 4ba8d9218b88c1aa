import { execFile } from 'node:child_process'
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signs } from '../../test/contracts/keystore.ts'
import { testPkcs12 } from '../../test/support/test-pkcs12.ts'
import { Pkcs12Refused } from '../errors.ts'
import { systemRandom } from '../random.ts'
import { fromDer, integer, readSequence, sequence, toDer } from './der.ts'
import { openFileKeystore } from './file-keystore.ts'
import { type KeyAlgorithm, keyAlgorithms, type PortableKeystore } from './keystore.ts'
import { maxIterations } from './pbes2.ts'
import { maxPkcs12Bytes } from './pkcs12-read.ts'
import type { Pkcs12Problem } from './pkcs12-refused.ts'
import { exportPkcs12, importPkcs12, type Pkcs12Import } from './pkcs12.ts'

const random = systemRandom
const vietnamese = 'Mật khẩu của Sở Nội vụ: đường, ươ, ẵ, 🔑'
let folder: string
let keystore: PortableKeystore
let names = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ecard-pkcs12-'))
  const passphrase = Buffer.from('one passphrase for tests')
  keystore = await openFileKeystore({ directory: join(folder, 'keys'), passphrase, random })
  for (const algorithm of keyAlgorithms) await makeAuthority(algorithm)
  await makeAuthority('other', 'P-256')
})
afterAll(() => rm(folder, { recursive: true }))

const at = (file: string) => join(folder, file)
const freshName = () => `ca-imported-${++names}`
const openssl = (...args: string[]) => promisify(execFile)('openssl', args)
const certificateOf = async (authority: string) =>
  new X509Certificate(await readFile(at(`${authority}.crt`)))

/** A key and a certificate of its own, as an agency has them from before. */
async function makeAuthority(name: string, algorithm = name as KeyAlgorithm): Promise<void> {
  const kind = algorithm.startsWith('RSA')
    ? ['rsa:' + algorithm.slice(4)]
    : ['ec', '-pkeyopt', `ec_paramgen_curve:${algorithm}`]
  await openssl(
    ...['req', '-x509', '-newkey', ...kind, '-noenc', '-days', '30', '-utf8'],
    ...['-subj', `/CN=CA của sở ${name}`, '-keyout', at(`${name}.key`), '-out', at(`${name}.crt`)],
  )
}

/** What `openssl pkcs12 -export` makes of it; the password comes from a file, in UTF-8. */
async function opensslExports(
  authority: string,
  { password = vietnamese, options = [] as string[] } = {},
): Promise<Buffer> {
  await writeFile(at('password'), password)
  const keyAndCertificate = ['-inkey', at(`${authority}.key`), '-in', at(`${authority}.crt`)]
  const secret = ['-passout', `file:${at('password')}`]
  const written = at('written.p12')
  await openssl('pkcs12', '-export', ...keyAndCertificate, ...secret, ...options, '-out', written)
  return readFile(written)
}

function take(pkcs12: Buffer, change: Partial<Pkcs12Import> & { text?: string } = {}) {
  const { text = vietnamese, ...others } = change
  const password = Buffer.from(text)
  return importPkcs12(keystore, {
    ...{ name: freshName(), pkcs12, password, allowLegacy: false },
    ...others,
  })
}

async function expectRefused(work: Promise<unknown>, problem: Pkcs12Problem): Promise<void> {
  const error: unknown = await work.catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(Pkcs12Refused)
  expect(error).toMatchObject({ code: 'PKCS12_REFUSED', facts: { problem } })
  expect((error as Error).message).not.toContain(vietnamese)
  expect(await keystore.has(`ca-imported-${names}`)).toBe(false)
}

describe('an import', () => {
  it.each(keyAlgorithms)('takes what OpenSSL 3 writes by default (%s)', async (algorithm) => {
    const { key, certificates } = await take(await opensslExports(algorithm))
    const certificate = await certificateOf(algorithm)
    expect(certificates).toEqual([certificate.raw])
    expect(key.algorithm).toBe(algorithm)
    expect(createPublicKey(certificate.publicKey.export({ format: 'pem', type: 'spki' }))).toEqual(
      createPublicKey({ key: key.publicKey, format: 'der', type: 'spki' }),
    )
    expect(await signs(await keystore.key(key.name), key)).toBe(true)
  })

  it.each(['x', 'Bảo mật', vietnamese, 'a'.repeat(200)])('takes the password %j', async (text) => {
    const { certificates } = await take(await opensslExports('P-256', { password: text }), { text })
    expect(certificates).toHaveLength(1)
  })

  it("gives the certificates back with the key's own first, then who issued it", async () => {
    // The file has them the other way round, and one that has nothing to do with them.
    await makeChain()
    const together = await Promise.all(
      ['root.crt', 'other.crt', 'middle.crt'].map((file) => readFile(at(file))),
    )
    await writeFile(at('more.crt'), Buffer.concat(together))
    const pkcs12 = await opensslExports('issuing', { options: ['-certfile', at('more.crt')] })
    const { certificates } = await take(pkcs12)
    const expected = await Promise.all(['issuing', 'middle', 'root', 'other'].map(certificateOf))
    expect(certificates).toEqual(expected.map(({ raw }) => raw))
  })

  it.each([
    ['RC2-40 and 3DES', ['-legacy']],
    ['3DES', ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES']],
    ['a MAC with SHA-1', ['-macalg', 'sha1']],
  ])('takes %s only when told to', async (_what, options) => {
    for (const authority of ['RSA-2048', 'P-256']) {
      const pkcs12 = await opensslExports(authority, { options })
      await expectRefused(take(pkcs12), 'legacy-algorithm')
      const { certificates } = await take(pkcs12, { allowLegacy: true })
      expect(certificates).toEqual([(await certificateOf(authority)).raw])
      await expectRefused(take(pkcs12, { allowLegacy: true, text: 'wrong' }), 'wrong-password')
    }
  })

  it('takes AES-128 and SHA-512, too', async () => {
    const options = ['-keypbe', 'AES-128-CBC', '-certpbe', 'AES-192-CBC', '-macalg', 'sha512']
    expect((await take(await opensslExports('P-256', { options }))).certificates).toHaveLength(1)
  })

  it('never replaces a key', async () => {
    const { key } = await take(await opensslExports('P-256'))
    const again = take(await opensslExports('P-384'), { name: key.name })
    await expect(again).rejects.toMatchObject({ code: 'DUPLICATE' })
    expect((await keystore.key(key.name)).publicKey).toEqual(key.publicKey)
  })
})

describe('an import is refused', () => {
  it('with a wrong, an empty or an unreadable password', async () => {
    const pkcs12 = await opensslExports('P-256')
    await expectRefused(take(pkcs12, { text: vietnamese.normalize('NFD') }), 'wrong-password')
    await expectRefused(take(pkcs12, { text: '' }), 'password-unusable')
    await expectRefused(take(pkcs12, { password: Buffer.from([0xff]) }), 'password-unusable')
  })

  it('when the file was altered anywhere that matters', async () => {
    const pkcs12 = await opensslExports('P-256')
    const altered = Buffer.from(pkcs12)
    altered.writeUInt8(altered.readUInt8(200) ^ 1, 200)
    await expectRefused(take(altered), 'wrong-password')
  })

  it.each([
    ['mac-missing', ['-nomac']],
    ['no-key', ['-nokeys']],
    ['no-certificate', ['-nocerts']],
  ] as const)('%s: openssl pkcs12 -export %j', async (problem, options) => {
    const pkcs12 = await opensslExports('P-256', { options: [...options] })
    await expectRefused(take(pkcs12), problem)
  })

  it.each(['ed25519', 'rsa:1024', 'P-521'])('with a key that we do not use: %s', async (kind) => {
    const key = kind === 'P-521' ? ['ec', '-pkeyopt', 'ec_paramgen_curve:P-521'] : [kind]
    const files = ['-keyout', at('odd.key'), '-out', at('odd.crt')]
    await openssl(...['req', '-x509', '-newkey', ...key, '-noenc', '-subj', '/CN=odd', ...files])
    await expectRefused(take(await opensslExports('odd')), 'key-unsupported')
  })

  it('when the certificate is about another key', async () => {
    const mixed = await seal({ keys: ['P-256'], certificates: ['other'] })
    await expectRefused(take(mixed), 'key-of-another-certificate')
  })

  it('when it is not clear which key is meant', async () => {
    const both = await seal({ keys: ['P-256', 'other'], certificates: ['P-256'] })
    await expectRefused(take(both), 'several-keys')
  })

  it('when it is no PKCS#12 file', async () => {
    const certificate = (await certificateOf('P-256')).raw
    for (const other of [Buffer.alloc(0), Buffer.from('hello'), certificate]) {
      await expectRefused(take(other), 'malformed')
    }
  })

  it('when it is larger than any backup of a CA', async () => {
    await expectRefused(take(Buffer.alloc(maxPkcs12Bytes + 1)), 'too-large')
  })

  it('when it asks for more work than an honest file, before doing any', async () => {
    const pkcs12 = await opensslExports('P-256')
    const [version, contents, macData] = readSequence(fromDer(pkcs12))
    const [digest, salt] = readSequence(macData)
    if (!version || !contents || !digest || !salt) throw new Error('not as OpenSSL writes it')
    for (const count of [maxIterations + 1, 2 ** 31 - 1]) {
      const work = sequence(digest, salt, integer(count))
      await expectRefused(take(toDer(sequence(version, contents, work))), 'too-many-iterations')
    }
    const greedy = await seal({ keys: ['P-256'], certificates: ['P-256'], iterations: 2 ** 31 - 1 })
    await expectRefused(take(greedy), 'too-many-iterations')
  })
})

describe('an export', () => {
  async function exported(authority: string): Promise<Buffer> {
    const { key, certificates } = await take(await opensslExports(authority))
    const password = Buffer.from(vietnamese)
    const options = { name: key.name, certificates, password, random }
    const pkcs12 = await exportPkcs12(keystore, options)
    await writeFile(at('export.p12'), pkcs12)
    await writeFile(at('password'), vietnamese)
    return pkcs12
  }

  it.each(keyAlgorithms)('is read by OpenSSL and gives the same key (%s)', async (algorithm) => {
    await exported(algorithm)
    const secret = ['-passin', `file:${at('password')}`]
    const read = ['pkcs12', '-in', at('export.p12'), ...secret]
    const { stdout, stderr } = await openssl(...read, '-info', '-noenc')
    expect(stderr).toContain('MAC: sha256, Iteration 200000')
    const protection = 'PBES2, PBKDF2, AES-256-CBC, Iteration 200000, PRF hmacWithSHA256'
    expect(stderr).toContain(`PKCS7 Encrypted data: ${protection}`)
    expect(stderr).toContain(`Shrouded Keybag: ${protection}`)
    const theirs = createPublicKey(stdout).export({ format: 'der', type: 'spki' })
    const ours = createPublicKey(await readFile(at(`${algorithm}.key`)))
    expect(theirs).toEqual(ours.export({ format: 'der', type: 'spki' }))
    await expect(openssl(...read.slice(0, 3), '-passin', 'pass:wrong')).rejects.toThrow()
  })

  it('is read by NSS and GnuTLS', async () => {
    await exported('P-384')
    const nss = ['-l', at('export.p12'), '-w', at('password'), '-d', 'sql:' + folder]
    await promisify(execFile)('certutil', ['-N', '--empty-password', '-d', 'sql:' + folder])
    expect((await promisify(execFile)('pk12util', nss)).stdout).toMatch(
      /Certificate\(has private key\)[^]*P-384[^]*Key\(shrouded\)[^]*Cipher: AES-256-CBC/,
    )
    const gnutls = ['--p12-info', '--inder', '--infile', at('export.p12'), '--password', vietnamese]
    const { stdout } = await promisify(execFile)('certtool', gnutls)
    expect(stdout).toContain('MAC: SHA256')
    expect(stdout).toContain('-----BEGIN CERTIFICATE-----')
  })

  it('is taken back by another keystore, with every certificate', async () => {
    await makeChain()
    const pkcs12 = await opensslExports('issuing', { options: ['-certfile', at('middle.crt')] })
    const { key, certificates } = await take(pkcs12)
    const password = Buffer.from('mật khẩu khác')
    const backup = await exportPkcs12(keystore, { name: key.name, certificates, password, random })
    const directory = at('restored')
    const passphrase = Buffer.from('another passphrase')
    const restored = await openFileKeystore({ directory, passphrase, random })
    const back = await importPkcs12(restored, {
      ...{ name: 'ca-restored', pkcs12: backup, password, allowLegacy: false },
    })
    expect(back.certificates).toEqual(certificates)
    expect(await signs(back.key, key)).toBe(true)
  })

  it('is refused without the certificate of the key, and for a key that is not there', async () => {
    const { key } = await take(await opensslExports('P-256'))
    const other = (await certificateOf('other')).raw
    const refusal = (change: { name?: string; certificates: Buffer[]; password?: Buffer }) =>
      exportPkcs12(keystore, { name: key.name, password: Buffer.from('x'), random, ...change })
    await expect(refusal({ certificates: [other] })).rejects.toMatchObject({
      facts: { problem: 'key-of-another-certificate' },
    })
    await expect(refusal({ certificates: [] })).rejects.toMatchObject({
      facts: { problem: 'no-certificate' },
    })
    await expect(
      refusal({ certificates: [other], password: Buffer.alloc(0) }),
    ).rejects.toMatchObject({ facts: { problem: 'password-unusable' } })
    await expect(refusal({ name: 'ca-none', certificates: [other] })).rejects.toMatchObject({
      code: 'KEYSTORE_UNAVAILABLE',
      facts: { problem: 'key-missing' },
    })
  })
})

/** Root, middle and issuing CA, each issued by the one before. */
async function makeChain(): Promise<void> {
  let issuer: string[] = []
  for (const name of ['root', 'middle', 'issuing']) {
    const made = ['-keyout', at(`${name}.key`), '-out', at(`${name}.crt`)]
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc']
    await openssl('req', '-x509', ...key, '-subj', `/CN=${name}`, ...made, ...issuer)
    issuer = ['-CA', at(`${name}.crt`), '-CAkey', at(`${name}.key`)]
  }
}

/** A file that OpenSSL would not write, with the MAC right. */
async function seal(parts: {
  keys: readonly string[]
  certificates: readonly string[]
  iterations?: number
}): Promise<Buffer> {
  const keys = await Promise.all(parts.keys.map((name) => readFile(at(`${name}.key`))))
  const certificates = await Promise.all(parts.certificates.map(certificateOf))
  return testPkcs12({
    keys: keys.map((pem) => createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' })),
    certificates: certificates.map(({ raw }) => raw),
    password: vietnamese,
    ...(parts.iterations === undefined ? {} : { claimedIterations: parts.iterations }),
  })
}
