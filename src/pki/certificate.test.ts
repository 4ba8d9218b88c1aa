import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { createTinyCa, issueWrong, type TinyCa, type TinyLeaf } from '../../test/support/tiny-ca.ts'
import { CertificateUnreadable, parseCertificate } from './certificate.ts'

let ca: TinyCa
let leaf: TinyLeaf

beforeAll(async () => {
  ca = await createTinyCa({ clock: { now: () => new Date('2026-03-02T01:30:00Z') } })
  leaf = await ca.issue()
})

describe('parseCertificate', () => {
  it('reads what a card certificate says', () => {
    const certificate = parseCertificate(leaf.der)
    expect(certificate).toMatchObject({
      serialNumber: leaf.serialNumber,
      subject: 'CN=Nguyễn Văn Mẫu',
      issuer: `CN=${ca.issuing['civil-servant'].name}`,
      notBefore: new Date('2026-03-01T01:30:00Z'),
      notAfter: new Date('2027-03-02T01:30:00Z'),
      policies: ['1.3.6.1.4.1.99999.1.1.4'],
      cardUuid: leaf.cardUuid,
      isCa: false,
      pathLength: null,
      unknownCriticalExtensions: [],
    })
    expect([...certificate.keyUsage]).toEqual(['digitalSignature'])
    expect([...certificate.extendedKeyUsage]).toEqual(['2.16.840.1.101.3.6.8'])
    expect(certificate.publicKey.equals(leaf.publicKey)).toBe(true)
  })

  it('reads an authority as one, with its path length and key identifier', () => {
    const root = parseCertificate(ca.root.certificateDer)
    const issuing = parseCertificate(ca.issuing.citizen.certificateDer)
    expect(root).toMatchObject({ isCa: true, pathLength: 1 })
    expect(issuing).toMatchObject({ isCa: true, pathLength: 0 })
    expect(issuing.authorityKeyIdentifier).toBe(root.subjectKeyIdentifier)
    expect([...issuing.keyUsage]).toEqual(['keyCertSign', 'cRLSign'])
  })

  it('says empty and null where extensions are absent', async () => {
    const bare = await issueWrong(ca, 'without-policy', { extendedKeyUsage: [], cardUuid: '' })
    const certificate = parseCertificate(bare.der)
    expect(certificate.policies).toEqual([])
    expect(certificate.extendedKeyUsage.size).toBe(0)
    expect(certificate.cardUuid).toBeNull()
  })

  it('says an empty text for a name without attributes', async () => {
    const nameless = { ...ca.issuing.citizen, subject: new x509.Name([]) }
    const { der } = await ca.issue({ issuer: nameless })
    expect(parseCertificate(der).issuer).toBe('')
  })

  it('keeps a copy: what the caller does with its bytes later changes nothing', () => {
    const bytes = Buffer.from(leaf.der)
    const certificate = parseCertificate(bytes)
    bytes.fill(0)
    expect(certificate.der).toEqual(leaf.der)
  })

  it('does not choose between two card UUIDs', async () => {
    const urn = (uuid: string) => ({ type: 'url', value: `urn:uuid:${uuid}` }) as const
    const names = [
      urn('8c3f0a52-3c5e-4b0e-9c1d-0d3c1f7d9a10'),
      urn('8c3f0a52-3c5e-4b0e-9c1d-0d3c1f7d9a11'),
    ]
    const two = new x509.SubjectAlternativeNameExtension(names)
    const both = await ca.issue({ cardUuid: '', extraExtensions: [two] })
    expect(parseCertificate(both.der).cardUuid).toBeNull()
  })

  it('names critical extensions that it does not process', async () => {
    const strange = new x509.Extension('1.3.6.1.4.1.99999.7.7', true, new Uint8Array([5, 0]))
    const odd = await ca.issue({ extraExtensions: [strange] })
    expect(parseCertificate(odd.der).unknownCriticalExtensions).toEqual(['1.3.6.1.4.1.99999.7.7'])
  })

  it('refuses an extension that appears twice', async () => {
    const second = new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true)
    const odd = await ca.issue({ extraExtensions: [second] })
    expect(() => parseCertificate(odd.der)).toThrow(CertificateUnreadable)
  })

  it.each([
    ['nothing', () => Buffer.of()],
    ['a byte after the end', () => Buffer.concat([leaf.der, Buffer.of(0)])],
    ['two certificates', () => Buffer.concat([leaf.der, leaf.der])],
    ['a certificate cut short', () => leaf.der.subarray(0, -1)],
    ['PEM', () => Buffer.from(new x509.X509Certificate(new Uint8Array(leaf.der)).toString('pem'))],
    ['a megabyte', () => Buffer.alloc(1 << 20, 0x30)],
    ['sequences without end', () => Buffer.alloc(16_000, Buffer.of(0x30, 0x80))],
    ['sequences nested 4,000 deep', () => nested(4000)],
  ])('refuses %s', (_, bytes) => {
    expect(() => parseCertificate(bytes())).toThrow(CertificateUnreadable)
  })

  it('answers malformed bytes with CertificateUnreadable and nothing else', () => {
    fc.assert(
      fc.property(mutationsOf(leaf.der), (bytes) => {
        try {
          parseCertificate(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(CertificateUnreadable)
        }
      }),
      { numRuns: 2000, seed: 20260302 },
    )
  })

  it('agrees with another reader about every mutation that both can read', () => {
    let compared = 0
    fc.assert(
      fc.property(replacementsOf(leaf.der), (bytes) => {
        const ours = attempt(() => parseCertificate(bytes))
        const theirs = attempt(() => readElsewhere(bytes))
        if (ours === null || theirs === null) return
        compared += 1
        expect(theirs).toEqual({
          serialNumber: ours.serialNumber,
          notBefore: ours.notBefore,
          notAfter: ours.notAfter,
          policies: ours.policies.join(),
          isCa: ours.isCa,
          digitalSignature: ours.keyUsage.has('digitalSignature'),
          extendedKeyUsage: [...ours.extendedKeyUsage].join(),
          subjectKeyIdentifier: ours.subjectKeyIdentifier,
          authorityKeyIdentifier: ours.authorityKeyIdentifier,
        })
      }),
      { numRuns: 400, seed: 20260302 },
    )
    expect(compared).toBeGreaterThan(100)
  })
})

/** Bytes changed, cut out, doubled or put in, at up to four places. */
function mutationsOf(der: Buffer): fc.Arbitrary<Buffer> {
  const change = fc.record({
    at: fc.nat({ max: der.length - 1 }),
    drop: fc.constantFrom(0, 1, 1, 1, 7),
    insert: fc.uint8Array({ maxLength: 3 }),
  })
  return fc
    .array(change, { minLength: 1, maxLength: 4 })
    .map((changes) =>
      changes.reduce<Buffer>(
        (bytes, { at, drop, insert }) =>
          Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + drop)]),
        der,
      ),
    )
}

/** One byte replaced: most of these remain a certificate of some kind. */
function replacementsOf(der: Buffer): fc.Arbitrary<Buffer> {
  const change = fc.record({ at: fc.nat({ max: der.length - 1 }), byte: fc.nat({ max: 255 }) })
  return change.map(({ at, byte }) => {
    const bytes = Buffer.from(der)
    bytes[at] = byte
    return bytes
  })
}

function readElsewhere(bytes: Buffer) {
  const read = new x509.X509Certificate(new Uint8Array(bytes))
  return {
    serialNumber: read.serialNumber,
    notBefore: read.notBefore,
    notAfter: read.notAfter,
    policies: read.getExtension(x509.CertificatePolicyExtension)?.policies.join() ?? '',
    isCa: read.getExtension(x509.BasicConstraintsExtension)?.ca ?? false,
    digitalSignature: ((read.getExtension(x509.KeyUsagesExtension)?.usages ?? 0) & 1) === 1,
    extendedKeyUsage: read.getExtension(x509.ExtendedKeyUsageExtension)?.usages.join() ?? '',
    subjectKeyIdentifier: read.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId ?? null,
    authorityKeyIdentifier: read.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId ?? null,
  }
}

function attempt<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}

function nested(depth: number): Buffer {
  let bytes = Buffer.of(0x05, 0x00)
  for (let level = 0; level < depth; level += 1) {
    const { length } = bytes
    const header =
      length < 0x80
        ? Buffer.of(0x30, length)
        : length < 0x100
          ? Buffer.of(0x30, 0x81, length)
          : Buffer.of(0x30, 0x82, length >> 8, length & 0xff)
    bytes = Buffer.concat([header, bytes])
  }
  return bytes
}
