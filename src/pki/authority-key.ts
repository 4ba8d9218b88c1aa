import type { Keystore, SigningKey } from '../keystore/keystore.ts'
import { AuthorityUnavailable, type Authority } from './authority.ts'
import { isKeyOf } from './signing.ts'

/**
 * The authority's key, if the keystore's is the one that its certificate is about.
 *
 * @throws KeystoreUnavailable
 * @throws AuthorityUnavailable when the key is kept elsewhere, or the keystore holds another under
 *   its name
 */
export async function keyOf(
  keystore: Keystore,
  authority: Authority,
  isTheirs: (key: SigningKey) => boolean = (key) => isKeyOf(key, authority.certificateDer),
): Promise<SigningKey> {
  if (authority.keyName === null) throw keptElsewhere(authority)
  const key = await keystore.key(authority.keyName)
  if (isTheirs(key)) return key
  const message =
    `the keystore's ${authority.keyName} is not the key of ${authority.name}: ` +
    'use the keystore that belongs to this database'
  throw new AuthorityUnavailable(message, { authorityId: authority.id, key: authority.keyName })
}

function keptElsewhere({ id, name }: Authority): AuthorityUnavailable {
  const message = `the key of ${name} is kept elsewhere: sign on the machine that has it`
  return new AuthorityUnavailable(message, { authorityId: id })
}
