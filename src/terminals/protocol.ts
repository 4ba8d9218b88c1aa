import { z } from 'zod'
import type { SignInSlot } from '../holders/card-kind.ts'
import { deskAgentFrames, type DeskServiceFrame } from './desk-protocol.ts'

/**
 * The frames between agent and service: JSON text over one WebSocket that the agent dials. The
 * agent has its own description of the same format; the two share no code.
 */

export const channelSubprotocol = 'ecard-terminal.v1'

/** A longer frame, or one that is not JSON of a known shape, ends the connection. */
export const maxFrameBytes = 64 * 1024

/** Why the service ends a connection (4000–4999 are ours to assign, RFC 6455 §7.4.2). */
export const closeCodes = {
  goingAway: 1001,
  unavailable: 1013,
  malformed: 4400,
  notAuthenticated: 4401,
  withdrawn: 4403,
  tooSlow: 4408,
  replaced: 4409,
  tooMany: 4429,
} as const
export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes]

export type Language = 'vi' | 'en'

/** One name in both languages. */
export type LocalText = Readonly<Record<Language, string>>

/** Asks the terminal's user for a card. */
export interface SignInRequest {
  readonly type: 'sign-in'
  readonly challengeId: string
  /** 32 bytes in base64; the card signs these 44 characters, not the bytes. */
  readonly nonce: string
  readonly keySlot: SignInSlot
  readonly application: LocalText
  readonly office: LocalText | null
  /** Two digits that page and agent both show. */
  readonly number: string
  readonly language: Language
  /** ISO 8601. */
  readonly expiresAt: string
}

export interface CancelRequest {
  readonly type: 'cancel'
  readonly challengeId: string
}

/** Every step an agent reports; the page has words for each. */
export const progressSteps = [
  'no-reader',
  'waiting-for-card',
  'reading',
  'pin-needed',
  'signing',
  'card-removed',
  'wrong-pin',
  'pin-blocked',
  'not-our-card',
  'two-cards',
  'insert-card',
  'card-unreadable',
  'terminal-busy',
  'cancelled-at-terminal',
] as const
export type ProgressStep = (typeof progressSteps)[number]

/** After these the agent asks for no more cards; after the others it waits until expiry. */
export const finalSteps: ReadonlySet<ProgressStep> = new Set([
  'pin-blocked',
  'cancelled-at-terminal',
])

/** Lower case alone: what is compared and signed must have one spelling. */
const lowerCaseGuid = z.guid().lowercase()

const progressFrame = z.object({
  type: z.literal('progress'),
  challengeId: lowerCaseGuid,
  step: z.enum(progressSteps),
  triesLeft: z.number().int().min(0).max(15).optional(),
})
export type Progress = z.infer<typeof progressFrame>

const authTokenFrame = z.object({
  type: z.literal('auth-token'),
  challengeId: lowerCaseGuid,
  /** The card's GUID as the terminal read it: a hint for the look-up, proof of nothing. */
  cardUuid: lowerCaseGuid,
  keySlot: z.enum(['9A', '9E']),
  /** Judged by card authentication, which has a refusal for everything that can be wrong here. */
  token: z.unknown().optional(),
  terminalSignature: z.string().max(4096).optional(),
})
export type ReceivedAuthToken = z.infer<typeof authTokenFrame>

const readersFrame = z.object({
  type: z.literal('readers'),
  readers: z.array(z.object({ name: z.string().max(256), cardPresent: z.boolean() })).max(32),
})
export type ReadersFrame = z.infer<typeof readersFrame>

const authenticateFrame = z.object({
  type: z.literal('authenticate'),
  terminalId: lowerCaseGuid,
  proof: z.string().max(4096),
})
export type AuthenticateFrame = z.infer<typeof authenticateFrame>

const agentFrame = z.discriminatedUnion('type', [
  authenticateFrame,
  readersFrame,
  progressFrame,
  authTokenFrame,
  z.object({ type: z.literal('pairing-request') }),
  ...deskAgentFrames,
])
export type AgentFrame = z.infer<typeof agentFrame>

/** The frame that `text` holds, or null when it is none; fields we do not know are dropped. */
export function parseAgentFrame(text: string): AgentFrame | null {
  try {
    return agentFrame.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

/** What the service sends. */
export type ServiceFrame =
  | { readonly type: 'hello'; readonly nonce: string; readonly issuer: string }
  | {
      readonly type: 'welcome'
      readonly terminal: { readonly id: string; readonly name: string; readonly mode: string }
    }
  | { readonly type: 'pairing'; readonly url: string; readonly expiresInSeconds: number }
  | SignInRequest
  | CancelRequest
  | DeskServiceFrame
