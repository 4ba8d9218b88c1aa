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
  const cipher = blockCipher(key)
  const encryptedWitness = await ask(channel, key, { send: [encodeTlv(0x80)], answerTag: 0x80 })
  if (encryptedWitness.length !== cipher.blockBytes) throw new CardError('malformed-answer')
  const witness = cipher.decrypt(encryptedWitness)
  const challenge = options.randomBytes(cipher.blockBytes)
  const send = [encodeTlv(0x80, witness), encodeTlv(0x81, challenge)]
  const response = await ask(channel, key, { send, answerTag: 0x82 })
  const expected = cipher.encrypt(challenge)
  const same = response.length === expected.length && timingSafeEqual(response, expected)
  if (!same) throw new CardError('wrong-management-key')
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
  key: ManagementKey,
  message: { send: readonly Buffer[]; answerTag: number },
): Promise<Buffer> {
  const command = {
    ins: 0x87,
    p1: managementKeyAlgorithms[key.algorithm].id,
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
