import {
  constants,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  privateDecrypt,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'
import { toBytes, toNumber } from './arithmetic.ts'
import { keyAlgorithms, type KeyAlgorithmId } from './card-state.ts'
import { build } from './card-tlv.ts'
import { p256, p384, publicPoint, signDigest, type Curve } from './ecdsa.ts'
import { Refusal, status } from './reply.ts'

const rsaBytes = 256

/** The curve of an algorithm; null for RSA. */
export function curveOf(algorithm: KeyAlgorithmId): Curve | null {
  if (algorithm === keyAlgorithms.p256) return p256
  return algorithm === keyAlgorithms.p384 ? p384 : null
}

/** A new key pair; the private key as PKCS#8 PEM, as the card keeps it. */
export function generatePrivateKey(algorithm: KeyAlgorithmId): string {
  const curve = curveOf(algorithm)
  const pair =
    curve === null
      ? generateKeyPairSync('rsa', { modulusLength: 8 * rsaBytes })
      : generateKeyPairSync('ec', { namedCurve: curve.name })
  return toPem(pair.privateKey)
}

export function toPem(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'pkcs8' }).toString()
}

/** An imported P-256 or P-384 scalar; refused with `6A80` when out of range. */
export function ecPrivateKey(curve: Curve, scalar: Buffer): string {
  const number = toNumber(scalar)
  const inRange = scalar.length === curve.bytes && number > 0n && number < curve.order
  if (!inRange) throw new Refusal(status.badData)
  const point = publicPoint(curve, scalar)
  const jwk = { ...pointJwk(curve, point), d: scalar.toString('base64url') }
  return toPem(createPrivateKey({ key: jwk, format: 'jwk' }))
}

/** The public key as GENERATE and GET METADATA give it, without the `7F49` around it. */
export function publicKeyElements(pem: string): Buffer {
  const { kty, n = '', e = '', x = '', y = '' } = createPublicKey(pem).export({ format: 'jwk' })
  const bytes = (value: string) => Buffer.from(value, 'base64url')
  if (kty === 'RSA') return Buffer.concat([build('81', bytes(n)), build('82', bytes(e))])
  return build('86', Buffer.of(0x04), bytes(x), bytes(y))
}

/** ECDSA over the host's digest, or RSA over the host's padded block. */
export function signRaw(algorithm: KeyAlgorithmId, pem: string, input: Buffer): Buffer {
  const curve = curveOf(algorithm)
  if (curve === null) return rsaPrivateOperation(pem, input)
  // A SHA-1 digest is the shortest and a SHA-512 digest the longest that a host may send.
  if (input.length < 20 || input.length > 64) throw new Refusal(status.badData)
  const { d = '' } = createPrivateKey(pem).export({ format: 'jwk' })
  return signDigest(curve, Buffer.from(d, 'base64url'), input)
}

/** The private-key operation alone, for signatures as for decryption: padding is the host's. */
function rsaPrivateOperation(pem: string, block: Buffer): Buffer {
  if (block.length !== rsaBytes) throw new Refusal(status.badData)
  try {
    return privateDecrypt({ key: pem, padding: constants.RSA_NO_PADDING }, block)
  } catch {
    // The block, read as a number, is not smaller than the modulus.
    throw new Refusal(status.badData)
  }
}

/** The x-coordinate that both sides share; refused with `6A80` for a point off the curve. */
export function agree(curve: Curve, pem: string, point: Buffer): Buffer {
  if (point.length !== 1 + 2 * curve.bytes || point[0] !== 0x04) throw new Refusal(status.badData)
  const privateKey = createPrivateKey(pem)
  try {
    const publicKey = createPublicKey({ key: pointJwk(curve, point), format: 'jwk' })
    return diffieHellman({ privateKey, publicKey })
  } catch {
    throw new Refusal(status.badData)
  }
}

function pointJwk(curve: Curve, point: Buffer): JsonWebKey {
  const x = point.subarray(1, 1 + curve.bytes).toString('base64url')
  const y = point.subarray(1 + curve.bytes).toString('base64url')
  return { kty: 'EC', crv: curve.jwkName, x, y }
}

/** An imported RSA key: the five parts that PIV has, the rest follows from them. */
export function rsaPrivateKey(jwkParts: {
  readonly modulus: bigint
  readonly privateExponent: bigint
  readonly parts: Readonly<Record<'p' | 'q' | 'dp' | 'dq' | 'qi', Buffer>>
}): string {
  const { modulus, privateExponent, parts } = jwkParts
  const encode = (bytes: Buffer) => bytes.toString('base64url')
  const jwk = {
    kty: 'RSA',
    e: 'AQAB',
    n: encode(toBytes(modulus, rsaBytes)),
    d: encode(toBytes(privateExponent, rsaBytes)),
    p: encode(parts.p),
    q: encode(parts.q),
    dp: encode(parts.dp),
    dq: encode(parts.dq),
    qi: encode(parts.qi),
  }
  try {
    return toPem(createPrivateKey({ key: jwk, format: 'jwk' }))
  } catch {
    throw new Refusal(status.badData)
  }
}
