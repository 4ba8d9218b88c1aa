import { createECDH, createHmac } from 'node:crypto'
import { inverse, toBytes, toNumber } from './arithmetic.ts'
import { build } from './card-tlv.ts'

/** What a curve of this card is made of (SEC 2 §2.4.2, §2.5.1). */
export interface Curve {
  readonly name: 'prime256v1' | 'secp384r1'
  readonly jwkName: 'P-256' | 'P-384'
  readonly bytes: number
  readonly order: bigint
  /** The hash that makes the nonce. */
  readonly hash: 'sha256' | 'sha384'
}

export const p256: Curve = {
  name: 'prime256v1',
  jwkName: 'P-256',
  bytes: 32,
  order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  hash: 'sha256',
}

export const p384: Curve = {
  name: 'secp384r1',
  jwkName: 'P-384',
  bytes: 48,
  order:
    0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  hash: 'sha384',
}

/**
 * Signs a digest that the host made, as DER. A card gets the digest, not the message, and
 * node:crypto signs messages only; so the scalar arithmetic is here and the curve is OpenSSL's.
 * Nonces are those of RFC 6979: the same digest gives the same signature, so that published vectors
 * can be compared byte for byte.
 *
 * @param privateKey - big-endian, of the curve's length
 * @param digest - of any length: the leftmost bits count (FIPS 186-5 §6.4.1)
 */
export function signDigest(curve: Curve, privateKey: Buffer, digest: Buffer): Buffer {
  const message = leftmostBits(curve, digest)
  for (const nonce of nonces(curve, privateKey, message)) {
    const r = toNumber(xCoordinate(curve, nonce)) % curve.order
    const inverseNonce = inverse(nonce, curve.order) ?? 0n
    const s = (inverseNonce * (message + r * toNumber(privateKey))) % curve.order
    if (r !== 0n && s !== 0n) return build('30', derInteger(r), derInteger(s))
  }
  throw new Error('unreachable: nonces never end')
}

/** Both curves have an order of whole bytes, so cutting bytes cuts bits. */
function leftmostBits(curve: Curve, digest: Buffer): bigint {
  return toNumber(digest.subarray(0, curve.bytes))
}

function xCoordinate(curve: Curve, scalar: bigint): Buffer {
  return publicPoint(curve, toBytes(scalar, curve.bytes)).subarray(1, 1 + curve.bytes)
}

/** The uncompressed point `04 X Y` of a private key. */
export function publicPoint(curve: Curve, privateKey: Buffer): Buffer {
  const pair = createECDH(curve.name)
  pair.setPrivateKey(privateKey)
  return pair.getPublicKey()
}

/** RFC 6979 §3.2: candidates in order, of which the first in range is used. */
function* nonces(curve: Curve, privateKey: Buffer, message: bigint): Generator<bigint> {
  const seed = [privateKey, toBytes(message % curve.order, curve.bytes)]
  const hmac = (key: Buffer, ...parts: readonly Buffer[]) =>
    createHmac(curve.hash, key).update(Buffer.concat(parts)).digest()
  let value: Buffer = Buffer.alloc(curve.bytes, 0x01)
  let key: Buffer = Buffer.alloc(curve.bytes, 0x00)
  key = hmac(key, value, Buffer.of(0x00), ...seed)
  value = hmac(key, value)
  key = hmac(key, value, Buffer.of(0x01), ...seed)
  value = hmac(key, value)
  for (;;) {
    value = hmac(key, value)
    const candidate = toNumber(value)
    if (candidate > 0n && candidate < curve.order) yield candidate
    key = hmac(key, value, Buffer.of(0x00))
    value = hmac(key, value)
  }
}

function derInteger(number: bigint): Buffer {
  const digits = number.toString(16)
  const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex')
  const sign = bytes.readUInt8(0) >= 0x80 ? Buffer.of(0x00) : Buffer.alloc(0)
  return build('02', sign, bytes)
}
