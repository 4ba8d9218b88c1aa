import { Duplicate } from '../errors.ts'
import type { Keystore, SecretKey } from '../keystore/keystore.ts'
import type { ManagementKeyAlgorithm, ManagementKeyValue } from './desk-card.ts'
import { deriveKey, word } from './key-derivation.ts'

/** In the keystore; every card's own secrets follow from it. */
export const cardMasterName = 'card-master-1'

/** Which of a card's secrets: each has versions of its own, from 1. */
export interface SecretOf {
  readonly cardUuid: string
  readonly version: number
}

/**
 * PUK and management key of every card, worked out from one master when they are needed and kept
 * nowhere. Whoever gets one overwrites it; they never go into a log.
 */
export interface CardSecrets {
  managementKey(of: SecretOf, algorithm: ManagementKeyAlgorithm): Promise<ManagementKeyValue>
  /** Eight digits, ASCII. */
  puk(of: SecretOf): Promise<Buffer>
}

const keyBytes: Readonly<Record<ManagementKeyAlgorithm, number>> = {
  'AES-256': 32,
  'AES-192': 24,
  'AES-128': 16,
  '3DES': 24,
}

/**
 * @param options.mayMake - whether no card can be there yet that was made with a master which this
 *   keystore lost: a second master would lock us out of them
 * @throws KeystoreUnavailable `key-missing` where there is no master and none may be made
 */
export async function openCardSecrets(
  keystore: Keystore,
  { mayMake }: { readonly mayMake: boolean },
): Promise<CardSecrets> {
  return cardSecretsOf(await openMaster(keystore, mayMake))
}

async function openMaster(keystore: Keystore, mayMake: boolean): Promise<SecretKey> {
  if (!mayMake || (await keystore.hasSecret(cardMasterName))) return keystore.secret(cardMasterName)
  try {
    return await keystore.generateSecret(cardMasterName)
  } catch (error) {
    // Made by another desk at the same moment.
    if (error instanceof Duplicate) return keystore.secret(cardMasterName)
    throw error
  }
}

export function cardSecretsOf(master: Pick<SecretKey, 'hmac'>): CardSecrets {
  return {
    managementKey: async (of, algorithm) => {
      const context = Buffer.concat([contextOf(of), Buffer.from(algorithm)])
      const purpose = { label: 'ecard-sso management key', context }
      const bytes = await deriveKey(master, purpose, keyBytes[algorithm])
      if (algorithm === '3DES') setOddParity(bytes)
      return { algorithm, bytes }
    },
    puk: async (of) => {
      const purpose = { label: 'ecard-sso PUK', context: contextOf(of) }
      const stream = await deriveKey(master, purpose, 4 * pukCandidates)
      try {
        return digitsOf(stream)
      } finally {
        stream.fill(0)
      }
    },
  }
}

/** Card UUID and version: nothing of one card says anything about another, or about the next. */
function contextOf({ cardUuid, version }: SecretOf): Buffer {
  const uuid = Buffer.from(cardUuid.replaceAll('-', ''), 'hex')
  if (uuid.length !== 16) throw new RangeError('a card is named by a UUID')
  return Buffer.concat([uuid, word(version)])
}

const pukValues = 100_000_000
/** The largest multiple of `pukValues` in 32 bits: what lies above would favour low numbers. */
const pukLimit = Math.floor(2 ** 32 / pukValues) * pukValues
/** One in 45 is thrown away, so that all are is out of reach. */
const pukCandidates = 16
const factoryPuk = 12_345_678

/** By rejection, so that every PUK is equally likely; never the factory's. */
function digitsOf(stream: Buffer): Buffer {
  for (let offset = 0; offset < stream.length; offset += 4) {
    const candidate = stream.readUInt32BE(offset)
    const value = candidate % pukValues
    if (candidate >= pukLimit || value === factoryPuk) continue
    const digits = Buffer.alloc(8)
    let rest = value
    for (let at = 7; at >= 0; at--) {
      digits[at] = 0x30 + (rest % 10)
      rest = Math.floor(rest / 10)
    }
    return digits
  }
  throw new Error('no PUK among the candidates')
}

/** FIPS 46-3: bit 8 of each byte makes its number of ones odd; some cards insist. */
function setOddParity(key: Buffer): void {
  for (const [at, byte] of key.entries()) {
    let ones = 0
    for (let bits = byte >>> 1; bits > 0; bits >>>= 1) ones += bits & 1
    key[at] = (byte & 0xfe) | (ones % 2 === 0 ? 1 : 0)
  }
}
