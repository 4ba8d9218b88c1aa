import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Extension } from '@peculiar/asn1-x509'
import { OctetString } from '@peculiar/asn1-schema'
import { nonceExtension, ocspRequest } from '../../test/support/ocsp-client.ts'
import { createTinyCa, type TinyLeaf } from '../../test/support/tiny-ca.ts'
import { writePem } from '../../test/support/pki-fixture.ts'
import { writeExplicit, writeSequence, writeUnsignedInteger, writeValue } from './der-writer.ts'
import { indexIssuers, issuerOf } from './ocsp-issuers.ts'
import { maxCertIds, maxOcspRequestBytes, parseOcspRequest } from './ocsp-request.ts'

const ca = await createTinyCa({ clock: { now: () => new Date('2026-03-02T01:30:00Z') } })
const issuer = ca.issuing['civil-servant']
const asked = { issuerDer: issuer.certificateDer, serialNumber: '4a01' }
const good = ocspRequest([asked])

/** A part of a good request, for taking apart and putting together otherwise. */
const list = writeSequence(writeSequence(certIdOf(good)))

function certIdOf(der: Buffer): Buffer {
  const certId = parseOcspRequest(der)?.certificates[0]?.der
  if (certId === undefined) throw new Error('no CertID')
  return certId
}

function requestOf(...parts: Buffer[]): Buffer {
  return writeSequence(writeSequence(...parts))
}

describe('a request as OpenSSL writes it', () => {
  let folder: string
  let leaf: TinyLeaf

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ecard-ocsp-request-'))
    leaf = await ca.issue()
    await writePem(join(folder, 'leaf.pem'), leaf.der)
    await writePem(join(folder, 'issuer.pem'), issuer.certificateDer)
    const key = leaf.privateKey.export({ format: 'pem', type: 'pkcs8' })
    writeFileSync(join(folder, 'leaf.key'), key)
  })

  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  function requestBy(...options: string[]) {
    const certificates = ['-issuer', 'issuer.pem', ...options, '-cert', 'leaf.pem']
    execFileSync('openssl', ['ocsp', ...certificates, '-reqout', 'out.der'], { cwd: folder })
    return parseOcspRequest(readFileSync(join(folder, 'out.der')))
  }

  it.each([
    [['-sha1'], 'sha1'],
    [['-sha256'], 'sha256'],
  ])('names the certificate and its issuer: %s', (options, hash) => {
    const request = requestBy(...options)
    expect(request?.certificates).toMatchObject([{ hash, serialNumber: leaf.serialNumber }])
    expect(request?.nonce).toHaveLength(16)
    const issuers = indexIssuers(ca.authorities)
    expect(issuerOf(issuers, request?.certificates ?? [])?.authority.id).toBe(issuer.id)
  })

  it('is understood when it is signed, though nobody looks at who signed it', () => {
    const request = requestBy('-signer', 'leaf.pem', '-signkey', 'leaf.key', '-no_nonce')
    expect(request?.certificates).toHaveLength(1)
    expect(request?.nonce).toBeNull()
  })

  it('names a hash that we know no issuer by without being malformed', () => {
    const request = requestBy('-sha384')
    expect(request?.certificates[0]?.hash).toBeNull()
    expect(issuerOf(indexIssuers(ca.authorities), request?.certificates ?? [])).toBeNull()
  })
})

describe('what is tolerated', () => {
  it('version 1 spelled out, and a requestor’s name', () => {
    const version = writeExplicit(0, writeUnsignedInteger(Buffer.of(0)))
    const name = writeExplicit(1, writeValue(0x82, Buffer.from('client.example')))
    expect(parseOcspRequest(requestOf(version, name, list))?.certificates).toHaveLength(1)
  })

  it('extensions that nobody insists on, and those that we know', () => {
    const extensions = [extension('1.2.3.4', false), extension('1.3.6.1.5.5.7.48.1.4', true)]
    expect(parseOcspRequest(ocspRequest([asked], { extensions }))).not.toBeNull()
  })

  it('serials of any length, as they may be asked for', () => {
    const serialNumber = 'ff'.repeat(30)
    const request = parseOcspRequest(ocspRequest([{ ...asked, serialNumber }]))
    expect(request?.certificates[0]?.serialNumber).toBe(serialNumber)
  })
})

describe('what is malformed', () => {
  const version2 = writeExplicit(0, writeUnsignedInteger(Buffer.of(1)))
  const negative = writeSequence(...threeParts(), writeValue(0x02, Buffer.of(0x80)))
  const padded = writeSequence(...threeParts(), writeValue(0x02, Buffer.of(0x00, 0x01)))
  const endlessId = writeValue(0x06, Buffer.alloc(maxOcspRequestBytes / 2, 0x81))

  function threeParts(): Buffer[] {
    const [algorithm, name] = [writeSequence(oid('2b0e03021a')), writeValue(0x04, Buffer.alloc(20))]
    return [algorithm, name, name]
  }

  it.each<[string, Buffer]>([
    ['nothing', Buffer.of()],
    ['one byte', Buffer.of(0x30)],
    ['another structure', writeSequence(oid('2b0e03021a'))],
    ['more after the request', Buffer.concat([good, Buffer.of(0)])],
    ['a request cut short', good.subarray(0, -1)],
    ['a length not in its shortest form', Buffer.concat([Buffer.of(0x30, 0x81), good.subarray(1)])],
    [
      'an indefinite length',
      Buffer.concat([Buffer.of(0x30, 0x80), good.subarray(2), Buffer.alloc(2)]),
    ],
    ['version 2', requestOf(version2, list)],
    ['an empty list', requestOf(writeSequence())],
    ['parts in another order', requestOf(list, version2)],
    ['a negative serial', requestOf(writeSequence(writeSequence(negative)))],
    ['a padded serial', requestOf(writeSequence(writeSequence(padded)))],
    ['an endless identifier', requestOf(writeSequence(writeSequence(writeSequence(endlessId))))],
    ['too many bytes', Buffer.alloc(maxOcspRequestBytes + 1, 0x30)],
    ['a name that is two', requestOf(writeExplicit(1, Buffer.concat([list, list])), list)],
    ['a signature that is none', writeSequence(good.subarray(2), writeExplicit(0, list))],
    [
      'a nonce twice',
      ocspRequest([asked], { extensions: twice(nonceExtension(Buffer.alloc(16))) }),
    ],
    ['a critical stranger', ocspRequest([asked], { extensions: [extension('1.2.3.4', true)] })],
    ['too many CertIDs', ocspRequest(Array.from({ length: maxCertIds + 1 }, () => asked))],
  ])('%s', (_name, der) => {
    expect(parseOcspRequest(der)).toBeNull()
  })

  it('a nonce that is no OCTET STRING within its extension', () => {
    const bare = new Extension({
      extnID: '1.3.6.1.5.5.7.48.1.2',
      extnValue: new OctetString(Buffer.from('bare nonce, as RFC 2560 left it')),
    })
    expect(parseOcspRequest(ocspRequest([asked], { extensions: [bare] }))).toBeNull()
  })

  it('but not as many CertIDs as there may be', () => {
    const most = Array.from({ length: maxCertIds }, () => asked)
    expect(parseOcspRequest(ocspRequest(most))?.certificates).toHaveLength(maxCertIds)
  })
})

function extension(extnID: string, critical: boolean): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(Buffer.of(0x05, 0x00)) })
}

function twice<T>(value: T): T[] {
  return [value, value]
}

function oid(hex: string): Buffer {
  return writeValue(0x06, Buffer.from(hex, 'hex'))
}
