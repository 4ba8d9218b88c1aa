/** The one way to learn the time in this package. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }
