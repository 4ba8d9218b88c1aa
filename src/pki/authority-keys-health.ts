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
  const { slug, keyName } = authority
  const about = { subject: `key of ${slug}`, advice: null, facts: { slug, key: keyName } }
  if (keyName === null) {
    return { level: 'green', message: 'is on another machine', code: 'key.elsewhere', ...about }
  }
  try {
    await keyOf(keystore, authority)
    return { level: 'green', message: `${keyName} opens`, code: 'key.opens', ...about }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const problem = `${error.code}: ${error.message}`
    const facts = { slug, problem }
    return { level: 'red', message: problem, code: 'key.fails', ...about, facts }
  }
}
