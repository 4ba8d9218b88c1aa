import { execFile } from 'node:child_process'
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  verify,
  X509Certificate,
} from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { describeKeystore, signs } from '../../test/contracts/keystore.ts'
import { SoftHsm } from '../../test/support/soft-hsm.ts'
import { KeystoreUnavailable } from '../errors.ts'
import { systemRandom } from '../random.ts'
import { pinProblemOf, type TokenAddress } from './hsm-fault.ts'
import { openPkcs11Keystore, type Pkcs11Keystore } from './pkcs11-keystore.ts'
import { Pkcs11Token } from './pkcs11-token.ts'
import { exportPkcs12, importPkcs12 } from './pkcs12.ts'

const data = Buffer.from('what is signed')
const patience = { answerMs: 3_000, generateMs: 20_000 }
const opened: Pkcs11Keystore[] = []
let hsm: SoftHsm

beforeAll(async () => {
  hsm = await SoftHsm.start()
})
afterAll(() => hsm.release())
afterEach(closeAll)

async function open(change: Partial<TokenAddress> = {}): Promise<Pkcs11Keystore> {
  const keystore = await openPkcs11Keystore({ ...hsm.address, ...change, patience })
  opened.push(keystore)
  return keystore
}

function closeAll(): void {
  for (const keystore of opened.splice(0)) keystore.close()
}

async function expectProblem(work: Promise<unknown>, problem: string): Promise<Error> {
  const error: unknown = await work.catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(KeystoreUnavailable)
  expect(error).toMatchObject({ facts: { problem, token: hsm.address.token } })
  expect(JSON.stringify([error, (error as Error).message])).not.toContain(hsm.pin)
  return error as Error
}

describe('over a socket', () => {
  const own: Pkcs11Keystore[] = []
  const openOwn = async (): Promise<Pkcs11Keystore> => {
    own.push(await openPkcs11Keystore(hsm.address))
    return own.at(-1) ?? open()
  }
  describeKeystore('a token of an HSM', async () => ({
    keystore: await openOwn(),
    reopen: openOwn,
    close: () => {
      for (const keystore of own) keystore.close()
      return Promise.resolve()
    },
  }))
})

describe('an HSM that goes away', () => {
  it('refuses at once what needs it, and works again when it is back, with the same keys', async () => {
    const keystore = await open()
    const key = await keystore.generate('gone-and-back', 'P-256')
    await hsm.takeAway()
    const before = performance.now()
    await expectProblem(key.sign(data), 'hsm-unreachable')
    await expectProblem(keystore.key('gone-and-back'), 'hsm-unreachable')
    await expectProblem(keystore.has('gone-and-back'), 'hsm-unreachable')
    await expectProblem(keystore.generate('never-made', 'P-256'), 'hsm-unreachable')
    expect(performance.now() - before).toBeLessThan(patience.answerMs)
    await hsm.bringBack()
    expect(await signs(key)).toBe(true)
    expect(await signs(await keystore.key('gone-and-back'), key)).toBe(true)
    expect(await keystore.has('never-made')).toBe(false)
  })

  it('does not fail who asks only after it is back', async () => {
    const keystore = await open()
    const key = await keystore.generate('unnoticed', 'RSA-2048')
    for (const work of [() => signs(key), () => keystore.has('unnoticed')]) {
      await hsm.takeAway()
      await hsm.bringBack()
      expect(await work()).toBe(true)
    }
    await hsm.takeAway()
    await hsm.bringBack()
    expect((await keystore.generate('made-after', 'P-256')).name).toBe('made-after')
  })

  it('lets nobody wait longer than it may take, and holds nothing else up', async () => {
    const keystore = await open()
    const key = await keystore.generate('silent', 'P-256')
    hsm.freeze()
    const started = performance.now()
    const answers = Promise.allSettled(Array.from({ length: 20 }, () => key.sign(data)))
    await new Promise((resume) => setTimeout(resume, 10))
    expect(performance.now() - started).toBeLessThan(patience.answerMs / 2)
    for (const { reason } of (await answers) as PromiseRejectedResult[]) {
      expect(reason).toMatchObject({
        code: 'KEYSTORE_UNAVAILABLE',
        facts: { problem: 'hsm-unreachable', reason: 'no-answer' },
      })
    }
    // All of them waited for one silence.
    expect(performance.now() - started).toBeLessThan(2 * patience.answerMs)
    hsm.thaw()
    expect(await signs(key)).toBe(true)
  })

  it('is no reason not to start', async () => {
    const key = await (await open()).generate('before-start', 'P-256')
    await hsm.takeAway()
    const keystore = await open()
    await expectProblem(keystore.key('before-start'), 'hsm-unreachable')
    await hsm.bringBack()
    expect(await signs(await keystore.key('before-start'), key)).toBe(true)
  })

  it('takes no more than the process with it that talks to it', async () => {
    const keystore = await open()
    const key = await keystore.generate('crashed', 'P-256')
    const mine = ['-P', String(process.pid), '-f', 'pkcs11-process']
    const { stdout } = await promisify(execFile)('pgrep', mine)
    const [pid, ...others] = stdout.trim().split('\n').map(Number)
    expect(others).toEqual([])
    hsm.freeze()
    const signature = expectProblem(key.sign(data), 'hsm-unreachable')
    process.kill(pid ?? 0, 'SIGKILL')
    await signature
    hsm.thaw()
    expect(await signs(key)).toBe(true)
  })
})

describe('the PIN', () => {
  it('is not tried a second time once the token refused it', async () => {
    const keystore = await open()
    const key = await keystore.generate('pinned', 'P-256')
    await hsm.putPin('not-the-pin')
    await hsm.takeAway()
    await hsm.bringBack()
    await expectProblem(key.sign(data), 'wrong-pin')
    // From here the token would take it: it is refused without having been asked.
    await hsm.changePin('not-the-pin')
    await expectProblem(key.sign(data), 'wrong-pin')
    await hsm.changePin(hsm.pin)
    await hsm.putPin(hsm.pin)
    expect(await signs(key)).toBe(true)
  })

  it('is not tried by one process after the other where keys are made', async () => {
    const keystore = await open()
    await hsm.putPin('not-the-pin')
    await expectProblem(keystore.generate('never', 'P-256'), 'wrong-pin')
    await hsm.changePin('not-the-pin')
    await expectProblem(keystore.generate('never', 'P-256'), 'wrong-pin')
    await hsm.changePin(hsm.pin)
    await hsm.putPin(hsm.pin)
    expect((await keystore.generate('at-last', 'P-256')).name).toBe('at-last')
  })

  it('is not tried where one more wrong one locks the token', () => {
    expect(pinProblemOf(0x0042d)).toBeNull()
    // Some have been wrong, and there are more left.
    expect(pinProblemOf(0x1042d)).toBeNull()
    expect(pinProblemOf(0x3042d)).toBe('pin-last-try')
    expect(pinProblemOf(0x4042d)).toBe('pin-locked')
  })

  it('is told when it is wrong, missing or empty', async () => {
    const pinFile = join(dirname(hsm.address.pinFile), 'another-pin')
    await expectProblem(open({ pinFile }), 'pin-unreadable')
    await writeFile(pinFile, '\n')
    await expectProblem(open({ pinFile }), 'pin-unreadable')
    await writeFile(pinFile, 'wrong-from-the-start\n')
    const error = await expectProblem(open({ pinFile }), 'wrong-pin')
    expect(error.message).toContain('ECARD_PKCS11_PIN_FILE')
    expect(error.message).not.toContain('wrong-from-the-start')
  })
})

describe('settings', () => {
  it('are told when the module is none', async () => {
    await expectProblem(open({ module: '/nowhere/module.so' }), 'module-missing')
    await expectProblem(open({ module: hsm.address.pinFile }), 'module-missing')
  })

  it('are told when the library was left out at the installation', async () => {
    vi.doMock('graphene-pk11', () => {
      throw new Error('Cannot find package')
    })
    const token = new Pkcs11Token(hsm.address)
    await expectProblem(
      token.use(() => null),
      'library-missing',
    )
    vi.doUnmock('graphene-pk11')
  })

  it('may name a token that comes later', async () => {
    const keystore = await open({ token: 'another' })
    const error: unknown = await keystore.has('any').catch((reason: unknown) => reason)
    expect(error).toMatchObject({ facts: { problem: 'token-missing', token: 'another' } })
  })
})

describe('what is on the token', () => {
  it('never comes out of it', async () => {
    const keystore = await open()
    await keystore.generate('inside', 'P-384')
    const listed = await hsm.describePrivateKey('inside')
    expect(listed).toMatch(/Access:\s+sensitive, always sensitive, never extractable, local/)
    expect(listed).toMatch(/Usage:\s+sign\n/)
    await expectProblem(keystore.encryptedKey('inside', Buffer.from('x')), 'key-not-exportable')
  })

  it.each([
    { algorithm: 'P-256', hash: 'sha256', mechanism: 'ECDSA' },
    { algorithm: 'P-384', hash: 'sha384', mechanism: 'ECDSA' },
    { algorithm: 'RSA-2048', hash: null, mechanism: 'SHA256-RSA-PKCS' },
    { algorithm: 'RSA-3072', hash: null, mechanism: 'SHA256-RSA-PKCS' },
  ] as const)('is the same $algorithm key for others', async ({ algorithm, hash, mechanism }) => {
    const name = `shared-${algorithm.toLowerCase()}`
    const key = await (await open()).generate(name, algorithm)
    const folder = dirname(hsm.address.pinFile)
    const [input, theirs, ours] = ['input', 'theirs', 'ours'].map((file) => join(folder, file))
    await writeFile(input ?? '', hash === null ? data : createHash(hash).update(data).digest())
    await writeFile(ours ?? '', await key.sign(data))
    const id = /ID:\s+([0-9a-f]+)/.exec(await hsm.describePrivateKey(name))?.[1] ?? ''
    const what = ['--mechanism', mechanism, '--id', id, '--input-file', input ?? '']
    const format = ['--signature-format', 'rs']
    await hsm.tool('--sign', ...what, ...format, '--output-file', theirs ?? '')
    const publicKey = createPublicKey({ key: key.publicKey, format: 'der', type: 'spki' })
    const options = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const
    const signature = await readFile(theirs ?? '')
    expect(verify(hash ?? 'sha256', data, options, signature)).toBe(true)
    const verdict = await hsm.tool('--verify', ...what, ...format, '--signature-file', ours ?? '')
    expect(verdict).toContain('Signature is valid')
  })

  it('is not taken for the key that was asked for, when it is another', async () => {
    const keystore = await open()
    const key = await keystore.generate('exchanged', 'P-256')
    await hsm.tool('--delete-object', '--type', 'privkey', '--label', 'exchanged')
    await expectProblem(key.sign(data), 'key-missing')
    await keystore.generate('exchanged', 'P-256')
    await expectProblem(key.sign(data), 'key-replaced')
  })

  it('must be one pair a name', async () => {
    const keystore = await open()
    await keystore.generate('halved', 'P-256')
    await hsm.tool('--delete-object', '--type', 'pubkey', '--label', 'halved')
    await expectProblem((await open()).key('halved'), 'public-key-missing')
    await keystore.generate('doubled', 'P-256')
    const pair = ['--keypairgen', '--key-type', 'EC:prime256v1', '--label', 'doubled']
    await hsm.tool(...pair, '--id', '01')
    await expectProblem(keystore.key('doubled'), 'key-ambiguous')
  })

  it('may be an existing CA from a PKCS#12 file, which does not come out again', async () => {
    const keystore = await open()
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
    const password = Buffer.from('Mật khẩu của sở')
    const pkcs12 = await selfSigned(privateKey, password)
    const name = 'ca-from-before'
    const imported = { name, pkcs12, password, allowLegacy: false }
    const { key, certificates } = await importPkcs12(keystore, imported)
    expect(new X509Certificate(certificates[0] ?? '').checkPrivateKey(privateKey)).toBe(true)
    expect(await signs(await keystore.key(name), key)).toBe(true)
    // Not "never extractable": it has been elsewhere before.
    expect(await hsm.describePrivateKey(name)).toMatch(/Access: +sensitive\n/)
    const backup = exportPkcs12(keystore, { name, certificates, password, random: systemRandom })
    await expectProblem(backup, 'key-not-exportable')
  })
})

/** What an agency's old CA leaves behind. */
async function selfSigned(key: KeyObject, password: Buffer): Promise<Buffer> {
  const folder = dirname(hsm.address.pinFile)
  const [pem, certificate, secret, file] = ['old.key', 'old.crt', 'old.password', 'old.p12'].map(
    (name) => join(folder, name),
  ) as [string, string, string, string]
  await writeFile(pem, key.export({ format: 'pem', type: 'pkcs8' }))
  await writeFile(secret, password)
  const openssl = (...args: string[]) => promisify(execFile)('openssl', args)
  await openssl('req', '-x509', '-key', pem, '-subj', '/CN=old', '-out', certificate)
  const pair = ['-inkey', pem, '-in', certificate, '-passout', `file:${secret}`]
  await openssl('pkcs12', '-export', ...pair, '-out', file)
  return readFile(file)
}
