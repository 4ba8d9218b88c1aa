import { z } from 'zod'
import { CardFault } from '../../src/cards/card-fault.ts'
import {
  managementKeyAlgorithms,
  type CardIdentity,
  type SecretStanding,
} from '../../src/cards/desk-card.ts'
import { TerminalDeskRefused } from '../../src/terminals/desk-refused.ts'
import { faultOfCardError } from './card-faults.ts'

/** More than any object of a card holds. */
const maxText = 44_000
const bytes = z
  .base64()
  .max(maxText)
  .transform((text) => Buffer.from(text, 'base64'))
const tries = z.int().min(0).max(255).nullable()
const standing: z.ZodType<SecretStanding> = z.object({
  isDefault: z.boolean().nullable(),
  triesLeft: tries,
  triesTotal: tries,
})
const identity = z.object({
  cardUuid: z.guid().lowercase().nullable(),
  chuid: bytes.nullable(),
  hasCertificate: z.boolean(),
  chipSerial: z.string().max(40).nullable(),
  managementKey: z.object({
    algorithm: z.enum(managementKeyAlgorithms).nullable(),
    isDefault: z.boolean().nullable(),
  }),
  pin: standing,
  puk: standing,
}) satisfies z.ZodType<CardIdentity>
const nothing = z.null()

/** What an agent answers, an operation a row. */
const deskAnswers = {
  identify: identity,
  requestWitness: bytes.nullable(),
  sendProof: bytes.nullable(),
  setManagementKey: z.boolean(),
  setTries: nothing,
  changePuk: nothing,
  setPin: nothing,
  enterPin: nothing,
  changePin: nothing,
  generateKey: bytes,
  attest: bytes.nullable(),
  attestationAuthority: bytes.nullable(),
  sign: bytes,
  signChallenge: bytes,
  readObject: bytes.nullable(),
  putObject: nothing,
  readCertificate: bytes.nullable(),
  putCertificate: nothing,
  reset: nothing,
} as const
export type DeskMethod = keyof typeof deskAnswers
export type Answered<M extends DeskMethod> = z.output<(typeof deskAnswers)[M]>

const answerShape = z.union([
  z.object({
    fault: z.string().max(40),
    triesLeft: z.int().min(0).max(255).optional(),
    statusWord: z.int().min(0).max(0xffff).optional(),
  }),
  z.object({ value: z.unknown() }),
])

/** @throws CardFault, TerminalDeskRefused for what is no card's fault */
export function readDeskAnswer<M extends DeskMethod>(method: M, answer: unknown): Answered<M> {
  const { data } = answerShape.safeParse(answer)
  if (data === undefined) throw new TerminalDeskRefused('answer-malformed', { method })
  if ('fault' in data) throw faultOf(method, data)
  const read = deskAnswers[method].safeParse(data.value)
  if (!read.success) throw new TerminalDeskRefused('answer-malformed', { method })
  // The row of this very operation read it.
  return read.data as Answered<M>
}

const faultsOfDesk = {
  'no-prompt': 'no-prompt',
  'not-allowed': 'not-allowed',
  'not-known': 'agent-too-old',
} as const

function faultOf(
  method: DeskMethod,
  {
    fault,
    triesLeft,
    statusWord,
  }: {
    readonly fault: string
    readonly triesLeft?: number | undefined
    readonly statusWord?: number | undefined
  },
): Error {
  const facts = {
    method,
    ...(statusWord !== undefined && { statusWord: statusWord.toString(16) }),
    ...(triesLeft !== undefined && { triesLeft }),
  }
  if (fault === 'pin-cancelled') return new CardFault('pin-cancelled', facts)
  const desk = Object.entries(faultsOfDesk).find(([name]) => name === fault)
  if (desk !== undefined) return new TerminalDeskRefused(desk[1], facts)
  return new CardFault(faultOfCardError(fault) ?? 'unexpected-answer', facts)
}
