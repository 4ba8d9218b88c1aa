import { createHash, createHmac } from 'node:crypto'

/** What a derived key is for (RFC 7292 appendix B.3). */
export const keyPurpose = { encryption: 1, iv: 2, mac: 3 } as const

interface Derivation {
  readonly hash: string
  readonly purpose: (typeof keyPurpose)[keyof typeof keyPurpose]
  readonly salt: Buffer
  /** The caller bounds it: hashing a million times takes a second. */
  readonly iterations: number
  readonly bytes: number
}

/** Derives a key as PKCS#12 alone does it (RFC 7292 appendix B.2). */
export function derivePkcs12Key(password: string, derivation: Derivation): Buffer {
  const { hash, purpose, salt, iterations, bytes } = derivation
  const blockBytes = hash === 'sha384' || hash === 'sha512' ? 128 : 64
  const diversifier = Buffer.alloc(blockBytes, purpose)
  const input = Buffer.concat([fill(salt, blockBytes), fill(bmpPassword(password), blockBytes)])
  const parts: Buffer[] = []
  for (let have = 0; have < bytes; have += parts.at(-1)?.length ?? 0) {
    let part = createHash(hash).update(diversifier).update(input).digest()
    for (let round = 1; round < iterations; round++) part = createHash(hash).update(part).digest()
    parts.push(part)
    addToBlocks(input, fill(part, blockBytes).subarray(0, blockBytes))
  }
  return Buffer.concat(parts).subarray(0, bytes)
}

/** The MAC over a PKCS#12 file's contents (RFC 7292 §4 and appendix A). */
export function pkcs12Mac(
  contents: Buffer,
  password: string,
  { hash, salt, iterations }: { hash: string; salt: Buffer; iterations: number },
): Buffer {
  const bytes = createHash(hash).digest().length
  const derivation = { hash, purpose: keyPurpose.mac, salt, iterations, bytes }
  return createHmac(hash, derivePkcs12Key(password, derivation)).update(contents).digest()
}

/** BMPString with its two zero bytes (RFC 7292 appendix B.1): UTF-16, big-endian. */
function bmpPassword(password: string): Buffer {
  return Buffer.from(`${password}\0`, 'utf16le').swap16()
}

/** Repeats `bytes` until whole blocks are full. */
function fill(bytes: Buffer, blockBytes: number): Buffer {
  return Buffer.alloc(Math.ceil(bytes.length / blockBytes) * blockBytes, bytes)
}

/** Each block of `input` becomes itself + `addend` + 1, as one big number. */
function addToBlocks(input: Buffer, addend: Buffer): void {
  for (let start = 0; start < input.length; start += addend.length) {
    let carry = 1
    for (let at = addend.length - 1; at >= 0; at--) {
      const sum = (input[start + at] ?? 0) + (addend[at] ?? 0) + carry
      input[start + at] = sum & 0xff
      carry = sum >> 8
    }
  }
}
