import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  encodeCardCapabilityContainer,
  encodeCertificateContainer,
  encodeChuid,
  readCertificateContainer,
  readGuidOfChuidStart,
} from './piv-objects.ts'
import { encodeTlv } from './tlv.ts'

const certificate = Buffer.concat([Buffer.from('30820233', 'hex'), Buffer.alloc(563, 0x11)])
const malformed = expect.objectContaining({ reason: 'malformed-answer' }) as Error
const absent = expect.objectContaining({ reason: 'object-not-found' }) as Error
const chuid = {
  cardUuid: '00112233-4455-4677-8899-aabbccddeeff',
  expiresAt: new Date('2030-01-01T00:00:00Z'),
}

describe('the CHUID', () => {
  it('is written in the form that PIV tools write', () => {
    expect(encodeTlv(0x53, encodeChuid(chuid)).toString('hex')).toBe(
      '533b3019d4e739da739ced39ce739d836858210842108421c84210c3eb' +
        '341000112233445546778899aabbccddeeff350832303330303130313e00fe00',
    )
  })

  it('gives its GUID from any first block that holds it', () => {
    const whole = encodeTlv(0x53, encodeChuid(chuid))
    for (let cut = 2 + 27 + 18; cut <= whole.length; cut += 1) {
      expect(readGuidOfChuidStart(whole.subarray(0, cut))).toBe(chuid.cardUuid)
    }
    expect(() => readGuidOfChuidStart(whole.subarray(0, 46))).toThrow(malformed)
  })

  it('gives it behind the legacy elements of older cards too', () => {
    const legacy = ['ee020939', '3019' + '00'.repeat(25), '310400000000', '3304aabbccdd']
    const elements = [...legacy, '3410' + '12'.repeat(16)].map((hex) => Buffer.from(hex, 'hex'))
    const signed = encodeTlv(0x53, ...elements, encodeTlv(0x3e, Buffer.alloc(2000)))
    expect(readGuidOfChuidStart(signed.subarray(0, 256))).toBe(
      '12'.repeat(16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    )
  })

  it('is no CHUID without a GUID of 16 bytes, and none at all when empty', () => {
    expect(() => readGuidOfChuidStart(Buffer.from('5300', 'hex'))).toThrow(absent)
    expect(() => readGuidOfChuidStart(Buffer.from('53023000', 'hex'))).toThrow(malformed)
    expect(() => readGuidOfChuidStart(Buffer.from('53053403aabbcc', 'hex'))).toThrow(malformed)
    expect(() => readGuidOfChuidStart(Buffer.from('7e0434021111', 'hex'))).toThrow(malformed)
  })

  it('refuses to name a card by anything but a UUID', () => {
    expect(() => encodeChuid({ ...chuid, cardUuid: '0011' })).toThrow(RangeError)
  })
})

describe('the certificate container', () => {
  it('of a 567-byte certificate is the 580-byte object of the standard form', () => {
    const object = encodeTlv(0x53, encodeCertificateContainer(certificate))
    expect(object).toHaveLength(580)
    expect(object.subarray(0, 8).toString('hex')).toBe('5382024070820237')
    expect(object.subarray(-5).toString('hex')).toBe('710100fe00')
  })

  it('reads back what was written, and what other cards leave out', () => {
    expect(readCertificateContainer(encodeCertificateContainer(certificate))).toEqual(certificate)
    expect(readCertificateContainer(encodeTlv(0x70, certificate))).toEqual(certificate)
  })

  it('inflates a compressed certificate, and takes a plain one that claims to be', () => {
    const compressed = (stored: Buffer) =>
      Buffer.concat([encodeTlv(0x70, stored), encodeTlv(0x71, Buffer.of(1)), encodeTlv(0xfe)])
    expect(readCertificateContainer(compressed(gzipSync(certificate)))).toEqual(certificate)
    expect(readCertificateContainer(compressed(certificate))).toEqual(certificate)
  })

  it('does not inflate more than a certificate can be', () => {
    const bomb = gzipSync(Buffer.concat([certificate, Buffer.alloc(5_000_000)]))
    const container = Buffer.concat([encodeTlv(0x70, bomb), encodeTlv(0x71, Buffer.of(1))])
    expect(() => readCertificateContainer(container)).toThrow(malformed)
  })

  it('is absent when empty, in either way that cards have', () => {
    expect(() => readCertificateContainer(Buffer.alloc(0))).toThrow(absent)
    expect(() => readCertificateContainer(Buffer.from('7000710100fe00', 'hex'))).toThrow(absent)
  })

  it('answers any bytes with DER or a CardError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (array) => {
        try {
          expect(readCertificateContainer(Buffer.from(array))[0]).toBe(0x30)
        } catch (error) {
          expect(error).toMatchObject({ code: 'CARD_ERROR' })
        }
      }),
    )
  })
})

describe('the card capability container', () => {
  it('has the form that PIV tools write', () => {
    const object = encodeTlv(0x53, encodeCardCapabilityContainer(Buffer.alloc(14, 0xab)))
    expect(object.toString('hex')).toBe(
      `5333f015a000000116ff02${'ab'.repeat(14)}` +
        'f10121f20121f300f40100f50110f600f700fa00fb00fc00fd00fe00',
    )
  })

  it('wants 14 bytes of its own', () => {
    expect(() => encodeCardCapabilityContainer(Buffer.alloc(13))).toThrow(RangeError)
  })
})
