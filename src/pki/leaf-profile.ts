import { z } from 'zod'
import { cardKinds, keySlots } from '../holders/card-kind.ts'
import { keyAlgorithms, type KeyAlgorithm } from '../keystore/keystore.ts'
import { pointerNames } from './addresses.ts'
import { extendedKeyUsages, type ExtendedKeyUsageName } from './card-profile.ts'
import type { KeyUsage } from './certificate-extensions.ts'

/** Below the policy arc: numbers with dots. */
export const relativePolicy = z.string().regex(/^\d+(\.\d+)*$/)

const leafKeyUsages = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'keyAgreement',
] as const

const keyUsage = z.array(z.enum(leafKeyUsages)).min(1)

const extendedKeyUsageNames = Object.keys(extendedKeyUsages) as ExtendedKeyUsageName[]

/** A domain below which names may be certified, such as `internal`: whole labels, lower case. */
const domain = z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/)

/** A file in `certs/` about certificates that sign no others. */
export const leafProfile = z.strictObject({
  name: z.string(),
  /** For the reader of the file. */
  purpose: z.string(),
  /** The kind of authority that signs; `own`: each authority signs its own. */
  issuer: z.enum([...cardKinds, 'terminal', 'own']),
  /** null for a key that is not on a card. */
  slot: z.enum(keySlots).nullable(),
  subject: z.enum([
    'person',
    'organisation',
    'terminal',
    'ocsp-responder',
    'content-signer',
    'server',
  ]),
  /**
   * How the subject is numbered (ETSI EN 319 412-1 §5.1.3, §5.1.4); null where it is not. `NTRVN`
   * and `VATVN` carry the same digits: an enterprise's registration number is its tax code.
   */
  identifier: z.enum(['IDCVN', 'NTRVN', 'VATVN']).nullable(),
  keyAlgorithms: z.array(z.enum(keyAlgorithms)).min(1),
  /** By what the key can do: only RSA encrypts keys, only elliptic curves agree on them. */
  keyUsage: z.strictObject({ ec: keyUsage, rsa: keyUsage }),
  /** Without usages the certificate has no such extension. */
  extendedKeyUsage: z.strictObject({
    usages: z.array(z.enum(extendedKeyUsageNames)),
    critical: z.boolean(),
  }),
  /**
   * For logging on to Windows: the principal name is the national number or tax code at this
   * domain. null: the certificate has none.
   */
  upnDomain: domain.nullable(),
  /** For servers: the domains below which they may be named. */
  dnsDomains: z.array(domain),
  /** RFC 6960 §4.2.2.2.1: who relies on it need not ask whether it is revoked. */
  ocspNoCheck: z.boolean(),
  /** Below the policy arc; null: the certificate names no policy. */
  policy: relativePolicy.nullable(),
  /** At most; a card's own end and the issuer's end cut it shorter. */
  validityDays: z.int().positive(),
  /** Which addresses it carries, of those that the service answers. */
  pointers: z.array(z.enum(pointerNames)),
})
export type LeafProfile = Readonly<z.infer<typeof leafProfile>>

/** What a certificate for a key of that algorithm may be used for. */
export function keyUsageFor(
  { keyUsage }: LeafProfile,
  algorithm: KeyAlgorithm,
): readonly KeyUsage[] {
  return algorithm.startsWith('RSA') ? keyUsage.rsa : keyUsage.ec
}

/** Whether any key that the profile certifies signs; one that does not cannot sign a proof. */
export function isForSigning({ keyUsage }: LeafProfile): boolean {
  const signs: readonly string[] = ['digitalSignature', 'nonRepudiation']
  return [...keyUsage.ec, ...keyUsage.rsa].some((usage) => signs.includes(usage))
}
