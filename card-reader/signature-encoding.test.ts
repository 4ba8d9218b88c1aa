import { createHash, createVerify, generateKeyPairSync, sign, verify } from 'node:crypto'
import { constants, privateDecrypt } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodePkcs1Block, rawEcdsaSignature } from './signature-encoding.ts'

const bytes = (hex: string) => Buffer.from(hex, 'hex')

describe('rawEcdsaSignature', () => {
  it.each([
    ['prime256v1', 32, 'sha256'],
    ['secp384r1', 48, 'sha384'],
  ])('makes of every DER signature the raw one that Node verifies: %s', (curve, size, hash) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: curve })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (message) => {
        const raw = rawEcdsaSignature(sign(hash, message, privateKey), size)
        expect(raw).toHaveLength(2 * size)
        const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const
        expect(verify(hash, message, key, raw)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('pads short integers on the left', () => {
    const raw = rawEcdsaSignature(bytes('3006020101020102'), 32)
    expect(raw.toString('hex')).toBe(`${'01'.padStart(64, '0')}${'02'.padStart(64, '0')}`)
  })

  it.each([
    ['nothing', ''],
    ['another tag', '3106020101020102'],
    ['a wrong outer length', '3007020101020102'],
    ['bytes behind', '300602010102010200'],
    ['bytes behind, inside', '3009020101020102020103'],
    ['one integer only', '3003020101'],
    ['a negative integer', '30060201ff020102'],
    ['zero', '3006020100020102'],
    ['an integer without bytes', '30050200020102'],
    ['a needless leading zero', '300702020001020102'],
    ['an integer too long for the curve', `302502200${'1'.repeat(63)}020101`],
    ['a long-form length', '308106020101020102'],
  ])('refuses %s', (_name, hex) => {
    const tooLong = () => rawEcdsaSignature(bytes(hex), 31)
    expect(tooLong).toThrow(expect.objectContaining({ reason: 'malformed-answer' }) as Error)
  })

  it('answers any bytes with a signature of the right length or malformed-answer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 110 }), (array) => {
        try {
          expect(rawEcdsaSignature(Buffer.from(array), 32)).toHaveLength(64)
        } catch (error) {
          expect(error).toMatchObject({ reason: 'malformed-answer' })
        }
      }),
    )
  })
})

describe('encodePkcs1Block', () => {
  it.each(['sha256', 'sha384', 'sha512'])('makes the block that %s with RSA verifies', (hash) => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const block = encodePkcs1Block(createHash(hash).update('message').digest(), 256)
    const key = { key: privateKey, padding: constants.RSA_NO_PADDING }
    const signature = privateDecrypt(key, block)
    expect(createVerify(hash).update('message').verify(publicKey, signature)).toBe(true)
  })

  it('refuses a digest of another length', () => {
    expect(() => encodePkcs1Block(Buffer.alloc(20), 256)).toThrow(RangeError)
  })
})
