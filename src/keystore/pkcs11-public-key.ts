import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { Key } from 'graphene-pk11'

/** CKK_RSA (PKCS #11 v3.0 §2.1.1). */
const rsaType = 0

/** Attributes (§2.1.2, §2.3.3). */
const attribute = { modulus: 0x120, publicExponent: 0x122, curve: 0x180, point: 0x181 } as const

/** CKA_EC_PARAMS of the curves that we use: their OIDs, DER (RFC 5480 §2.1.1.1). */
const curves: Readonly<Record<string, { crv: string; bytes: number }>> = {
  '06082a8648ce3d030107': { crv: 'P-256', bytes: 32 },
  '06052b81040022': { crv: 'P-384', bytes: 48 },
}

/**
 * Reads a public key off the token. The library can do that, too, but goes through all that is on
 * the token for it, and stumbles over what another process removes meanwhile.
 *
 * @throws Error for keys of other algorithms
 */
export function readPublicKey(key: Key): KeyObject {
  const type: number = key.type
  const jwk = type === rsaType ? rsaJwk(key) : ecJwk(key)
  return createPublicKey({ key: jwk, format: 'jwk' })
}

function rsaJwk(key: Key): JsonWebKey {
  const n = key.getAttribute(attribute.modulus).toString('base64url')
  const e = key.getAttribute(attribute.publicExponent).toString('base64url')
  return { kty: 'RSA', n, e }
}

function ecJwk(key: Key): JsonWebKey {
  const curve = curves[key.getAttribute(attribute.curve).toString('hex')]
  if (curve === undefined) throw new Error('a key on a curve that we do not use')
  // The point is X‖Y after a 4, in an OCTET STRING that some modules leave out (§2.3.3).
  const point = key.getAttribute(attribute.point).subarray(-2 * curve.bytes)
  const x = point.subarray(0, curve.bytes).toString('base64url')
  const y = point.subarray(curve.bytes).toString('base64url')
  return { kty: 'EC', crv: curve.crv, x, y }
}
