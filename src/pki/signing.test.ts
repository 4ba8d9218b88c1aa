import { createPublicKey, verify } from 'node:crypto'
import { AsnConvert } from '@peculiar/asn1-schema'
import { AlgorithmIdentifier } from '@peculiar/asn1-x509'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyAlgorithms, type SigningKey } from '../keystore/keystore.ts'
import { importSigningKey, makePrivateKey } from '../keystore/signing-key.ts'
import { derTags, readTime, readValues } from './der.ts'
import { writeTime, writeUnsignedInteger } from './der-writer.ts'
import { signatureAlgorithmOf, signDer } from './signing.ts'

const data = Buffer.from('what is to be signed')

describe('signDer', () => {
  it.each(keyAlgorithms)(
    'signs with %s as OpenSSL verifies it in certificates',
    async (algorithm) => {
      const key = await importSigningKey('test', await makePrivateKey(algorithm))
      const publicKey = createPublicKey({ key: key.publicKey, format: 'der', type: 'spki' })
      const hash = algorithm === 'P-384' ? 'sha384' : 'sha256'
      for (let round = 0; round < 20; round += 1) {
        expect(verify(hash, data, publicKey, await signDer(key, data))).toBe(true)
      }
    },
  )

  it('writes numbers in their shortest form, positive, whatever they begin with', async () => {
    const halves = ['00000001', '00000080', '80000000', '00000000', '7fffffff']
    for (const r of halves) {
      const signature = Buffer.from(`${r}00000102`, 'hex')
      const key: SigningKey = {
        ...{ name: 'test', algorithm: 'P-256', publicKey: Buffer.of() },
        sign: () => Promise.resolve(signature),
      }
      const [sequence] = readValues(await signDer(key, data))
      const [first, second] = readValues(sequence?.content ?? Buffer.of())
      expect(first?.tag).toBe(derTags.integer)
      expect(BigInt(`0x${first?.content.toString('hex')}`)).toBe(BigInt(`0x${r}`))
      expect((first?.content[0] ?? 0x80) < 0x80).toBe(true)
      expect(second?.content.toString('hex')).toBe('0102')
    }
  })
})

describe('signatureAlgorithmOf', () => {
  it.each([
    ['P-256', '300a06082a8648ce3d040302'],
    ['P-384', '300a06082a8648ce3d040303'],
    ['RSA-2048', '300d06092a864886f70d01010b0500'],
    ['RSA-3072', '300d06092a864886f70d01010b0500'],
  ] as const)('of %s has parameters only where RFC 4055 wants them', (algorithm, der) => {
    const identifier = signatureAlgorithmOf({ algorithm })
    expect(identifier).toBeInstanceOf(AlgorithmIdentifier)
    expect(Buffer.from(AsnConvert.serialize(identifier)).toString('hex')).toBe(der)
  })
})

describe('the writer of DER', () => {
  it('writes times that the reader reads back, in the form for their year', () => {
    const years = { min: new Date('1950-01-01T00:00:00Z'), max: new Date('2199-12-31T23:59:59Z') }
    fc.assert(
      fc.property(fc.date({ ...years, noInvalidDate: true }), (date) => {
        const whole = new Date(Math.floor(date.getTime() / 1000) * 1000)
        const [value] = readValues(writeTime(whole))
        expect(readTime(value)).toEqual(whole)
        const isUtcTime = whole.getUTCFullYear() < 2050
        expect(value?.tag).toBe(isUtcTime ? derTags.utcTime : derTags.generalizedTime)
      }),
      { seed: 20_260_302 },
    )
  })

  it('writes whole numbers that the reader accepts as shortest', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 1n << 200n }), (number) => {
        const hex = number.toString(16)
        const bytes = Buffer.from(hex.padStart(hex.length + (hex.length & 1), '0'), 'hex')
        const [value] = readValues(writeUnsignedInteger(Buffer.concat([Buffer.alloc(3), bytes])))
        expect(BigInt(`0x${value?.content.toString('hex')}`)).toBe(number)
        expect((value?.content[0] ?? 0x80) < 0x80).toBe(true)
      }),
      { seed: 20_260_302 },
    )
  })
})
