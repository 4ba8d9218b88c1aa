/**
 * A node's part in a desk: it passes frames on between the terminals that it holds and whoever
 * opened a desk there, and reads no more of them than where they go.
 */
import type { Database } from '../db/pool.ts'
import type { Log } from '../log.ts'
import type { Random } from '../random.ts'
import {
  deskChannel,
  listenForDeskMessages,
  nodesChannel,
  tellDeskMessage,
} from './desk-message-store.ts'
import {
  readToNodes,
  type DeskAgentFrame,
  type DeskOpenFrame,
  type FromNode,
  type ToNodes,
} from './desk-protocol.ts'
import type { TerminalGuest, TerminalLine } from './terminal-guest.ts'
import type { TerminalStore } from './terminal-store.ts'

export interface DeskRelayDeps {
  readonly db: Pick<Database, 'listen' | 'query'>
  readonly terminals: Pick<TerminalStore, 'find'>
  readonly random: Random
  readonly log: Log
}

/** One more than a terminal ever has: what ended is forgotten with the next. */
const maxDesks = 4

interface RelayDeps extends DeskRelayDeps {
  /** What is being told. */
  readonly telling: Set<Promise<void>>
}

interface HeldLine {
  readonly line: TerminalLine
  /** The desks that were opened over this connection lately, the newest last. */
  desks: readonly string[]
}

/** @throws DatabaseUnavailable */
export async function openDeskRelay(
  given: DeskRelayDeps,
): Promise<{ readonly guest: TerminalGuest; close(): Promise<void> }> {
  const deps: RelayDeps = { ...given, telling: new Set() }
  const held = new Map<string, HeldLine>()
  const passOn = (text: string): void => {
    const message = readToNodes(text)
    const one = message === null ? undefined : held.get(message.terminalId)
    if (message !== null && one !== undefined) void passToAgent(deps, one, message)
  }
  // A message may have been lost: its desk would wait for an answer that never comes.
  const endAll = (): void => {
    for (const one of held.values()) {
      for (const deskId of one.desks) one.line.send({ type: 'desk-close', deskId })
      endDesks(deps, one)
    }
  }
  const stop = await listenForDeskMessages(deps.db, nodesChannel, {
    onText: passOn,
    onGap: endAll,
  })
  const guest: TerminalGuest = {
    opened: (line) => {
      held.set(line.terminal.id, { line, desks: [] })
    },
    heard: (line, frame) => {
      const one = held.get(line.terminal.id)
      if (one?.line !== line || frame.type === 'readers') return
      passBack(deps, one, frame)
    },
    closed: (line) => {
      const one = held.get(line.terminal.id)
      if (one?.line !== line) return
      held.delete(line.terminal.id)
      endDesks(deps, one)
    },
  }
  return {
    guest,
    close: async () => {
      await Promise.all(deps.telling)
      await stop()
    },
  }
}

async function passToAgent(deps: RelayDeps, one: HeldLine, { frame }: ToNodes): Promise<void> {
  if (frame.type !== 'desk-open') {
    if (one.desks.includes(frame.deskId)) one.line.send(frame)
    return
  }
  const { deskId } = frame
  if (!(await mayOpen(deps, one, frame))) {
    await tell(deps, deskId, { type: 'not-a-desk' })
    return
  }
  one.desks = [...one.desks, deskId].slice(-maxDesks)
  deps.log.info('desk.opening', {
    terminalId: one.line.terminal.id,
    deskId,
    purpose: frame.purpose,
  })
  // Said first: an answer of the agent comes after it.
  await tell(deps, deskId, { type: 'passed-on' })
  one.line.send(frame)
}

/** As the registry says now: what the connection knew of its terminal may have changed since. */
async function mayOpen(
  { terminals, log }: DeskRelayDeps,
  { line }: HeldLine,
  { purpose }: DeskOpenFrame,
): Promise<boolean> {
  try {
    const terminal = await terminals.find(line.terminal.id)
    return terminal?.state === 'active' && (purpose !== 'issue' || terminal.isDesk)
  } catch (error) {
    log.error('desk.not-judged', error, { terminalId: line.terminal.id })
    return false
  }
}

/** A terminal is heard about desks that were opened at it, and about no others. */
function passBack(deps: RelayDeps, one: HeldLine, frame: DeskAgentFrame): void {
  if (!one.desks.includes(frame.deskId)) return
  if (frame.type === 'desk-closed' || frame.type === 'desk-refused') {
    one.desks = one.desks.filter((deskId) => deskId !== frame.deskId)
  }
  void tell(deps, frame.deskId, frame)
}

function endDesks(deps: RelayDeps, one: HeldLine): void {
  for (const deskId of one.desks) void tell(deps, deskId, { type: 'connection-lost' })
  one.desks = []
}

/** Never rejects: whoever opened the desk gives up when it hears nothing. */
async function tell(deps: RelayDeps, deskId: string, message: FromNode): Promise<void> {
  const told = tellDeskMessage(deps, deskChannel(deskId), message).catch((error: unknown) => {
    deps.log.error('desk.not-told', error, { deskId, type: message.type })
  })
  deps.telling.add(told)
  await told
  deps.telling.delete(told)
}
