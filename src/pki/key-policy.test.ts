import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeTestKey } from '../../test/support/card-key.ts'
import { keyAlgorithms } from '../keystore/keystore.ts'
import { checkPublicKey, keyFingerprintOf } from './key-policy.ts'
import { rsaWeaknessOf } from './weak-rsa-key.ts'

/** Two primes of the form k·M + (65537^a mod M), M the product of the first 126 primes. */
const rocaModulus =
  'c95be1280bc86bee00b31ce6de364df37bd6d91b5dc873acdd347d68072e35eb' +
  '63d74cc0915bbf3dcd769e928996dd85e6f31067041b177e6439368d9d56cc50' +
  '79c20e613696d2d2e6d52bf38da891176c39459e7b51788a3ad5e86af15fcc0d' +
  '591ed5b278512e231d38c48e682b078aed4c2d72fe5355f2e2c38f0a11de5b8c' +
  'a50c1950566e87131750cd6dc79985d1b4057774818a100ec963091a5d0d242f' +
  'e60f3d173f13356d5bd9e9b07d0daae3f10d299649cf161b146fdc11fae5dfa2' +
  'cdefb78243fd76995a67115b4a5523065c1fdc3fd8c30fcc807cfcac608d1f70' +
  '831c4aec195fde0e0dc69669f032ac32f7fd50ee754e08662f5f0cd6301291f3'
/** Two primes next to each other. */
const closePrimesModulus =
  'abc18e631c64fe21a4ace1634e034069855b658eaa7ee35bb1881186624f5b2f' +
  '565863acd621b95c1834b8e86949664cebb8008e08494d801e7f55f6388f58d8' +
  '3ad3ad36107e6e2146066913dc5bbaa9227b27a3b2a93dc18895c6fab7e963e7' +
  'd68c8e06590b46547afcd9738a7a6dd200b799b5a4ee1062485a546f1be97764' +
  '0d6d66be500b1f3d1f5b15dfc164c41f76d8c5b3d74273f7a9b37257b7b97358' +
  '018e90dc44650cc57bd5b1bfaea4ed08b939c91413f448eff26308316462be71' +
  'f25a365e8d647f416d93e105d32bc6011445cb351ec346a97f8759921a7e17ee' +
  '35da4a084b6e76a2ce816ec7c219fc7eba0d0a1a5eb693f8477f4c2a54551f39'

function rsaSpki(modulus: string, exponent = 'AQAB'): Buffer {
  const n = Buffer.from(modulus, 'hex').toString('base64url')
  const key = createPublicKey({ key: { kty: 'RSA', n, e: exponent }, format: 'jwk' })
  return key.export({ format: 'der', type: 'spki' })
}

function expectRefused(spki: Buffer, saying: RegExp): void {
  const check = () => checkPublicKey(spki, keyAlgorithms)
  expect(check).toThrow(saying)
  expect(check).toThrow(expect.objectContaining({ facts: { field: 'publicKey' } }) as Error)
}

describe('checkPublicKey', () => {
  it.each(keyAlgorithms)('takes a good key of %s, and says which it is', (algorithm) => {
    const { publicKey } = makeTestKey(algorithm)
    expect(checkPublicKey(publicKey, keyAlgorithms).algorithm).toBe(algorithm)
    expect(keyFingerprintOf(publicKey)).toHaveLength(32)
  })

  it('refuses what the profile does not have', () => {
    const { publicKey } = makeTestKey('P-384')
    expect(() => checkPublicKey(publicKey, ['P-256'])).toThrow(/must be one of P-256/)
  })

  it.each([
    ['secp256k1', () => generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey],
    ['P-521', () => generateKeyPairSync('ec', { namedCurve: 'P-521' }).publicKey],
    ['Ed25519', () => generateKeyPairSync('ed25519').publicKey],
    ['RSA-PSS', () => generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey],
  ] as const)('refuses %s', (_, make) => {
    expectRefused(make().export({ format: 'der', type: 'spki' }), /must be one of/)
  })

  it.each([1024, 2047, 2049, 4096])('refuses RSA of %d bits', (bits) => {
    expectRefused(rsaSpki(((1n << BigInt(bits)) - 1n).toString(16).padStart(514, '0')), /one of/)
  })

  it('refuses an exponent of 3', () => {
    expectRefused(rsaSpki(closePrimesModulus, 'Aw'), /must be one of/)
  })

  it('refuses a modulus made of primes with the ROCA structure', () => {
    expectRefused(rsaSpki(rocaModulus), /weak \(roca\)/)
  })

  it('refuses a modulus whose primes lie close together', () => {
    expectRefused(rsaSpki(closePrimesModulus), /weak \(close-primes\)/)
  })

  it('refuses a modulus with a small factor', () => {
    const odd = (BigInt(`0x${closePrimesModulus}`) / 751n) * 751n
    const modulus = odd % 2n === 0n ? odd - 751n : odd
    expectRefused(rsaSpki(modulus.toString(16)), /weak \(small-factor\)/)
  })

  it('refuses a second spelling of a good key', () => {
    const { publicKey } = makeTestKey()
    const point = publicKey.subarray(27)
    const y = point[63] ?? 0
    const compressed = Buffer.concat([
      Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex'),
      Buffer.of(2 + (y & 1)),
      point.subarray(0, 32),
    ])
    expect(createPublicKey({ key: compressed, format: 'der', type: 'spki' })).toBeDefined()
    expectRefused(compressed, /uncompressed/)
  })

  it('refuses every change of one byte, or takes the change for the key that it makes', () => {
    const { publicKey } = makeTestKey()
    fc.assert(
      fc.property(
        fc.nat({ max: publicKey.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        (at, by) => {
          const changed = Buffer.from(publicKey)
          changed[at] = (changed[at] ?? 0) ^ by
          expectRefused(changed, /publicKey/)
        },
      ),
      { seed: 20_260_302, numRuns: 500 },
    )
  })
})

describe('rsaWeaknessOf', () => {
  it('finds nothing in keys that OpenSSL makes', () => {
    for (const algorithm of ['RSA-2048', 'RSA-3072'] as const) {
      const key = createPublicKey({
        key: makeTestKey(algorithm).publicKey,
        format: 'der',
        type: 'spki',
      })
      const modulus = Buffer.from(key.export({ format: 'jwk' }).n ?? '', 'base64url')
      expect(modulus.length * 8).toBe(Number(algorithm.slice(4)))
      expect(rsaWeaknessOf(modulus)).toBeNull()
    }
  })

  it.each([2n, 3n, 101n, 65_537n])('finds the factors of a number next to %d squared', (n) => {
    const big = (1n << 512n) + n
    const product = (big * (big + 2n * n)).toString(16)
    const modulus = Buffer.from(product.padStart(product.length + (product.length & 1), '0'), 'hex')
    expect(rsaWeaknessOf(modulus)).not.toBeNull()
  })
})
