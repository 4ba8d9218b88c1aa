import { Duplicate } from '../errors.ts'
import type { Keystore, SecretKey } from '../keystore/keystore.ts'

/** In the keystore; without it the database's hashes of codes say nothing. */
export const passSecretName = 'pass-1'

/** What stands for secrets and numbers where they must not be read. */
export interface PassSecret {
  /** HMAC-SHA-256 of a code together with whose it is: only both of them lead to a pass. */
  hashOf(claim: PassClaim): Promise<Buffer>
  /** The same of the number alone, for the counters of guesses; base64url, 128 bits. */
  pseudonymOf(number: string): Promise<string>
}

export interface PassClaim {
  /** As `parseHolderNumber` gives it. */
  readonly number: string
  /** As `parsePassCode` gives it. */
  readonly code: string
}

/**
 * Made at the first use: a pass lasts a day at most, so whoever loses the keystore loses no more
 * than today's passes. Every use asks again, so that a keystore that was away comes back.
 */
export function createPassSecret(keystore: Keystore): PassSecret {
  let opened: Promise<SecretKey> | null = null
  const secret = async (): Promise<SecretKey> => {
    opened ??= openSecret(keystore)
    try {
      return await opened
    } catch (error) {
      opened = null
      throw error
    }
  }
  const code = async (text: string): Promise<Buffer> => (await secret()).hmac(Buffer.from(text))
  return {
    hashOf: (claim) => code(`temporary pass:${claim.number}:${claim.code}`),
    pseudonymOf: async (number) => {
      const whole = await code(`temporary pass, whose:${number}`)
      return whole.subarray(0, 16).toString('base64url')
    },
  }
}

async function openSecret(keystore: Keystore): Promise<SecretKey> {
  if (await keystore.hasSecret(passSecretName)) return keystore.secret(passSecretName)
  try {
    return await keystore.generateSecret(passSecretName)
  } catch (error) {
    // Made by a command or another node at the same moment.
    if (error instanceof Duplicate) return keystore.secret(passSecretName)
    throw error
  }
}
