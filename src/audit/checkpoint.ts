import { verify } from 'node:crypto'
import { z } from 'zod'
import type { SigningKey } from '../keystore/keystore.ts'
import type { AuditPublicKey } from './audit-keys.ts'
import { canonicalJson } from './canonical-event.ts'

/** What the chain was at an instant. */
export interface Checkpoint {
  /** 1, 2, 3 …: without gaps. */
  readonly number: number
  /** The last link, and as there is one for each event, how many events the chain had. */
  readonly seq: number
  /** That link's hash, in hexadecimal. */
  readonly hash: string
  /** ISO 8601, UTC. */
  readonly at: string
  /** Not null: the registry moved, and events with a greater id are in an order of their own. */
  readonly restartAfterId: string | null
}

/** Stands in the header, so that no signature made for something else serves as a checkpoint. */
const type = 'ecard-audit-checkpoint'

const headerShape = z.object({
  alg: z.literal('ES256'),
  typ: z.literal(type),
  kid: z.string(),
  // A critical extension that nobody here understands must not be passed over (RFC 7515 §4.1.11).
  crit: z.never().optional(),
})
const payloadShape = z.object({
  number: z.int().positive(),
  seq: z.int().positive(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  at: z.iso.datetime(),
  restartAfterId: z.string().regex(/^\d+$/).nullable(),
})

/** The checkpoint as a compact JWS (RFC 7515 §3.1) with ES256. */
export async function signCheckpoint(checkpoint: Checkpoint, key: SigningKey): Promise<string> {
  const header = canonicalJson({ alg: 'ES256', kid: key.name, typ: type })
  const signed = [header, canonicalJson(checkpoint)].map(base64url).join('.')
  const signature = await key.sign(Buffer.from(signed))
  return `${signed}.${Buffer.from(signature).toString('base64url')}`
}

/** What the JWS says if one of the keys signed it; else null. */
export function readCheckpoint(jws: string, keys: readonly AuditPublicKey[]): Checkpoint | null {
  const parts = jws.trim().split('.')
  const [header, payload, signature] = parts
  if (parts.length !== 3 || !header || !payload || !signature) return null
  if (!headerShape.safeParse(parseJson(header)).success) return null
  const signed = Buffer.from(`${header}.${payload}`)
  const bytes = Buffer.from(signature, 'base64url')
  const isSigned = keys.some(({ publicKey: key }) =>
    verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, bytes),
  )
  return isSigned ? (payloadShape.safeParse(parseJson(payload)).data ?? null) : null
}

const base64url = (text: string): string => Buffer.from(text).toString('base64url')

function parseJson(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString())
  } catch {
    return null
  }
}
