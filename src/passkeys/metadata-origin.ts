import { X509Certificate } from 'node:crypto'
import { compactVerify, decodeProtectedHeader } from 'jose'
import { z } from 'zod'
import { PasskeyMetadataUnusable } from './attestation-metadata.ts'
import { leadsToRoot } from './certificate-path.ts'

/** As the FIDO Alliance's own certificate names it, which it had from a public authority. */
export const fidoMetadataHost = 'mds.fidoalliance.org'

/** How well it is known whose words a file of metadata are. */
export type MetadataOrigin =
  /** Bare payload: anybody can have written it. */
  | { readonly kind: 'unsigned' }
  /** The signature is right, but whoever made the file may have made the key too. */
  | { readonly kind: 'unproven'; readonly signer: string }
  | { readonly kind: 'proven'; readonly signer: string }

/** Whom a file has to be from. */
export interface ExpectedOrigin {
  readonly roots: readonly X509Certificate[]
  /** The host that the signer's certificate names. */
  readonly host: string
}

export interface OpenedMetadata {
  /** The payload, byte for byte as it was signed. */
  readonly json: string
  readonly origin: MetadataOrigin
}

const mostCertificates = 8
const headerShape = z.object({ x5c: z.array(z.base64()).min(1).max(mostCertificates) })
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA']

/**
 * Takes the payload out of a file: bare JSON, or the signed BLOB (FIDO Metadata Service 3 §3.1.7,
 * a JWS by RFC 7515 with its certificates in `x5c`), whose signature is verified in any case.
 *
 * Does not look into the payload, and asks no revocation list.
 *
 * @param expected - null: whoever signed is taken, and the origin stays unproven
 * @throws PasskeyMetadataUnusable `not-metadata`, `not-signed`, `signature-wrong`, `root-wrong`,
 *   `signer-wrong`
 */
export async function openMetadata(
  received: string,
  { expected, now }: { readonly expected: ExpectedOrigin | null; readonly now: Date },
): Promise<OpenedMetadata> {
  const text = received.trim()
  if (text.startsWith('{')) {
    if (expected !== null) throw new PasskeyMetadataUnusable('not-signed')
    return { json: text, origin: { kind: 'unsigned' } }
  }
  const certificates = certificatesOf(text)
  const [leaf] = certificates
  const json = await verify(text, leaf)
  if (expected === null) return { json, origin: { kind: 'unproven', signer: nameOf(leaf) } }
  // 1. Does somebody vouch for the key whom the administrator knows?
  if (!leadsToRoot(certificates, expected.roots, now))
    throw new PasskeyMetadataUnusable('root-wrong', { facts: { signer: nameOf(leaf) } })
  // 2. And is it the key of the very publisher?
  if (leaf.checkHost(expected.host) === undefined)
    throw new PasskeyMetadataUnusable('signer-wrong', { facts: { signer: nameOf(leaf) } })
  return { json, origin: { kind: 'proven', signer: nameOf(leaf) } }
}

/** The signer's first, which nothing has proven yet. */
function certificatesOf(jws: string): [X509Certificate, ...X509Certificate[]] {
  try {
    const { x5c } = headerShape.parse(decodeProtectedHeader(jws))
    const [leaf, ...issuers] = x5c.map((der) => new X509Certificate(Buffer.from(der, 'base64')))
    if (leaf === undefined) throw new Error('no certificate')
    return [leaf, ...issuers]
  } catch (error) {
    throw new PasskeyMetadataUnusable('not-metadata', { cause: error })
  }
}

async function verify(jws: string, { publicKey }: X509Certificate): Promise<string> {
  try {
    const { payload } = await compactVerify(jws, publicKey, { algorithms })
    return new TextDecoder('utf-8', { fatal: true }).decode(payload)
  } catch (error) {
    throw new PasskeyMetadataUnusable('signature-wrong', { cause: error })
  }
}

/** On one line, for people. */
function nameOf({ subject }: X509Certificate): string {
  return subject.split('\n').join(', ')
}
