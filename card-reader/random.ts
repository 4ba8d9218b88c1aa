import { randomInt } from 'node:crypto'

/** Chance for the agent, which needs it for jitter alone: keys come from `node:crypto` itself. */
export interface Random {
  /** A whole number from 0 up to, not including, `limit`, without bias. */
  below(limit: number): number
}

export const systemRandom: Random = { below: (limit) => randomInt(limit) }
