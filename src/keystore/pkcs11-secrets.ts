import type { SecretKey as SecretObject } from 'graphene-pk11'
import { Duplicate, KeystoreUnavailable } from '../errors.ts'
import { hsmFault } from './hsm-fault.ts'
import type { KeystoreProblem } from './keystore.ts'
import type { TokenSession } from './pkcs11-token.ts'

/** CKO_SECRET_KEY and CKK_GENERIC_SECRET (PKCS #11 v3.0 §4.10, §6.8). */
const secretKeyClass = 4
const genericSecretType = 16
const secretBytes = 32

export function hasSecret(open: TokenSession, name: string): boolean {
  return secretsOf(open, name).length > 0
}

/**
 * Makes a secret that never leaves the token (CKA_SENSITIVE, not CKA_EXTRACTABLE). Of two processes
 * that do so at the same moment neither keeps its own: which of two masters a card was made with
 * could not be told.
 *
 * @throws Duplicate
 */
export function makeSecret(open: TokenSession, name: string): void {
  const taken = () => new Duplicate('the secret exists', { key: name })
  if (hasSecret(open, name)) throw taken()
  const mechanism = { name: 'GENERIC_SECRET_KEY_GEN', params: null }
  const made = open.session.generateKey(mechanism, {
    class: secretKeyClass,
    keyType: genericSecretType,
    label: name,
    valueLen: secretBytes,
    token: true,
    private: true,
    sensitive: true,
    extractable: false,
    sign: true,
    verify: false,
  })
  if (secretsOf(open, name).length === 1) return
  made.destroy()
  throw taken()
}

/** CKM_SHA256_HMAC. @throws KeystoreUnavailable `key-missing`, `key-ambiguous` */
export function hmacOnToken(open: TokenSession, name: string, data: Uint8Array): Buffer {
  const [secret, ...others] = secretsOf(open, name)
  if (secret === undefined) throw missingSecret(open.token, name)
  if (others.length > 0) throw hsmFault('key-ambiguous', { token: open.token, key: name })
  const mechanism = { name: 'SHA256_HMAC', params: null }
  return open.session.createSign(mechanism, secret).once(Buffer.from(data))
}

function secretsOf({ session }: TokenSession, name: string): SecretObject[] {
  const found: SecretObject[] = []
  session.find({ class: secretKeyClass, label: name, token: true }, (object) => {
    found.push(object.toType<SecretObject>())
  })
  return found
}

export function missingSecret(token: string, name: string): KeystoreUnavailable {
  return new KeystoreUnavailable(
    `token ${token} has no secret ${name}: restore it from the backup of the HSM`,
    { problem: 'key-missing' satisfies KeystoreProblem, token, key: name },
  )
}
