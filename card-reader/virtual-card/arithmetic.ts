/** Whole numbers as keys and signatures need them. Not constant-time: a simulator has no secrets. */

export function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x00${Buffer.from(bytes).toString('hex')}`)
}

/** Big-endian, left-padded to `length` bytes. */
export function toBytes(number: bigint, length: number): Buffer {
  return Buffer.from(number.toString(16).padStart(2 * length, '0'), 'hex')
}

/** The number that gives 1 when multiplied by `value` modulo `modulus`; null when there is none. */
export function inverse(value: bigint, modulus: bigint): bigint | null {
  let [previous, remainder] = [modulus, value % modulus]
  let [previousFactor, factor] = [0n, 1n]
  while (remainder !== 0n) {
    const quotient = previous / remainder
    ;[previous, remainder] = [remainder, previous - quotient * remainder]
    ;[previousFactor, factor] = [factor, previousFactor - quotient * factor]
  }
  return previous === 1n ? (previousFactor + modulus) % modulus : null
}
