import { CertificateRequestRefused } from './certificate-request.ts'
import { readSigningRequest } from './certificate-signing-request.ts'
import { AuthorityUnavailable } from './authority.ts'
import { issuePrepared, prepareCertificate, type IssuanceDeps } from './issuance.ts'
import type { PreparedRequest } from './prepared-request.ts'
import type { RegisteredCertificate } from './registered-certificate.ts'

export interface ServerCertificateRequest {
  /** PKCS #10, DER or PEM: the key, and the proof that the server has it. */
  readonly signingRequest: Buffer
  /**
   * The names that the administrator means, lower case; the first names the server. What the
   * request asks for must be among them, and they below the domains of the profile.
   */
  readonly dnsNames: readonly string[]
  readonly actor: string | null
}

/**
 * Checks a request for an inner server's TLS certificate; `issuePrepared` issues it. One that is in
 * use under the same first name is superseded then.
 *
 * @throws CertificateRequestRefused `csr`, `dnsNames`, and as `prepareCertificate`
 */
export async function prepareServerCertificate(
  deps: IssuanceDeps,
  { signingRequest, dnsNames, actor }: ServerCertificateRequest,
): Promise<PreparedRequest> {
  const { publicKey, requestedDnsNames } = readSigningRequest(signingRequest)
  const strangers = requestedDnsNames.filter((name) => !dnsNames.includes(name.toLowerCase()))
  if (strangers.length > 0) {
    throw new CertificateRequestRefused('dnsNames', 'must have all names that the request asks for')
  }
  const service = dnsNames[0] ?? ''
  const profile = deps.profiles.tlsServer
  const authority =
    profile.issuer === 'own' ? null : await deps.certificates.findIssuingAuthority(profile.issuer)
  if (authority === null) {
    throw new AuthorityUnavailable('there is no authority for servers: make the authorities first')
  }
  return prepareCertificate(deps, {
    profile,
    authorityId: null,
    subject: { type: 'server', dnsNames },
    for: { service },
    publicKey,
    possession: { kind: 'csr', request: signingRequest },
    notAfter: null,
    replaces: await deps.certificates.findByService(authority.id, service),
    actor,
  })
}

/** Both steps at once. */
export async function issueServerCertificate(
  deps: IssuanceDeps,
  request: ServerCertificateRequest,
): Promise<RegisteredCertificate> {
  return issuePrepared(deps, await prepareServerCertificate(deps, request))
}
