import { randomBytes, randomInt, randomUUID } from 'node:crypto'

/** The one source of chance. */
export interface Random {
  /** `count` bytes from the operating system's generator. */
  bytes(count: number): Buffer
  /** A version 4 UUID (RFC 9562 §5.4). */
  uuid(): string
  /** A whole number from 0 up to, not including, `limit`, without bias. */
  below(limit: number): number
}

export const systemRandom: Random = {
  bytes: (count) => randomBytes(count),
  uuid: () => randomUUID(),
  below: (limit) => randomInt(limit),
}
