import { pointersTo } from './addresses.ts'
import { alternativeNames } from './alternative-names.ts'
import { CertificateRequestRefused, type CertificateRequest } from './certificate-request.ts'
import { ownLeafExtensions } from './extensions.ts'
import type { IssuanceDeps } from './issuance-deps.ts'
import { extensionsOf, findIssuer } from './issuer.ts'
import { checkPublicKey, keyFingerprintOf } from './key-policy.ts'
import { checkKeyUse } from './key-use.ts'
import { keyUsageFor } from './leaf-profile.ts'
import { lintToBeSigned } from './lint-certificate.ts'
import { checkPossession } from './possession.ts'
import { sealPrepared, type PreparedRequest } from './prepared-request.ts'
import { crlPartitionOf, makeSerialNumber } from './serial-number.ts'
import { subjectName } from './subject-name.ts'
import { encodeToBeSigned } from './to-be-signed.ts'
import { validityWithin } from './validity.ts'

/**
 * Checks a request and makes exactly what will be signed; nothing is written or signed yet. What it
 * returns `issuePrepared` spends, once, within five minutes.
 *
 * @throws CertificateRequestRefused naming the field that does not fit
 * @throws AuthorityUnavailable when the authority is missing, out of date or not the keystore's
 * @throws KeystoreUnavailable, DatabaseUnavailable
 */
export async function prepareCertificate(
  deps: IssuanceDeps,
  request: CertificateRequest,
): Promise<PreparedRequest> {
  const { profile, publicKey, for: bearer } = request
  const at = deps.clock.now()
  // 1. Is it a request that its profile allows, for a sound key that is where it should be?
  if (profile.subject !== request.subject.type) {
    throw new CertificateRequestRefused('subject', `must be a ${profile.subject}`)
  }
  const checked = checkPublicKey(publicKey, profile.keyAlgorithms)
  const subject = subjectName(request.subject, profile.identifier)
  const names = alternativeNames(profile, request.subject, bearer)
  checkPossession(request.possession, { ...checked, publicKey, bearer, profile })
  // 2. Is there an authority for it, valid now, whose key we hold? Whose is the key?
  const keyFingerprint = keyFingerprintOf(publicKey)
  const [issuer, keyUses] = await Promise.all([
    findIssuer(deps, profile, request.authorityId),
    deps.certificates.listKeyUses(keyFingerprint),
  ])
  const { authority, certificate } = issuer
  const renewsKey = checkKeyUse(keyUses, { bearer, authorityId: authority.id })
  const limits = { validityDays: profile.validityDays, notAfter: request.notAfter, now: at }
  const validity = validityWithin(certificate, authority, limits)
  // 3. Exactly what will be signed, and every rule about it.
  const serialNumber = makeSerialNumber(deps.random)
  const crlPartition = crlPartitionOf(serialNumber, authority.crlPartitions)
  const { slug } = authority
  const pointers = pointersTo({ slug, crlPartition }, profile.pointers, deps.addresses)
  const { policyArc } = deps
  const keyUsage = keyUsageFor(profile, checked.algorithm)
  const extensions = [
    ...extensionsOf(issuer, profile, { policyArc, pointers, keyUsage }),
    ...ownLeafExtensions(publicKey, names),
  ]
  const content = { serialNumber, subject, issuer: issuer.name, ...validity, publicKey, extensions }
  const issuerAlgorithm = issuer.key.algorithm
  const tbs = encodeToBeSigned(content, issuerAlgorithm)
  lintToBeSigned(tbs, {
    ...{ profile, policyArc, publicKey, pointers, issuerAlgorithm },
    issuer: certificate,
    issuerName: issuer.nameDer,
    keyAlgorithm: checked.algorithm,
    alternativeNames: names.map(({ type, value }) => `${type} ${value}`),
    notAfter: request.notAfter,
  })
  return sealPrepared({
    ...{ request, issuer, serialNumber, crlPartition, keyFingerprint, renewsKey, tbs, at },
    ...validity,
    subject: subject.toString(),
  })
}
