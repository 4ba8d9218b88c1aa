/** The one way to learn the time. Checks take an instant; use-cases read a clock once. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }
