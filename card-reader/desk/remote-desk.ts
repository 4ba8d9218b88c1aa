/**
 * This terminal as a desk for somebody far away: one card, one desk at a time, told over the
 * channel what to do with it. Card and prompt are here; what travels is sealed.
 */
import { randomBytes } from 'node:crypto'
import type { CardPort } from '../card-port.ts'
import { describeError, type Log } from '../log.ts'
import type { PinPrompt } from '../pin-prompt/pin-prompt.ts'
import type { AgentFrame, DeskEnd, DeskFrame, DeskOpen, DeskRefusal } from '../protocol.ts'
import { guardChannel } from '../guarded-channel.ts'
import { CardError } from '../status-word.ts'
import type { Signatory, TerminalKey } from '../terminal-key.ts'
import { answerDeskCommand } from './answer-desk-command.ts'
import { cardOperations } from './card-operations.ts'
import { findDeskReader } from './desk-reader.ts'
import { agreeOnSeal, type DeskSeal } from './desk-seal.ts'
import { describeDesk, type DeskNotice } from './desk-texts.ts'
import { createMailbox, type Mailbox } from './mailbox.ts'
import { promptedPins } from './prompted-pins.ts'

export interface RemoteDeskDeps {
  readonly cardPort: CardPort
  readonly pinPrompt: PinPrompt
  readonly key: TerminalKey
  readonly signatory: Signatory
  readonly log: Log
  readonly timing: DeskTiming
  /** Whether the person who runs this agent made it an issuing desk. */
  readonly issuesCards: boolean
  /** Whether a sign-in waits for a card or has one. */
  isBusy(): boolean
  send(frame: AgentFrame): boolean
}

export interface DeskTiming {
  /** Without a word from whoever opened the desk for so long, in milliseconds, it ends. */
  readonly silenceMs: number
  /** No desk is open for longer than this, in milliseconds. */
  readonly longestMs: number
}

export const deskTiming: DeskTiming = { silenceMs: 20_000, longestMs: 15 * 60_000 }

export interface RemoteDesk {
  hear(frame: DeskFrame): void
  isOpen(): boolean
  /** Resolves when no card is in use any more. */
  untilFree(): Promise<void>
  /** Ends the desk that is open: there is nobody to answer, or this agent stops. */
  hangUp(): Promise<void>
}

interface OpenDesk {
  readonly request: DeskOpen
  readonly ending: AbortController
  readonly mailbox: Mailbox
  readonly silence: NodeJS.Timeout
  /** Whether the service was told so. */
  isOpened: boolean
  end: DeskEnd
}

export function createRemoteDesk(deps: RemoteDeskDeps): RemoteDesk {
  let current: OpenDesk | null = null
  let turn: Promise<void> = Promise.resolve()
  const finish = (desk: OpenDesk, end: DeskEnd): void => {
    if (desk.ending.signal.aborted) return
    desk.end = end
    desk.ending.abort()
  }
  const open = (request: DeskOpen): void => {
    const refusal = refusalOf(deps, request, current !== null)
    if (refusal !== null) {
      deps.send({ type: 'desk-refused', deskId: request.deskId, reason: refusal })
      return
    }
    const desk = openDesk(
      request,
      (end) => {
        finish(desk, end)
      },
      deps.timing,
    )
    current = desk
    turn = serve(deps, desk).finally(() => {
      current = null
    })
  }
  return {
    hear: (frame) => {
      if (frame.type === 'desk-open') {
        open(frame)
        return
      }
      // Of a desk that has ended: whoever opened it has been told.
      if (current?.request.deskId !== frame.deskId) return
      current.silence.refresh()
      if (frame.type === 'desk-close') finish(current, 'done')
      else if (frame.type === 'desk-alive') deps.send({ type: 'desk-alive', deskId: frame.deskId })
      else if (!current.mailbox.put(frame.sealed)) finish(current, 'message-altered')
    },
    isOpen: () => current !== null,
    untilFree: () => turn,
    hangUp: async () => {
      if (current !== null) finish(current, 'stopped')
      await turn
    },
  }
}

function refusalOf(
  deps: RemoteDeskDeps,
  { purpose, reader }: DeskOpen,
  isOpen: boolean,
): DeskRefusal | null {
  if (isOpen || deps.isBusy()) return 'busy'
  if (purpose === 'issue' && !deps.issuesCards) return 'not-a-desk'
  const found = findDeskReader(deps.cardPort.readers(), reader)
  return 'refusal' in found ? found.refusal : null
}

function openDesk(
  request: DeskOpen,
  finish: (end: DeskEnd) => void,
  { silenceMs, longestMs }: DeskTiming,
): OpenDesk {
  const ending = new AbortController()
  const silence = setTimeout(() => {
    finish('silent')
  }, silenceMs)
  const longest = setTimeout(() => {
    finish('out-of-time')
  }, longestMs)
  ending.signal.addEventListener('abort', () => {
    clearTimeout(silence)
    clearTimeout(longest)
  })
  return {
    request,
    ending,
    mailbox: createMailbox(ending.signal),
    silence,
    isOpened: false,
    end: 'done',
  }
}

/** From the card's first command to its release. Never rejects. */
async function serve(deps: RemoteDeskDeps, desk: OpenDesk): Promise<void> {
  const { request, ending } = desk
  const { deskId, purpose } = request
  notify(deps, request, 'opened')
  try {
    const seal = agreeOnSeal(request, deps.signatory.terminalId)
    if (seal === null) {
      deps.send({ type: 'desk-refused', deskId, reason: 'bad-key' })
      return
    }
    await withCard(deps, desk, async (answer) => {
      const statement = await stateDesk(deps, request, seal)
      desk.isOpened = deps.send({ type: 'desk-opened', deskId, statement })
      deps.log.info('desk.opened', { deskId, purpose })
      await converse(deps, { desk, seal, answer })
    })
  } catch (error) {
    if (!ending.signal.aborted) deps.log.error('desk.failed', error, { deskId })
    if (!desk.isOpened && error instanceof CardError) {
      deps.send({ type: 'desk-refused', deskId, reason: 'card-removed' })
    }
  } finally {
    ending.abort()
    deps.log.info('desk.ended', { deskId, reason: desk.end })
    if (desk.isOpened) deps.send({ type: 'desk-closed', deskId, reason: desk.end })
    notify(deps, request, 'ended')
  }
}

type Answer = (message: unknown) => Promise<unknown>

function withCard(
  { cardPort, pinPrompt, signatory, log }: RemoteDeskDeps,
  { request, ending }: OpenDesk,
  work: (answer: Answer) => Promise<void>,
): Promise<void> {
  const { signal } = ending
  const found = findDeskReader(cardPort.readers(), request.reader)
  if ('refusal' in found) throw new CardError('card-removed')
  return cardPort.withCard(found.name, async (channel) => {
    // It may have waited for its turn longer than anybody waited for it.
    signal.throwIfAborted()
    const { number, language, purpose } = request
    const shown = { application: describeDesk(purpose), number, language, signal }
    const { operations, forget } = cardOperations(guardChannel(channel, { signal, log }), {
      pins: promptedPins(pinPrompt, shown),
      randomBytes,
    })
    try {
      const terms = { purpose, origin: signatory.issuer }
      await work((message) => answerDeskCommand(operations, message, terms))
    } finally {
      forget()
    }
  })
}

/** One command after the other, until the desk ends. */
async function converse(
  deps: RemoteDeskDeps,
  { desk, seal, answer }: { desk: OpenDesk; seal: DeskSeal; answer: Answer },
): Promise<void> {
  const { deskId } = desk.request
  for (;;) {
    const sealed = await desk.mailbox.next()
    if (sealed === null) return
    const message = await seal.open(sealed).catch((error: unknown) => {
      desk.end = 'message-altered'
      deps.log.warn('desk.message-altered', { deskId, ...describeError(error) })
      throw error
    })
    const answered = await answer(message)
    deps.send({ type: 'desk-answer', deskId, sealed: await seal.seal(answered) })
  }
}

function stateDesk(
  { key, signatory }: RemoteDeskDeps,
  { deskId, purpose, nonce, publicKey: deskKey }: DeskOpen,
  { agentKey }: DeskSeal,
): Promise<string> {
  return key.signDesk({ deskId, purpose, nonce, deskKey, agentKey }, signatory)
}

function notify(
  { pinPrompt }: RemoteDeskDeps,
  { purpose, number, language }: DeskOpen,
  step: DeskNotice,
): void {
  const application = describeDesk(purpose)
  pinPrompt.notify({ application, number, language, step })
}
