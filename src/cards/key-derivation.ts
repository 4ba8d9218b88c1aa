import type { SecretKey } from '../keystore/keystore.ts'

/** Output of HMAC-SHA-256. */
const blockBytes = 32

/**
 * A key out of a secret, in counter mode with HMAC-SHA-256 (NIST SP 800-108r1 §4.1): counter and
 * length are 32 bits, the fixed input is label ‖ 00 ‖ context ‖ length in bits. An HSM that holds
 * the secret does the HMACs and never lets it go.
 *
 * @param byteCount - whoever gets the bytes overwrites them
 */
export async function deriveKey(
  secret: Pick<SecretKey, 'hmac'>,
  { label, context }: { readonly label: string; readonly context: Buffer },
  byteCount: number,
): Promise<Buffer> {
  const fixed = Buffer.concat([Buffer.from(label), Buffer.of(0), context, word(8 * byteCount)])
  const out = Buffer.alloc(byteCount)
  for (let counter = 1; (counter - 1) * blockBytes < byteCount; counter++) {
    const block = await secret.hmac(Buffer.concat([word(counter), fixed]))
    block.copy(out, (counter - 1) * blockBytes)
    block.fill(0)
  }
  return out
}

export function word(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
