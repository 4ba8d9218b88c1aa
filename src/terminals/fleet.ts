/**
 * Which terminals are connected, in the registry: for administrators, whose commands do not always
 * reach the nodes' own store. Nothing rests on it: a write that fails is told and let be.
 */
import type { Clock } from '../clock.ts'
import type { Queryable } from '../db/pool.ts'
import type { Log } from '../log.ts'
import {
  endConnection,
  insertConnection,
  setConnectionReaders,
  touchConnections,
  type KnownConnection,
} from './connection-store.ts'
import type { TerminalGuest, TerminalLine } from './terminal-guest.ts'

/** How often a node says of all its terminals that they are there. */
const touchMs = 60_000
/** A node that was killed says nothing: what it held is away after two times that. */
export const seenWithinMs = 150_000

export interface FleetDeps {
  readonly db: Queryable
  readonly clock: Clock
  readonly log: Log
}

interface Held {
  /** What is written of one connection is written in order. */
  work: Promise<void>
  /** As last written. */
  readers: string
}

export function watchFleet(deps: FleetDeps): {
  readonly guest: TerminalGuest
  close(): Promise<void>
} {
  const { db, clock, log } = deps
  const held = new Map<TerminalLine, Held>()
  const ending = new Set<Promise<void>>()
  const write = (line: TerminalLine, one: Held, task: () => Promise<void>): void => {
    one.work = one.work.then(task).catch((error: unknown) => {
      log.error('fleet.not-written', error, { terminalId: line.terminal.id })
    })
  }
  const timer = setInterval(() => {
    const ids = [...held.keys()].map(({ connectionId }) => connectionId)
    if (ids.length === 0) return
    touchConnections(db, ids, clock.now()).catch((error: unknown) => {
      log.error('fleet.not-written', error, { connections: ids.length })
    })
  }, touchMs)
  timer.unref()
  const guest: TerminalGuest = {
    opened: (line) => {
      const one = { work: Promise.resolve(), readers: '' }
      held.set(line, one)
      write(line, one, () => insertConnection(db, { ...nameOf(line), at: clock.now() }))
    },
    heard: (line, frame) => {
      const one = held.get(line)
      if (one === undefined || frame.type !== 'readers') return
      const names = frame.readers.map(({ name }) => name)
      // Cards come and go all day; readers hardly ever.
      if (names.join('\n') === one.readers) return
      one.readers = names.join('\n')
      write(line, one, () => setConnectionReaders(db, nameOf(line), names))
    },
    closed: (line) => {
      const one = held.get(line)
      held.delete(line)
      if (one === undefined) return
      write(line, one, () => endConnection(db, { ...nameOf(line), at: clock.now() }))
      const { work } = one
      ending.add(work)
      void work.finally(() => ending.delete(work))
    },
  }
  return {
    guest,
    close: async () => {
      clearInterval(timer)
      await Promise.all(ending)
    },
  }
}

function nameOf({ terminal, connectionId }: TerminalLine) {
  return { terminalId: terminal.id, connectionId }
}

/** Whether a node has said lately that the terminal is connected. */
export function isConnected(connection: KnownConnection | null, now: Date): boolean {
  if (connection === null || connection.leftAt !== null) return false
  return now.getTime() - connection.seenAt.getTime() < seenWithinMs
}
