import type { SigningKey } from '../keystore/keystore.ts'
import type { Authority } from './authority.ts'
import { issueCertificate, type IssuanceDeps } from './issuance.ts'
import { possessionBytes } from './possession.ts'
import type { RegisteredCertificate, CertificateBearer } from './registered-certificate.ts'

export interface OcspCertificateRequest {
  /** Issuing or retired: status goes on being answered for what it issued. */
  readonly authority: Pick<Authority, 'id' | 'name'>
  /** The responder's own key, in our keystore. */
  readonly key: SigningKey
  /** Who asked: the name of a program. */
  readonly actor: string | null
}

const bearer: CertificateBearer = { service: 'ocsp' }

/**
 * Certifies the key with which an authority's OCSP responder signs (RFC 6960 §4.2.2.2). The one
 * before it is superseded; answers that it signed stay right until they end.
 *
 * @throws AuthorityUnavailable, KeystoreUnavailable, CertificateRequestRefused: as `issueCertificate`
 * @throws CertificateTransitionRefused when another node was faster
 */
export async function issueOcspCertificate(
  deps: IssuanceDeps,
  { authority, key, actor }: OcspCertificateRequest,
): Promise<RegisteredCertificate> {
  const nonce = deps.random.bytes(32)
  const signature = Buffer.from(await key.sign(possessionBytes(bearer, nonce)))
  return issueCertificate(deps, {
    profile: deps.profiles.ocspSigner,
    authorityId: authority.id,
    subject: { type: 'ocsp-responder', authorityName: authority.name },
    for: bearer,
    publicKey: key.publicKey,
    possession: { kind: 'signature', nonce, signature },
    notAfter: null,
    replaces: await deps.certificates.findByService(authority.id, 'ocsp'),
    actor,
  })
}
