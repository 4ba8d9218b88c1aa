import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { CertificateRequestRefused } from './certificate-request.ts'

/** Who a certificate is about. Names may come in any Unicode form; NFC goes in. */
export type CertificateSubject =
  | PersonSubject
  | OrganisationSubject
  | TerminalSubject
  | OcspResponderSubject
  | ContentSignerSubject
  | ServerSubject

export interface PersonSubject {
  readonly type: 'person'
  readonly displayName: string
  readonly nationalNumber: string
  /** The agencies from the province down to the person's own; empty for a citizen. */
  readonly agencyPath: readonly string[]
}

export interface OrganisationSubject {
  readonly type: 'organisation'
  readonly displayName: string
  readonly taxCode: string
}

export interface TerminalSubject {
  readonly type: 'terminal'
  readonly name: string
}

export interface OcspResponderSubject {
  readonly type: 'ocsp-responder'
  /** The authority that it answers for. */
  readonly authorityName: string
}

export interface ContentSignerSubject {
  readonly type: 'content-signer'
  /** The authority that certifies it. */
  readonly authorityName: string
}

export interface ServerSubject {
  readonly type: 'server'
  /** Lower case; the first is the common name too. */
  readonly dnsNames: readonly string[]
}

/** How people and organisations are numbered (ETSI EN 319 412-1 §5.1.3, §5.1.4). */
export type IdentifierScheme = 'IDCVN' | 'NTRVN' | 'VATVN'

const attribute = {
  commonName: '2.5.4.3',
  serialNumber: '2.5.4.5',
  country: '2.5.4.6',
  organisation: '2.5.4.10',
  unit: '2.5.4.11',
  organisationIdentifier: '2.5.4.97',
} as const

/** RFC 5280 appendix A.1: ub-common-name, ub-organization-name, ub-organizational-unit-name. */
const maxNameCharacters = 64

/**
 * The subject name after ETSI EN 319 412-2 §4.2.4 (persons) and 412-3 §4.2.1 (organisations), with
 * the identifiers of 412-1 §5.1.3 and §5.1.4. Surname and given name are left out: the registry
 * holds full names, and where a Vietnamese name parts is not for a program to guess.
 *
 * @param scheme - the profile's; null for subjects without a number
 * @throws CertificateRequestRefused naming `displayName`, `nationalNumber`, `taxCode`,
 *   `agencyPath`, `name`, `dnsNames` or, for a subject and scheme that do not fit, `identifier`
 */
export function subjectName(
  subject: CertificateSubject,
  scheme: IdentifierScheme | null,
): x509.Name {
  switch (subject.type) {
    case 'person':
      return nameOf([
        ...agencyAttributes(subject.agencyPath),
        utf8(attribute.commonName, subject.displayName, 'displayName'),
        printable(
          attribute.serialNumber,
          prefixOf(scheme, ['IDCVN']),
          subject.nationalNumber,
          'nationalNumber',
        ),
      ])
    case 'organisation':
      return nameOf([
        utf8(attribute.organisation, subject.displayName, 'displayName'),
        printable(
          attribute.organisationIdentifier,
          prefixOf(scheme, ['VATVN', 'NTRVN']),
          subject.taxCode,
          'taxCode',
        ),
        utf8(attribute.commonName, subject.displayName, 'displayName'),
      ])
    case 'terminal':
      return nameOf([utf8(attribute.commonName, subject.name, 'name')])
    case 'ocsp-responder':
      return nameOf([
        utf8(attribute.organisation, subject.authorityName, 'authorityName'),
        utf8(attribute.commonName, 'OCSP', 'commonName'),
      ])
    case 'content-signer':
      return nameOf([
        utf8(attribute.organisation, subject.authorityName, 'authorityName'),
        utf8(attribute.commonName, 'Card issuing', 'commonName'),
      ])
    case 'server':
      return nameOf([utf8(attribute.commonName, subject.dnsNames[0] ?? '', 'dnsNames')])
  }
}

function prefixOf(scheme: IdentifierScheme | null, allowed: readonly IdentifierScheme[]): string {
  if (scheme !== null && allowed.includes(scheme)) return `${scheme}-`
  throw new CertificateRequestRefused('identifier', `must be one of ${allowed.join(', ')}`)
}

type NameAttribute = Record<string, [{ utf8String: string } | { printableString: string }]>

function nameOf(attributes: readonly NameAttribute[]): x509.Name {
  return new x509.Name([{ [attribute.country]: [{ printableString: 'VN' }] }, ...attributes])
}

/** The province is the organisation, the person's own agency the unit. */
function agencyAttributes(agencyPath: readonly string[]): NameAttribute[] {
  const [province, ...below] = agencyPath
  const own = below.at(-1)
  return [
    ...(province === undefined ? [] : [utf8(attribute.organisation, province, 'agencyPath')]),
    ...(own === undefined ? [] : [utf8(attribute.unit, own, 'agencyPath')]),
  ]
}

function utf8(type: string, text: string, field: string): NameAttribute {
  const value = text.normalize('NFC').trim()
  const characters = Array.from(value).length
  if (characters < 1 || characters > maxNameCharacters) {
    const limits = `must have 1 to ${maxNameCharacters} characters: shorten it as on the card`
    throw new CertificateRequestRefused(field, limits)
  }
  if (/\p{C}/u.test(value)) {
    throw new CertificateRequestRefused(field, 'must have no control or unassigned characters')
  }
  return { [type]: [{ utf8String: value }] }
}

function printable(type: string, prefix: string, text: string, field: string): NameAttribute {
  if (!/^[0-9A-Z][0-9A-Z-]{3,29}$/.test(text)) {
    const allowed = 'must be 4 to 30 digits, capital letters or hyphens'
    throw new CertificateRequestRefused(field, allowed)
  }
  return { [type]: [{ printableString: `${prefix}${text}` }] }
}
