import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Duplicate, InputInvalid, KeystoreUnavailable } from '../../src/errors.ts'
import {
  keyAlgorithms,
  type PortableKeystore,
  type SigningKey,
} from '../../src/keystore/keystore.ts'

export interface KeystoreUnderTest {
  readonly keystore: PortableKeystore
  /** The same keys as another process has them. */
  reopen(): Promise<PortableKeystore>
  close(): Promise<void>
}

const data = Buffer.from('what is signed')

/** Checks a signature by the public key that `verifier` shows, with OpenSSL. */
export async function signs(signer: SigningKey, verifier: SigningKey = signer): Promise<boolean> {
  const hash = verifier.algorithm === 'P-384' ? 'sha384' : 'sha256'
  const key = createPublicKey({ key: verifier.publicKey, format: 'der', type: 'spki' })
  return verify(hash, data, { key, dsaEncoding: 'ieee-p1363' }, await signer.sign(data))
}

/** What every implementation of `Keystore` keeps, wherever it has its keys. */
export function describeKeystore(name: string, open: () => Promise<KeystoreUnderTest>): void {
  describe(`${name} as a keystore`, () => {
    let keystore: PortableKeystore
    let underTest: KeystoreUnderTest

    beforeAll(async () => {
      underTest = await open()
      keystore = underTest.keystore
    })
    afterAll(() => underTest.close())

    it.each(keyAlgorithms)('gives a %s key to another process, and it signs', async (algorithm) => {
      const name = `made-${algorithm.toLowerCase()}`
      const made = await keystore.generate(name, algorithm)
      const found = await (await underTest.reopen()).key(name)
      expect([made.algorithm, found.algorithm]).toEqual([algorithm, algorithm])
      expect(found.publicKey).toEqual(made.publicKey)
      expect(await signs(made)).toBe(true)
      expect(await signs(found, made)).toBe(true)
    })

    it('signs data of any length, also at once', async () => {
      const key = await keystore.generate('many', 'P-256')
      const publicKey = createPublicKey({ key: key.publicKey, format: 'der', type: 'spki' })
      const lengths = [0, 1, 63, 64, 65, 100_000]
      const signatures = await Promise.all(lengths.map((length) => key.sign(Buffer.alloc(length))))
      for (const [at, length] of lengths.entries()) {
        const signature = signatures[at] ?? Buffer.alloc(0)
        const options = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const
        expect(verify('sha256', Buffer.alloc(length), options, signature)).toBe(true)
      }
    })

    it('hands out a way to sign and no private key', async () => {
      for (const key of [await keystore.generate('shown', 'P-256'), await keystore.key('shown')]) {
        expect(Object.keys(key).sort()).toEqual(['algorithm', 'name', 'publicKey', 'sign'])
      }
    })

    it('never replaces a key, whoever asks', async () => {
      const made = await keystore.generate('kept', 'P-256')
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      for (const attempt of [
        () => keystore.generate('kept', 'P-256'),
        () => keystore.adopt('kept', privateKey),
        async () => (await underTest.reopen()).generate('kept', 'RSA-2048'),
      ]) {
        await expect(attempt()).rejects.toBeInstanceOf(Duplicate)
      }
      expect(await signs(await keystore.key('kept'), made)).toBe(true)
    })

    it('lets one of many at once make a key', async () => {
      const others = await Promise.all(Array.from({ length: 3 }, () => underTest.reopen()))
      const tries = [keystore, ...others].map((each) => each.generate('contested', 'P-256'))
      const outcomes = await Promise.allSettled(tries)
      const [made, ...more] = outcomes.flatMap((outcome) =>
        outcome.status === 'fulfilled' ? [outcome.value] : [],
      )
      expect(more).toEqual([])
      expect(await signs(await keystore.key('contested'), made)).toBe(true)
    })

    it.each([
      ['ec', { namedCurve: 'P-256' }, 'P-256'],
      ['ec', { namedCurve: 'P-384' }, 'P-384'],
      ['rsa', { modulusLength: 2048 }, 'RSA-2048'],
      ['rsa', { modulusLength: 3072 }, 'RSA-3072'],
    ] as const)('keeps a key that was made elsewhere (%s %j)', async (type, options, algorithm) => {
      const { privateKey, publicKey } =
        type === 'ec' ? generateKeyPairSync(type, options) : generateKeyPairSync(type, options)
      const name = `adopted-${algorithm.toLowerCase()}`
      const adopted = await keystore.adopt(name, privateKey)
      expect(adopted.publicKey).toEqual(publicKey.export({ format: 'der', type: 'spki' }))
      expect(await signs(await (await underTest.reopen()).key(name), adopted)).toBe(true)
    })

    it('knows which keys it has', async () => {
      await keystore.generate('here', 'P-256')
      expect(await keystore.has('here')).toBe(true)
      expect(await keystore.has('elsewhere')).toBe(false)
    })

    it('tells a key that is missing, and what to do', async () => {
      const error: unknown = await keystore.key('missing').catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(KeystoreUnavailable)
      expect(error).toMatchObject({ facts: { problem: 'key-missing', key: 'missing' } })
      expect((error as Error).message).toMatch(/restore .* backup/)
    })

    it('gives a secret to another process, and its codes are the same', async () => {
      const made = await keystore.generateSecret('card-master')
      const found = await (await underTest.reopen()).secret('card-master')
      expect(Object.keys(found).sort()).toEqual(['hmac', 'name'])
      for (const length of [1, 32, 64, 1000]) {
        const code = await made.hmac(Buffer.alloc(length, 3))
        expect(code).toHaveLength(32)
        expect(await found.hmac(Buffer.alloc(length, 3))).toEqual(code)
      }
      const other = await keystore.generateSecret('card-master-2')
      expect(await other.hmac(data)).not.toEqual(await made.hmac(data))
    })

    it('never replaces a secret, and tells one that is missing', async () => {
      expect(await keystore.hasSecret('once')).toBe(false)
      await keystore.generateSecret('once')
      expect(await keystore.hasSecret('once')).toBe(true)
      // A key is something else.
      expect(await keystore.has('once')).toBe(false)
      await expect(keystore.generateSecret('once')).rejects.toBeInstanceOf(Duplicate)
      const error: unknown = await keystore.secret('nowhere').catch((reason: unknown) => reason)
      expect(error).toMatchObject({ facts: { problem: 'key-missing', key: 'nowhere' } })
    })

    it.each(['', '../ca-root', 'Ca', 'a/b', 'a.pem', '-a', 'a'.repeat(65)])(
      'refuses the name %j',
      async (name) => {
        await expect(keystore.key(name)).rejects.toBeInstanceOf(InputInvalid)
        await expect(keystore.has(name)).rejects.toBeInstanceOf(InputInvalid)
        await expect(keystore.generate(name, 'P-256')).rejects.toBeInstanceOf(InputInvalid)
      },
    )
  })
}
