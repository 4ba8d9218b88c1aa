/**
 * What makes a desk private between whoever opened it and the agent: the nodes and the database in
 * between carry messages that they can neither read, alter, repeat nor leave out unnoticed.
 */
import {
  createHash,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import { compactDecrypt, CompactEncrypt } from 'jose'
import { z } from 'zod'
import type { DeskPurpose } from './desk-protocol.ts'
import { keyOfTerminal, readTerminalJws, readTerminalKey } from './terminal-jws.ts'
import type { TerminalStanding } from './terminal.ts'

/** What both ends have to agree on besides the agent's key. */
export interface DeskTerms {
  readonly deskId: string
  readonly purpose: DeskPurpose
  readonly nonce: string
  /** Ours, base64 of SubjectPublicKeyInfo. */
  readonly publicKey: string
}

export interface DeskKey {
  readonly publicKey: string
  /** What the agent's and our own key agree on. */
  agreeWith(agentKey: KeyObject): Buffer
}

/** For one desk alone: with it, what was said there is gone. */
export function makeDeskKey(): DeskKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    agreeWith: (agentKey) => diffieHellman({ privateKey, publicKey: agentKey }),
  }
}

export interface DeskSeal {
  /** The message as a compact JWE (RFC 7516 §3.1), for the agent alone and as the next one. */
  seal(message: unknown): Promise<string>
  /** The agent's next message. @throws for one that was altered, repeated or left out */
  open(sealed: string): Promise<unknown>
}

const statementShape = z.object({
  deskId: z.string(),
  purpose: z.string(),
  nonce: z.string(),
  deskKey: z.string(),
  agentKey: z.base64().max(256),
})

/**
 * The seal of a desk that this terminal vouches for, or null where its statement does not: signed
 * by the terminal's key, for this desk, our nonce and our key. The audience is not looked at: a
 * statement over our nonce is for nobody else.
 *
 * Two keys come of it, one a direction: ECDH on P-256, HKDF with SHA-256 (RFC 5869) over
 * everything that the desk is.
 */
export function sealWith(
  terminal: TerminalStanding,
  statement: string,
  { terms, key }: { readonly terms: DeskTerms; readonly key: DeskKey },
): DeskSeal | null {
  const terminalKey = keyOfTerminal(terminal)
  if (terminalKey === null) return null
  const expected = { typ: 'ecard-terminal-desk+jwt', kid: terminal.id } as const
  const { data } = statementShape.safeParse(readTerminalJws(statement, terminalKey, expected))
  const isOurs =
    data?.deskId === terms.deskId &&
    data.purpose === terms.purpose &&
    data.nonce === terms.nonce &&
    data.deskKey === terms.publicKey
  if (!isOurs) return null
  const agentKey = readTerminalKey(Buffer.from(data.agentKey, 'base64'))
  if (agentKey === null) return null
  const { deskId, purpose, nonce, publicKey } = terms
  const agreed = [terminal.id, deskId, purpose, nonce, publicKey, data.agentKey]
  const salt = createHash('sha256').update(JSON.stringify(agreed)).digest()
  const secret = key.agreeWith(agentKey)
  const keyFor = (direction: string): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', secret, salt, `ecard desk, ${direction}`, 32))
  const seal = numbered({ out: keyFor('to the agent'), in: keyFor('from the agent') })
  secret.fill(0)
  return seal
}

const envelope = z.object({ number: z.int().positive(), message: z.unknown() })

function numbered(keys: { readonly out: Uint8Array; readonly in: Uint8Array }): DeskSeal {
  let [sent, received] = [0, 0]
  return {
    seal: (message) => {
      const content = Buffer.from(JSON.stringify({ number: (sent += 1), message }))
      const jwe = new CompactEncrypt(content)
      return jwe.setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(keys.out)
    },
    open: async (sealed) => {
      const { plaintext } = await compactDecrypt(sealed, keys.in, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      })
      const { number, message } = envelope.parse(JSON.parse(Buffer.from(plaintext).toString()))
      if (number !== received + 1) throw new RangeError('not the next message')
      received = number
      return message
    },
  }
}
