/**
 * What makes a desk private between this agent and whoever opened it: nobody in between, not the
 * service and not its database, reads or alters a message.
 */
import {
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
} from 'node:crypto'
import { compactDecrypt, CompactEncrypt } from 'jose'
import { z } from 'zod'
import type { DeskOpen } from '../protocol.ts'

export interface DeskSeal {
  /** Our key for this desk, base64 of SubjectPublicKeyInfo: what the terminal signs. */
  readonly agentKey: string
  /** The message, as a compact JWE that only the other end opens, and only as the next one. */
  seal(message: unknown): Promise<string>
  /** The next message of the other end. @throws whatever was altered, repeated or left out */
  open(sealed: string): Promise<unknown>
}

/**
 * Agrees on two keys, one a direction (ECDH on P-256, HKDF with SHA-256 over everything that the
 * desk is), for keys that are used for this desk alone. null for a key that is none on P-256.
 */
export function agreeOnSeal(request: DeskOpen, terminalId: string): DeskSeal | null {
  const deskKey = readDeskKey(request.publicKey)
  if (deskKey === null) return null
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const agentKey = own.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
  const { deskId, purpose, nonce, publicKey } = request
  const agreed = [terminalId, deskId, purpose, nonce, publicKey, agentKey]
  const salt = createHash('sha256').update(JSON.stringify(agreed)).digest()
  const secret = diffieHellman({ privateKey: own.privateKey, publicKey: deskKey })
  const keyFor = (direction: string): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', secret, salt, `ecard desk, ${direction}`, 32))
  const [inKey, outKey] = [keyFor('to the agent'), keyFor('from the agent')]
  secret.fill(0)
  let [received, sent] = [0, 0]
  return {
    agentKey,
    seal: (message) => {
      const content = Buffer.from(JSON.stringify({ number: (sent += 1), message }))
      return new CompactEncrypt(content)
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .encrypt(outKey)
    },
    open: async (sealed) => {
      const { plaintext } = await compactDecrypt(sealed, inKey, {
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

const envelope = z.object({ number: z.int().positive(), message: z.unknown() })

function readDeskKey(spki: string) {
  try {
    const key = createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' })
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : null
  } catch {
    return null
  }
}
