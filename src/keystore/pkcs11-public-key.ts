import { createPublicKey, type KeyObject } from 'node:crypto'
import type { Key } from 'graphene-pk11'

/** CKK_RSA (PKCS #11 v3.0 §2.1.1). */
const rsaType = 0

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
  return createPublicKey({
    key: Number(key.type) === rsaType ? rsaJwk(key) : ecJwk(key),
    format: 'jwk',
  })
}

function rsaJwk(key: Key): JsonWebKey {
  const { modulus, publicExponent } = key.getAttribute({ modulus: null, publicExponent: null })
  return { kty: 'RSA', n: encode(modulus), e: encode(publicExponent) }
}

function ecJwk(key: Key): JsonWebKey {
  const { paramsEC, pointEC } = key.getAttribute({ paramsEC: null, pointEC: null })
  const curve = curves[Buffer.from(paramsEC ?? []).toString('hex')]
  if (curve === undefined) throw new Error('a key on a curve that we do not use')
  // The point is X‖Y after a 4, in an OCTET STRING that some modules leave out (§2.3.3).
  const point = Buffer.from(pointEC ?? []).subarray(-2 * curve.bytes)
  const [x, y] = [point.subarray(0, curve.bytes), point.subarray(curve.bytes)]
  return { kty: 'EC', crv: curve.crv, x: encode(x), y: encode(y) }
}

function encode(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? []).toString('base64url')
}
