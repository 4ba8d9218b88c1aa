import type { Clock } from '../clock.ts'
import type { Queryable } from '../db/pool.ts'
import type { Log } from '../log.ts'
import type { Random } from '../random.ts'
import { sendProbe } from './ocsp-notice-store.ts'

/**
 * Do notices of changed statuses reach us? A connection that is lost says so sooner or later; one
 * that went silent does not. So we send ourselves a notice now and then, and believe for a moment
 * that every change was told when it has come back.
 */
export interface Hearing {
  /** Whether every change committed until `provenForMs` ago was told. Asks anew where it is time. */
  isProven(now: Date): boolean
  /** A probe came in by the same way as the notices. */
  heard(token: string): void
  /** The way was interrupted: what was proven before counts no longer. */
  interrupted(): void
}

export interface HearingDeps {
  readonly db: Queryable
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** The states of all authorities that the probe found are those we know, else they are read anew. */
  readonly areKnownStates: (states: string) => boolean
}

/** A revocation has to show within a second, whatever becomes of the connection. */
const provenForMs = 750
const probeEveryMs = 250
/** After this long a probe is given up and another one sent. */
const lostAfterMs = 2_000

interface Probe {
  readonly token: string
  readonly sentAt: Date
}

export function createHearing(deps: HearingDeps): Hearing {
  let provenAt: Date | null = null
  let probe: Probe | null = null
  /** Both have to come in: the notice, and the answer to the statement that sent it. */
  let isHeard = false
  let isKnown = false

  function send(now: Date): void {
    const sent = { token: deps.random.bytes(8).toString('hex'), sentAt: now }
    probe = sent
    isHeard = false
    isKnown = false
    sendProbe(deps.db, sent.token).then(
      (states) => {
        if (probe !== sent) return
        isKnown = deps.areKnownStates(states)
        settle(sent)
      },
      (error: unknown) => {
        deps.log.error('ocsp.probe-failed', error)
      },
    )
  }

  function settle(settled: Probe): void {
    if (isHeard && isKnown) provenAt = settled.sentAt
  }

  function isDue(now: Date): boolean {
    if (probe === null) return true
    const age = now.getTime() - probe.sentAt.getTime()
    const isBack = provenAt === probe.sentAt
    return age < 0 || age >= (isBack ? probeEveryMs : lostAfterMs)
  }

  return {
    isProven: (now) => {
      if (isDue(now)) send(now)
      if (provenAt === null) return false
      const age = now.getTime() - provenAt.getTime()
      return age >= 0 && age < provenForMs
    },
    heard: (token) => {
      if (probe?.token !== token) return
      isHeard = true
      settle(probe)
    },
    interrupted: () => {
      provenAt = null
      probe = null
    },
  }
}
