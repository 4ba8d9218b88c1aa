import { CertificateRequestRefused } from './certificate-request.ts'
import type { AlternativeName } from './extensions.ts'
import type { LeafProfile } from './leaf-profile.ts'
import type { CertificateBearer } from './registered-certificate.ts'
import type { CertificateSubject } from './subject-name.ts'

/**
 * The subject alternative name (RFC 5280 §4.2.1.6): the UUID of a card or terminal, the DNS names
 * of a server, and for Windows a person's principal name where the profile has a domain for it.
 *
 * @throws CertificateRequestRefused `dnsNames`
 */
export function alternativeNames(
  profile: LeafProfile,
  subject: CertificateSubject,
  bearer: CertificateBearer,
): AlternativeName[] {
  if ('service' in bearer)
    return subject.type === 'server' ? dnsNames(profile, subject.dnsNames) : []
  const uuid = 'cardUuid' in bearer ? bearer.cardUuid : bearer.terminalId
  return [
    { type: 'uri', value: `urn:uuid:${uuid.toLowerCase()}` },
    ...principalName(profile, subject),
  ]
}

function principalName({ upnDomain }: LeafProfile, subject: CertificateSubject): AlternativeName[] {
  const number =
    subject.type === 'person'
      ? subject.nationalNumber
      : subject.type === 'organisation'
        ? subject.taxCode
        : null
  if (upnDomain === null || number === null) return []
  return [{ type: 'upn', value: `${number}@${upnDomain}` }]
}

const maxDnsNames = 100
const dnsName =
  /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

function dnsNames({ dnsDomains }: LeafProfile, names: readonly string[]): AlternativeName[] {
  if (names.length < 1 || names.length > maxDnsNames || new Set(names).size < names.length) {
    throw new CertificateRequestRefused('dnsNames', `must be 1 to ${maxDnsNames}, each once`)
  }
  if (!names.every((name) => dnsName.test(name))) {
    throw new CertificateRequestRefused('dnsNames', 'must be host names in lower case')
  }
  if (!names.every((name) => dnsDomains.some((domain) => name.endsWith(`.${domain}`)))) {
    throw new CertificateRequestRefused('dnsNames', `must lie below ${dnsDomains.join(', ')}`)
  }
  return names.map((value) => ({ type: 'dns', value }))
}
