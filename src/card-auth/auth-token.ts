import { z } from 'zod'
import { CardRefused } from './refusal.ts'

/** A Web eID authentication token that has the right form. Nothing it says is proven yet. */
export interface UnverifiedAuthToken {
  /** DER; null when the terminal knows the card and left the look-up to us. */
  readonly unverifiedCertificate: Buffer | null
  readonly algorithm: TokenAlgorithm
  /** ECDSA as R‖S (IEEE P1363), RSA as PKCS #1 v1.5. */
  readonly signature: Buffer
}

/** Of the nine that the format names, those of the keys that our cards have. */
export const tokenAlgorithms = ['ES256', 'ES384', 'RS256'] as const
export type TokenAlgorithm = (typeof tokenAlgorithms)[number]

/** Characters of JSON text, as the published format bounds them. */
const minTokenLength = 100
const maxTokenLength = 10_000

/** Validators of the published format accept what starts with `web-eid:1`, whatever minor version. */
const formatPattern = /^web-eid:1(?:\.(\d{1,4}))*$/

const tokenShape = z.object({
  format: z.string().regex(formatPattern),
  unverifiedCertificate: z.base64().min(4).optional(),
  algorithm: z.string(),
  signature: z.base64().min(4),
  unverifiedSigningCertificates: z.unknown().optional(),
})

/**
 * Reads a token, of ours or of any Web eID program. Fields that the format does not know are
 * ignored.
 *
 * @throws CardRefused `token-malformed`, `algorithm-not-allowed`
 */
export function parseAuthToken(text: string): UnverifiedAuthToken {
  if (text.length < minTokenLength || text.length > maxTokenLength) throw malformed('length')
  const { data, error } = tokenShape.safeParse(parseJson(text))
  if (data === undefined) throw malformed(error.issues[0]?.path.join('.') ?? 'token')
  // Version 1.1 brings them; in 1.0 they would be certificates that nobody has looked at.
  const isVersion10 = /^web-eid:1(\.0+)*$/.test(data.format)
  if (isVersion10 && data.unverifiedSigningCertificates !== undefined) {
    throw malformed('unverifiedSigningCertificates')
  }
  if (!isAllowed(data.algorithm)) throw new CardRefused('algorithm-not-allowed')
  return {
    unverifiedCertificate:
      data.unverifiedCertificate === undefined
        ? null
        : decodeBase64(data.unverifiedCertificate, 'unverifiedCertificate'),
    algorithm: data.algorithm,
    signature: decodeBase64(data.signature, 'signature'),
  }
}

function isAllowed(algorithm: string): algorithm is TokenAlgorithm {
  return tokenAlgorithms.some((allowed) => allowed === algorithm)
}

/** RFC 4648 §4 with padding, and of the spellings of the same bytes only the canonical one. */
function decodeBase64(text: string, field: string): Buffer {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') !== text) throw malformed(field)
  return bytes
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function malformed(field: string): CardRefused {
  return new CardRefused('token-malformed', { facts: { field } })
}
