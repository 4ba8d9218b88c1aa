import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto'

/** Signs cookies and says with which key they were signed. */
export interface CookieSigner {
  sign(cookie: string): string
  /** The number of the key that made `signature`, or -1: none of ours did. */
  index(cookie: string, signature: string): number
  verify(cookie: string, signature: string): boolean
}

/**
 * HMAC-SHA-256 in base64url. The library would sign with SHA-1 and draw a random key at each
 * comparison; cookies are looked at several times in a sign-in.
 *
 * @param secrets - the first one signs, all of them are believed; at least one
 */
export function createCookieSigner(secrets: readonly string[]): CookieSigner {
  const keys = secrets.map((secret) => createSecretKey(secret, 'utf8'))
  const [first] = keys
  if (first === undefined) throw new Error('cookies need a key to be signed with')
  const index = (cookie: string, signature: string) =>
    keys.findIndex((key) => isEqual(signatureOf(cookie, key), signature))
  return {
    sign: (cookie) => signatureOf(cookie, first),
    index,
    verify: (cookie, signature) => index(cookie, signature) !== -1,
  }
}

function signatureOf(cookie: string, key: KeyObject): string {
  return createHmac('sha256', key).update(cookie).digest('base64url')
}

/** In constant time: how long a refusal takes must not tell how much of a guess was right. */
function isEqual(expected: string, received: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(received)]
  return one.length === other.length && timingSafeEqual(one, other)
}
