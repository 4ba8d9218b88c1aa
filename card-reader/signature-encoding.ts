import { CardError } from './status-word.ts'

/** DER of `DigestInfo` up to the digest itself, by digest length (RFC 8017 §9.2 note 1). */
const digestInfoPrefixes: Readonly<Partial<Record<number, string>>> = {
  32: '3031300d060960864801650304020105000420', // SHA-256
  48: '3041300d060960864801650304020205000430', // SHA-384
  64: '3051300d060960864801650304020305000440', // SHA-512
}

/**
 * The block that an RSA key signs for PKCS#1 v1.5: `00 01 FF … 00 DigestInfo` (RFC 8017 §9.2).
 * The card only raises it to the private exponent.
 *
 * @throws RangeError when the digest is not one of SHA-256, SHA-384, SHA-512
 */
export function encodePkcs1Block(digest: Buffer, modulusBytes: number): Buffer {
  const prefix = digestInfoPrefixes[digest.length]
  if (prefix === undefined) throw new RangeError('an RSA key signs SHA-256, SHA-384 or SHA-512')
  const digestInfo = Buffer.concat([Buffer.from(prefix, 'hex'), digest])
  const padding = Buffer.alloc(modulusBytes - digestInfo.length - 3, 0xff)
  return Buffer.concat([Buffer.of(0x00, 0x01), padding, Buffer.of(0x00), digestInfo])
}

/**
 * Turns a DER ECDSA signature into raw R‖S, each `size` bytes (IEEE P1363).
 *
 * Strict: one spelling per signature. The integers must be minimal, positive, not zero and fit;
 * nothing may follow. Does not check the signature itself.
 *
 * @throws CardError `malformed-answer`
 */
export function rawEcdsaSignature(der: Buffer, size: number): Buffer {
  // Up to P-384 the content is at most 102 bytes, so every length is one byte.
  if (der[0] !== 0x30 || der[1] !== der.length - 2) throw new CardError('malformed-answer')
  const r = readInteger(der.subarray(2), size)
  const s = readInteger(r.rest, size)
  if (s.rest.length > 0) throw new CardError('malformed-answer')
  return Buffer.concat([r.value, s.value])
}

function readInteger(der: Buffer, size: number): { value: Buffer; rest: Buffer } {
  const length = der[1] ?? 0
  const content = der.subarray(2, 2 + length)
  const whole = der[0] === 0x02 && length > 0 && length < 0x80 && content.length === length
  if (!whole || !isMinimalPositive(content)) throw new CardError('malformed-answer')
  const magnitude = content[0] === 0 ? content.subarray(1) : content
  if (magnitude.length > size) throw new CardError('malformed-answer')
  const value = Buffer.concat([Buffer.alloc(size - magnitude.length), magnitude])
  return { value, rest: der.subarray(2 + length) }
}

/** A leading zero stands only where the next byte would else read as a sign; zero is no r or s. */
function isMinimalPositive(content: Buffer): boolean {
  const [first = 0, second = 0] = content
  if (first !== 0) return first < 0x80
  return content.length > 1 && second >= 0x80
}
