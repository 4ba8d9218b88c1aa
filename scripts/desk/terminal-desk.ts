import { performance } from 'node:perf_hooks'
import { answerWitness, managementKeyAlgorithms } from '../../card-reader/piv-management-key.ts'
import { CardFault } from '../../src/cards/card-fault.ts'
import type { CardDesk, DeskCard, ManagementKeyValue } from '../../src/cards/desk-card.ts'
import type { Database } from '../../src/db/pool.ts'
import type { Random } from '../../src/random.ts'
import type { DeskPurpose } from '../../src/terminals/desk-protocol.ts'
import {
  DeskCardMissing,
  openDeskSession,
  type DeskSession,
  type DeskSessionTiming,
} from '../../src/terminals/desk-session.ts'
import { checkCanHaveDesk, findTerminal } from '../../src/terminals/find-terminal.ts'
import { createTerminalStore } from '../../src/terminals/terminal-store.ts'
import type { Language } from '../words/language.ts'
import { asCardFault } from './card-faults.ts'
import { readDeskAnswer, type Answered, type DeskMethod } from './desk-answers.ts'
import type { Trace } from './trace-channel.ts'

export interface TerminalDeskOptions {
  readonly db: Pick<Database, 'listen' | 'query'>
  readonly random: Random
  /** Id or name. */
  readonly terminal: string
  readonly purpose: DeskPurpose
  /** A part of the name of a reader there; null: the one with a card. */
  readonly reader: string | null
  readonly language: Language
  /** null: nothing is told. */
  readonly trace: Trace | null
  /** Told the number that the terminal shows too, before each card. */
  readonly onOpening?: (opening: { readonly name: string; readonly number: string }) => void
  readonly timing?: DeskSessionTiming
}

/**
 * The reader of a terminal as issuing desk, by the terminal's own channel. The holder types the
 * PIN there and it does not leave that computer; all else travels sealed for its agent.
 *
 * @throws TerminalDeskRefused
 */
export async function openTerminalDesk(options: TerminalDeskOptions): Promise<CardDesk> {
  const { db, random, purpose, reader, language, timing } = options
  const terminals = createTerminalStore(db)
  const { id, name } = await findTerminal(terminals, options.terminal)
  const openCard = async (): Promise<DeskSession> => {
    const terminal = await findTerminal(terminals, id)
    checkCanHaveDesk(terminal, purpose)
    const number = String(10 + random.below(90))
    options.onOpening?.({ name, number })
    const deps = { db, random, ...(timing !== undefined && { timing }) }
    return openDeskSession(deps, { terminal, purpose, reader, number, language })
  }
  return {
    name,
    withCard: async (work) => {
      const session = await openCard().catch(throwAsCardFault)
      try {
        return await work(remoteCard(tracedAsk(session, options.trace), random))
      } finally {
        await session.close()
      }
    },
    close: () => Promise.resolve(),
  }
}

function throwAsCardFault(error: unknown): never {
  if (error instanceof DeskCardMissing) throw new CardFault(error.reason, {}, { cause: error })
  throw error
}

type Ask = <M extends DeskMethod>(method: M, given?: object) => Promise<Answered<M>>

function tracedAsk(session: DeskSession, trace: Trace | null): Ask {
  return async (method, given = {}) => {
    const begin = performance.now()
    try {
      return readDeskAnswer(method, await session.ask({ method, ...given }))
    } finally {
      trace?.(`${method.padEnd(22)}${(performance.now() - begin).toFixed(1).padStart(9)} ms`)
    }
  }
}

/** The key stays here: what the card asks is answered, and its answer judged, from far away. */
async function authenticate(ask: Ask, key: ManagementKeyValue, random: Random): Promise<boolean> {
  const { algorithm } = key
  const encrypted = await ask('requestWitness', { algorithm })
  if (encrypted === null) return false
  const challenge = random.bytes(managementKeyAlgorithms[algorithm].blockBytes)
  const { witness, isRight } = answerWitness(key, encrypted, challenge)
  const proof = { witness: base64(witness), challenge: base64(challenge) }
  const response = await ask('sendProof', { algorithm, ...proof })
  return response !== null && isRight(response)
}

function remoteCard(ask: Ask, random: Random): DeskCard {
  const done = (): void => undefined
  return {
    identify: () => ask('identify'),
    authenticate: (key) => asCardFault(() => authenticate(ask, key, random)),
    setManagementKey: (key) => ask('setManagementKey', { key: asText(key) }),
    setTries: (tries) => ask('setTries', tries).then(done),
    changePuk: ({ from, to }) =>
      ask('changePuk', { from: base64(from), to: base64(to) }).then(done),
    setPin: (puk, rules) => ask('setPin', { puk: base64(puk), rules }).then(done),
    enterPin: () => ask('enterPin').then(done),
    changePin: (rules) => ask('changePin', { rules }).then(done),
    generateKey: (slot, { algorithm, pinPolicy }) =>
      ask('generateKey', { slot, algorithm, pinPolicy }),
    attest: (slot) => ask('attest', { slot }),
    attestationAuthority: () => ask('attestationAuthority'),
    sign: (slot, { algorithm, digest }) => ask('sign', { slot, algorithm, digest: base64(digest) }),
    signChallenge: ({ algorithm, nonce }) => ask('signChallenge', { algorithm, nonce }),
    readObject: (name) => ask('readObject', { name }),
    putObject: (name, content) => ask('putObject', { name, content: base64(content) }).then(done),
    readCertificate: (slot) => ask('readCertificate', { slot }),
    putCertificate: (slot, der) => ask('putCertificate', { slot, der: base64(der) }).then(done),
    reset: () => ask('reset').then(done),
  }
}

function asText({ algorithm, bytes }: ManagementKeyValue): object {
  return { algorithm, bytes: base64(bytes) }
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64')
}
