/**
 * The end of a desk that is not at the terminal: opens it, makes sure that it is that terminal,
 * and asks one thing after the other of the card there. Every message is sealed for the agent.
 */
import type { Database } from '../db/pool.ts'
import type { Random } from '../random.ts'
import { createDeskInbox, type DeskInbox } from './desk-inbox.ts'
import {
  deskChannel,
  listenForDeskMessages,
  nodesChannel,
  tellDeskMessage,
} from './desk-message-store.ts'
import {
  readFromNode,
  type DeskOpenFrame,
  type DeskPurpose,
  type DeskServiceFrame,
  type FromNode,
} from './desk-protocol.ts'
import { TerminalDeskRefused, type DeskRefusal } from './desk-refused.ts'
import { makeDeskKey, sealWith, type DeskSeal } from './desk-seal.ts'
import type { Language } from './protocol.ts'
import type { TerminalStanding } from './terminal.ts'

export interface DeskSessionDeps {
  readonly db: Pick<Database, 'listen' | 'query'>
  readonly random: Random
  /** Default `deskSessionTiming`. */
  readonly timing?: DeskSessionTiming
}

/** All in milliseconds. */
export interface DeskSessionTiming {
  /** Until the node that has the terminal's connection says so. */
  readonly nodeMs: number
  /** From then until the agent's answer: the card is powered up meanwhile. */
  readonly agentMs: number
  /** Between two signs of life. */
  readonly aliveMs: number
  /** Without any word of the agent for so long the desk is lost. */
  readonly silenceMs: number
}

export const deskSessionTiming: DeskSessionTiming = {
  nodeMs: 3000,
  agentMs: 10_000,
  aliveMs: 5000,
  silenceMs: 20_000,
}

export interface DeskSessionRequest {
  readonly terminal: TerminalStanding
  readonly purpose: DeskPurpose
  /** A part of the reader's name; null: the one with a card. */
  readonly reader: string | null
  /** Shown at both ends. */
  readonly number: string
  readonly language: Language
}

export interface DeskSession {
  /**
   * What the agent says to `message`; one at a time.
   *
   * @throws TerminalDeskRefused
   */
  ask(message: object): Promise<unknown>
  /** Lets go of the card and waits a moment until it is. Never rejects. */
  close(): Promise<void>
}

/** The desk was not opened because of card or reader; `reason` is the agent's word for it. */
export class DeskCardMissing extends Error {
  readonly reason: CardAbsence

  constructor(reason: CardAbsence) {
    super(`no card: ${reason}`)
    this.reason = reason
  }
}

const cardAbsences = [
  'no-such-reader',
  'no-card',
  'two-cards',
  'storage-card',
  'card-removed',
] as const
export type CardAbsence = (typeof cardAbsences)[number]

/**
 * Opens a desk at the terminal's reader, where a card lies.
 *
 * @throws TerminalDeskRefused, DeskCardMissing, DatabaseUnavailable
 */
export async function openDeskSession(
  deps: DeskSessionDeps,
  request: DeskSessionRequest,
): Promise<DeskSession> {
  const deskId = deps.random.uuid()
  const timing = deps.timing ?? deskSessionTiming
  const line = await openLine(deps, { deskId, terminalId: request.terminal.id, timing })
  try {
    const seal = await agree(deps, { request, deskId, line, timing })
    return sessionOn(line, { seal, waitsMs: timing.nodeMs })
  } catch (error) {
    await line.close({ waitsMs: 0 })
    throw error
  }
}

interface Line {
  readonly inbox: DeskInbox
  send(frame: DeskServiceFrame): Promise<void>
  /**
   * The agent is told that it is over, and waited for until it has let go of the card. Never
   * rejects.
   */
  close(options: { readonly waitsMs: number }): Promise<void>
  readonly deskId: string
}

async function openLine(
  deps: DeskSessionDeps,
  { deskId, terminalId, timing }: { deskId: string; terminalId: string; timing: DeskSessionTiming },
): Promise<Line> {
  const inbox = createDeskInbox()
  const lose = (reason: DeskRefusal): void => {
    inbox.fail(new TerminalDeskRefused(reason, { terminalId }))
  }
  let isClosed = (): void => undefined
  const closed = new Promise<void>((resolve) => {
    isClosed = resolve
  })
  const silence = setTimeout(() => {
    lose('connection-lost')
  }, timing.silenceMs)
  const hear = (message: FromNode): void => {
    silence.refresh()
    if (message.type === 'desk-alive') return
    const end = endOf(message)
    if (end === null) inbox.put(message)
    else lose(end)
    if (end !== null) isClosed()
  }
  const stopListening = await listenForDeskMessages(deps.db, deskChannel(deskId), {
    onText: (text) => {
      const message = readFromNode(text)
      if (message !== null) hear(message)
    },
    onGap: () => {
      lose('connection-lost')
    },
  })
  const send = (frame: DeskServiceFrame): Promise<void> =>
    tellDeskMessage(deps, nodesChannel, { terminalId, frame })
  const alive = setInterval(() => {
    send({ type: 'desk-alive', deskId }).catch(() => {
      lose('connection-lost')
    })
  }, timing.aliveMs)
  return {
    ...{ inbox, send, deskId },
    close: async ({ waitsMs }) => {
      clearInterval(alive)
      clearTimeout(silence)
      const patience = setTimeout(isClosed, waitsMs)
      await send({ type: 'desk-close', deskId }).then(() => closed, isClosed)
      clearTimeout(patience)
      await stopListening().catch(() => undefined)
    },
  }
}

const ends: Readonly<Record<string, DeskRefusal>> = {
  'message-altered': 'message-altered',
  'out-of-time': 'out-of-time',
}

/** Why the desk is over with this message; null where it is not. */
function endOf(message: FromNode): DeskRefusal | null {
  if (message.type === 'connection-lost') return 'connection-lost'
  return message.type === 'desk-closed' ? (ends[message.reason] ?? 'connection-lost') : null
}

const refusals: Readonly<Record<string, DeskRefusal>> = {
  busy: 'busy',
  'not-a-desk': 'agent-not-a-desk',
}

async function agree(
  { random }: DeskSessionDeps,
  {
    request,
    deskId,
    line,
    timing,
  }: { request: DeskSessionRequest; deskId: string; line: Line; timing: DeskSessionTiming },
): Promise<DeskSeal> {
  const { terminal, purpose, reader, number, language } = request
  const facts = { terminalId: terminal.id }
  const key = makeDeskKey()
  const nonce = random.bytes(32).toString('base64')
  const terms = { deskId, purpose, nonce, publicKey: key.publicKey }
  const frame: DeskOpenFrame = { type: 'desk-open', ...terms, reader, number, language }
  await line.send(frame)
  const passed = await line.inbox.next({ ms: timing.nodeMs, fault: 'offline' })
  if (passed.type === 'not-a-desk') throw new TerminalDeskRefused('not-a-desk', facts)
  const answer = await line.inbox.next({ ms: timing.agentMs, fault: 'agent-too-old' })
  if (answer.type === 'desk-refused') throw refusedBy(answer.reason, facts)
  if (answer.type !== 'desk-opened') throw new TerminalDeskRefused('answer-malformed', facts)
  const seal = sealWith(terminal, answer.statement, { terms, key })
  if (seal === null) throw new TerminalDeskRefused('not-the-terminal', facts)
  return seal
}

function refusedBy(reason: string, facts: { terminalId: string }): Error {
  const absence = cardAbsences.find((one) => one === reason)
  if (absence !== undefined) return new DeskCardMissing(absence)
  return new TerminalDeskRefused(refusals[reason] ?? 'answer-malformed', facts)
}

function sessionOn(
  line: Line,
  { seal, waitsMs }: { readonly seal: DeskSeal; readonly waitsMs: number },
): DeskSession {
  let turn: Promise<unknown> = Promise.resolve()
  const ask = async (message: object): Promise<unknown> => {
    const sealed = await seal.seal(message)
    await line.send({ type: 'desk-command', deskId: line.deskId, sealed })
    const answer = await line.inbox.next(null)
    if (answer.type !== 'desk-answer') throw new TerminalDeskRefused('answer-malformed')
    try {
      return await seal.open(answer.sealed)
    } catch (cause) {
      const altered = new TerminalDeskRefused('message-altered', {}, { cause })
      line.inbox.fail(altered)
      throw altered
    }
  }
  return {
    ask: (message) => {
      const asked = turn.then(() => ask(message))
      turn = asked.catch(() => undefined)
      return asked
    },
    close: () => line.close({ waitsMs }),
  }
}
