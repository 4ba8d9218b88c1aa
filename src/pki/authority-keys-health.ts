import type { Finding } from '../health.ts'
import type { Keystore } from '../keystore/keystore.ts'
import { AppError } from '../errors.ts'
import { keyOf } from './authority-key.ts'
import type { Authority } from './authority.ts'

/**
 * Whether the keystore has the key of every authority that still signs something: certificates,
 * lists or OCSP. One that is kept elsewhere is as it should be.
 */
export async function judgeAuthorityKeys(
  keystore: Keystore,
  authorities: readonly Authority[],
): Promise<Finding[]> {
  const signing = authorities.filter(({ state }) => state !== 'revoked')
  return Promise.all(signing.map((authority) => judge(keystore, authority)))
}

async function judge(keystore: Keystore, authority: Authority): Promise<Finding> {
  const subject = `key of ${authority.slug}`
  if (authority.keyName === null) {
    return { level: 'green', subject, message: 'is on another machine', advice: null }
  }
  try {
    await keyOf(keystore, authority)
    return { level: 'green', subject, message: `${authority.keyName} opens`, advice: null }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { level: 'red', subject, message: `${error.code}: ${error.message}`, advice: null }
  }
}
