import { Refusal, status } from './reply.ts'

/** A command APDU taken apart (ISO 7816-3 §12.1). */
export interface CommandApdu {
  readonly cla: number
  readonly ins: number
  readonly p1: number
  readonly p2: number
  readonly data: Buffer
  /** How many bytes the host wants, 1 to 256; null when it sent no Le. */
  readonly le: number | null
}

/**
 * Reads a short command APDU of case 1 to 4. Extended length is refused, as on a card that has
 * short APDUs, chaining and GET RESPONSE only.
 *
 * @throws Refusal `6700`
 */
export function readCommandApdu(bytes: Buffer): CommandApdu {
  if (bytes.length < 4) throw new Refusal(status.wrongLength)
  const [cla = 0, ins = 0, p1 = 0, p2 = 0] = bytes
  return { cla, ins, p1, p2, ...readBody(bytes.subarray(4)) }
}

function readBody(body: Buffer): { data: Buffer; le: number | null } {
  const [first, ...others] = body
  if (first === undefined) return { data: Buffer.alloc(0), le: null }
  if (others.length === 0) return { data: Buffer.alloc(0), le: leOf(first) }
  // A zero length byte with more behind it announces extended length.
  if (first === 0) throw new Refusal(status.wrongLength)
  const data = body.subarray(1, 1 + first)
  const last = body.subarray(1 + first)
  if (data.length !== first || last.length > 1) throw new Refusal(status.wrongLength)
  return { data, le: last.length === 0 ? null : leOf(last.readUInt8(0)) }
}

function leOf(byte: number): number {
  return byte === 0 ? 256 : byte
}
