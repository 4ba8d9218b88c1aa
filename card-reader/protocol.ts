import { z } from 'zod'

/**
 * The agent's end of the conversation with the service: JSON text frames over one WebSocket,
 * each at most 64 KiB. The service has its own end; the two share a format, not code.
 */
export const subprotocol = 'ecard-terminal.v1'
export const maxFrameBytes = 64 * 1024

/** Close codes of the service that mean more than "try again". */
export const closeCodes = { notAuthenticated: 4401, withdrawn: 4403, replaced: 4409 } as const

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

export type SignInSlot = '9A' | '9E'

/** The longest name we are ready to show. */
const localText = z.object({ vi: z.string().max(300), en: z.string().max(300) })
export type LocalText = z.infer<typeof localText>

const hello = z.object({
  type: z.literal('hello'),
  nonce: z.base64().min(44).max(128),
  issuer: z.string().max(300),
})

const welcome = z.object({
  type: z.literal('welcome'),
  terminal: z.object({
    id: z.string().max(64),
    name: z.string().max(300),
    mode: z.enum(['managed', 'personal']),
  }),
})

const signIn = z.object({
  type: z.literal('sign-in'),
  challengeId: z.string().min(1).max(128),
  /** Signed as it travelled: the base64 string, not the bytes in it. Bounds of Web eID. */
  nonce: z.base64().min(44).max(128),
  keySlot: z.enum(['9A', '9E']),
  application: localText,
  office: localText.nullable(),
  number: z.string().max(8),
  language: z.enum(['vi', 'en']),
  expiresAt: z.iso.datetime({ offset: true }),
})

const cancel = z.object({
  type: z.literal('cancel'),
  challengeId: z.string().min(1).max(128),
})

const pairing = z.object({
  type: z.literal('pairing'),
  url: z.url().max(2000),
  expiresInSeconds: z.number().positive(),
})

export const deskPurposes = ['issue', 'unblock', 'read', 'operator-sign-in'] as const
/** What a desk is opened for; it decides what this terminal does with the card. */
export type DeskPurpose = (typeof deskPurposes)[number]

/** Asks for the card on this terminal's reader, to be worked on from far away. */
const deskOpen = z.object({
  type: z.literal('desk-open'),
  deskId: z.guid().lowercase(),
  purpose: z.enum(deskPurposes),
  /** 32 bytes; whoever opens the desk knows our answer by it. */
  nonce: z.base64().length(44),
  /** The key of whoever opens the desk: P-256, SubjectPublicKeyInfo DER. */
  publicKey: z.base64().max(256),
  /** A part of the reader's name, where there are several. */
  reader: z.string().max(256).nullable(),
  number: z.string().max(8),
  language: z.enum(['vi', 'en']),
})

/** A command, sealed for this desk. */
const deskCommand = z.object({
  type: z.literal('desk-command'),
  deskId: z.guid().lowercase(),
  sealed: z.string().max(60_000),
})

/** Whoever opened the desk is still there; answered in kind. */
const deskAlive = z.object({ type: z.literal('desk-alive'), deskId: z.guid().lowercase() })
const deskClose = z.object({ type: z.literal('desk-close'), deskId: z.guid().lowercase() })

const serviceFrame = z.discriminatedUnion('type', [
  hello,
  welcome,
  signIn,
  cancel,
  pairing,
  deskOpen,
  deskCommand,
  deskAlive,
  deskClose,
])

/** What the service sends. Unknown fields are dropped, so that it may learn new ones. */
export type ServiceFrame = z.infer<typeof serviceFrame>
export type SignInRequest = z.infer<typeof signIn>
export type DeskOpen = z.infer<typeof deskOpen>
export type DeskFrame =
  DeskOpen | z.infer<typeof deskCommand> | z.infer<typeof deskAlive> | z.infer<typeof deskClose>
export type PairingLink = Omit<z.infer<typeof pairing>, 'type'>
export type Language = SignInRequest['language']

/** A Web eID authentication token; the certificate may be absent for a card we remember. */
export interface AuthToken {
  readonly format: 'web-eid:1.0'
  readonly unverifiedCertificate?: string
  readonly algorithm: 'ES256' | 'ES384' | 'RS256'
  readonly signature: string
  readonly appVersion: string
}

/** What the agent sends. */
export type AgentFrame =
  | { readonly type: 'authenticate'; readonly terminalId: string; readonly proof: string }
  | { readonly type: 'pairing-request' }
  | { readonly type: 'readers'; readonly readers: readonly ReaderReport[] }
  | {
      readonly type: 'progress'
      readonly challengeId: string
      readonly step: ProgressStep
      readonly triesLeft?: number
    }
  | {
      readonly type: 'auth-token'
      readonly challengeId: string
      readonly cardUuid: string
      readonly keySlot: SignInSlot
      readonly token: AuthToken
      readonly terminalSignature: string
    }
  | { readonly type: 'desk-opened'; readonly deskId: string; readonly statement: string }
  | { readonly type: 'desk-refused'; readonly deskId: string; readonly reason: DeskRefusal }
  | { readonly type: 'desk-answer'; readonly deskId: string; readonly sealed: string }
  | { readonly type: 'desk-alive'; readonly deskId: string }
  | { readonly type: 'desk-closed'; readonly deskId: string; readonly reason: DeskEnd }

/** Why no desk was opened. */
export type DeskRefusal =
  | 'busy' // a sign-in or another desk has this terminal
  | 'not-a-desk' // the agent was not started as an issuing desk
  | 'bad-key'
  | 'no-such-reader'
  | 'no-card'
  | 'two-cards'
  | 'storage-card'
  | 'card-removed'

/** Why a desk ended; the card is let go before this is said. */
export type DeskEnd =
  | 'done'
  | 'silent' // nothing was heard of whoever opened it
  | 'out-of-time'
  | 'message-altered'
  | 'stopped'

export interface ReaderReport {
  readonly name: string
  readonly cardPresent: boolean
}

/** The frame that `text` holds, or null when it is not one of ours. */
export function parseServiceFrame(text: string): ServiceFrame | null {
  try {
    return serviceFrame.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}
