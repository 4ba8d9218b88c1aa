import { createHash } from 'node:crypto'
import type { Authority } from './authority.ts'
import { parseCertificate } from './certificate.ts'
import { contentOf, derTags, readOnly, readValues } from './der.ts'
import { writeSequence } from './der-writer.ts'
import type { CertId, CertIdHash } from './ocsp-request.ts'

/** An authority of ours as requests name it. */
export interface OcspIssuer {
  readonly authority: Authority
  /** Certificates that it signed for other authorities of ours: serial number → authority id. */
  readonly authoritiesBelow: ReadonlyMap<string, string>
}

/** Every authority of ours, whatever its state, by the hashes of its name and key. */
export type OcspIssuers = ReadonlyMap<string, OcspIssuer>

const certIdHashes = ['sha1', 'sha256'] as const satisfies readonly CertIdHash[]

/** @throws CertificateUnreadable */
export function indexIssuers(authorities: readonly Authority[]): OcspIssuers {
  const issuers = new Map<string, OcspIssuer>()
  for (const authority of authorities) {
    const issuer = { authority, authoritiesBelow: authoritiesBelow(authority, authorities) }
    const { name, key } = hashedParts(authority.certificateDer)
    for (const hash of certIdHashes) {
      const hashed = digest(hash, name).toString('hex') + digest(hash, key).toString('hex')
      issuers.set(`${hash} ${hashed}`, issuer)
    }
  }
  return issuers
}

/** The one issuer of all `certificates`; null when one of them is a stranger's, or another's. */
export function issuerOf(issuers: OcspIssuers, certificates: readonly CertId[]): OcspIssuer | null {
  const found = certificates.map(({ hash, issuerHashes }) =>
    issuers.get(`${hash ?? 'unknown'} ${issuerHashes}`),
  )
  const [first] = found
  return first !== undefined && found.every((issuer) => issuer === first) ? first : null
}

/** RFC 6960 §4.2.1: the SHA-1 of a public key, by which an answer names who signed it. */
export function keyHashOf(certificateDer: Buffer): Buffer {
  return digest('sha1', hashedParts(certificateDer).key)
}

function authoritiesBelow({ id }: Authority, all: readonly Authority[]): Map<string, string> {
  const below = all.filter(({ issuerId }) => issuerId === id)
  return new Map(
    below.map((one) => [parseCertificate(one.certificateDer).serialNumber, one.id] as const),
  )
}

/**
 * What CertID hashes (RFC 6960 §4.1.1): the subject name with its header, and the subject public
 * key without header and unused-bits octet. TBSCertificate is [0] version, serial, algorithm,
 * issuer, validity, subject, subjectPublicKeyInfo …
 */
function hashedParts(certificateDer: Buffer): { name: Buffer; key: Buffer } {
  const [tbs] = readValues(readOnly(certificateDer, derTags.sequence))
  const [, , , , , subject, keyInfo] = readValues(contentOf(tbs, derTags.sequence))
  const [, bits] = readValues(contentOf(keyInfo, derTags.sequence))
  return {
    name: writeSequence(contentOf(subject, derTags.sequence)),
    key: contentOf(bits, derTags.bitString).subarray(1),
  }
}

function digest(hash: CertIdHash, bytes: Buffer): Buffer {
  return createHash(hash).update(bytes).digest()
}
