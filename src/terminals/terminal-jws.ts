import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { TerminalStanding } from './terminal.ts'

/** What a terminal's signature is for; it stands in the header, so that none serves for another. */
export type TerminalJwsType =
  | 'ecard-terminal-desk+jwt'
  | 'ecard-terminal-enrolment+jwt'
  | 'ecard-terminal-hello+jwt'
  | 'ecard-terminal-signature+jwt'

const header = z.object({
  alg: z.literal('ES256'),
  typ: z.string(),
  kid: z.string().optional(),
  // A critical extension that nobody here understands must not be passed over (RFC 7515 §4.1.11).
  crit: z.never().optional(),
})

/**
 * The payload of a compact JWS (RFC 7515 §3.1) that this P-256 key signed with ES256 under this
 * type and key id, or null. The caller checks what the payload says.
 *
 * Done here with the synchronous verification of `node:crypto`: one algorithm, one key type, and a
 * third of the time that a round through WebCrypto takes.
 *
 * @param expected.kid - null for a key that has no name yet: the header may carry any
 */
export function readTerminalJws(
  jws: string,
  key: KeyObject,
  expected: { readonly typ: TerminalJwsType; readonly kid: string | null },
): unknown {
  const parts = jws.split('.')
  const [protectedHeader, payload, signature] = parts
  if (parts.length !== 3 || !protectedHeader || !payload || !signature) return null
  const { data } = header.safeParse(parseJson(protectedHeader))
  if (data === undefined) return null
  if (data.typ !== expected.typ) return null
  if (expected.kid !== null && data.kid !== expected.kid) return null
  const bytes = Buffer.from(signature, 'base64url')
  // One spelling of a signature is enough: no spare bits, no characters that are passed over.
  if (bytes.toString('base64url') !== signature) return null
  const signed = Buffer.from(`${protectedHeader}.${payload}`)
  const isSigned = verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, bytes)
  return isSigned ? parseJson(payload) : null
}

/** The P-256 key in a SubjectPublicKeyInfo (RFC 5480), or null: no other curve or algorithm. */
export function readTerminalKey(spkiDer: Buffer): KeyObject | null {
  const cacheKey = spkiDer.toString('base64')
  const known = keys.get(cacheKey)
  if (known !== undefined) return known
  const key = importKey(spkiDer)
  if (key?.asymmetricKeyType !== 'ec') return null
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return null
  keys.set(cacheKey, key)
  return key
}

/** null for a terminal that has not enrolled. */
export function keyOfTerminal(terminal: Pick<TerminalStanding, 'publicKey'>): KeyObject | null {
  return terminal.publicKey === null ? null : readTerminalKey(terminal.publicKey)
}

/** Remembers nothing but what the bytes themselves say, so it never has to be told of a change. */
const keys = new LRUCache<string, KeyObject>({ max: 2000 })

function importKey(spkiDer: Buffer): KeyObject | null {
  try {
    return createPublicKey({ key: spkiDer, format: 'der', type: 'spki' })
  } catch {
    return null
  }
}

function parseJson(base64url: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64url, 'base64url').toString('utf8'))
  } catch {
    return null
  }
}
