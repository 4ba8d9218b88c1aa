import { createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto'
import { perform } from './apdu.ts'
import type { CardChannel } from './card-port.ts'
import { CardError } from './status-word.ts'
import { encodeTlv, parseSingleTlv, parseTlvs, requireTlv } from './tlv.ts'

/** Algorithms of the management key 9B (SP 800-78-5 table 5). */
export const managementKeyAlgorithms = {
  '3DES': { id: 0x03, cipher: 'des-ede3', keyBytes: 24, blockBytes: 8 },
  'AES-128': { id: 0x08, cipher: 'aes-128-ecb', keyBytes: 16, blockBytes: 16 },
  'AES-192': { id: 0x0a, cipher: 'aes-192-ecb', keyBytes: 24, blockBytes: 16 },
  'AES-256': { id: 0x0c, cipher: 'aes-256-ecb', keyBytes: 32, blockBytes: 16 },
} as const
export type ManagementKeyAlgorithm = keyof typeof managementKeyAlgorithms

export interface ManagementKey {
  readonly algorithm: ManagementKeyAlgorithm
  readonly bytes: Buffer
}

/** In every card from the factory: worthless as a secret, so it is replaced when a card is issued. */
export const factoryManagementKeyBytes = Buffer.from(
  '010203040506070801020304050607080102030405060708',
  'hex',
)

const managementKeyReference = 0x9b

/**
 * Proves to the card that we hold its management key, and makes the card prove the same: a card
 * that only pretends to is turned away. Holds until power-off.
 *
 * The second message carries no trailing empty `82`: OpenFIPS201 would take it for something else.
 *
 * @param options.randomBytes - for our challenge
 * @throws CardError `wrong-management-key` for either direction, `no-key` for another algorithm
 */
export async function authenticateManagementKey(
  channel: CardChannel,
  key: ManagementKey,
  options: { randomBytes: (count: number) => Buffer },
): Promise<void> {
  const { algorithm } = key
  const encryptedWitness = await requestWitness(channel, algorithm)
  const challenge = options.randomBytes(managementKeyAlgorithms[algorithm].blockBytes)
  const { witness, isRight } = answerWitness(key, encryptedWitness, challenge)
  const response = await sendProof(channel, algorithm, { witness, challenge })
  if (!isRight(response)) throw new CardError('wrong-management-key')
}

/** The first half of it, which needs no key: what only a holder of the key can decrypt. */
export function requestWitness(
  channel: CardChannel,
  algorithm: ManagementKeyAlgorithm,
): Promise<Buffer> {
  return ask(channel, algorithm, { send: [encodeTlv(0x80)], answerTag: 0x80 })
}

/** The second half: the decrypted witness and our challenge; the card's answer to that. */
export function sendProof(
  channel: CardChannel,
  algorithm: ManagementKeyAlgorithm,
  { witness, challenge }: { readonly witness: Buffer; readonly challenge: Buffer },
): Promise<Buffer> {
  const send = [encodeTlv(0x80, witness), encodeTlv(0x81, challenge)]
  return ask(channel, algorithm, { send, answerTag: 0x82 })
}

/**
 * What stands between the halves, and needs the key alone: it may be far from the card.
 *
 * @param challenge - random, one block
 * @throws CardError `malformed-answer`
 */
export function answerWitness(
  key: ManagementKey,
  encryptedWitness: Buffer,
  challenge: Buffer,
): { readonly witness: Buffer; readonly isRight: (response: Buffer) => boolean } {
  const cipher = blockCipher(key)
  if (encryptedWitness.length !== cipher.blockBytes) throw new CardError('malformed-answer')
  const expected = cipher.encrypt(challenge)
  return {
    witness: cipher.decrypt(encryptedWitness),
    isRight: (response) =>
      response.length === expected.length && timingSafeEqual(response, expected),
  }
}

/**
 * Replaces the management key (Yubico's extension, also in PivApplet). Authenticate with the new
 * key afterwards: that proves it took.
 *
 * @throws CardError `wrong-management-key` before authentication, `not-supported`
 */
export async function setManagementKey(channel: CardChannel, key: ManagementKey): Promise<void> {
  const { id, keyBytes } = managementKeyAlgorithms[key.algorithm]
  if (key.bytes.length !== keyBytes) throw new RangeError(`${key.algorithm}: ${keyBytes} bytes`)
  const data = Buffer.concat([Buffer.of(id, managementKeyReference, keyBytes), key.bytes])
  try {
    const command = { ins: 0xff, p1: 0xff, p2: 0xff, data, expectsData: false }
    await perform(channel, command, 'write')
  } finally {
    data.fill(0)
  }
}

async function ask(
  channel: CardChannel,
  algorithm: ManagementKeyAlgorithm,
  message: { send: readonly Buffer[]; answerTag: number },
): Promise<Buffer> {
  const command = {
    ins: 0x87,
    p1: managementKeyAlgorithms[algorithm].id,
    p2: managementKeyReference,
    data: encodeTlv(0x7c, ...message.send),
    expectsData: true,
  }
  const answer = await perform(channel, command, 'management-key')
  return requireTlv(parseTlvs(parseSingleTlv(answer, 0x7c)), message.answerTag)
}

/** One ECB pass over one block: a challenge is random and used once. */
function blockCipher({ algorithm, bytes }: ManagementKey) {
  const { cipher, blockBytes } = managementKeyAlgorithms[algorithm]
  return {
    blockBytes,
    encrypt: (block: Buffer): Buffer =>
      createCipheriv(cipher, bytes, null).setAutoPadding(false).update(block),
    decrypt: (block: Buffer): Buffer =>
      createDecipheriv(cipher, bytes, null).setAutoPadding(false).update(block),
  }
}
