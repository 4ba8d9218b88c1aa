/**
 * How somebody with the registry works on a card that lies at a terminal: the messages that the
 * node with the terminal's connection passes on, and what it may learn of them. What is asked of
 * the card and what it answers is sealed between the two ends.
 */
import { z } from 'zod'
import type { Language } from './protocol.ts'

export const deskPurposes = ['issue', 'unblock', 'read', 'operator-sign-in'] as const
/** The agent does of a desk's operations what its purpose needs. */
export type DeskPurpose = (typeof deskPurposes)[number]

const deskId = z.guid().lowercase()

/** What an agent sends. */
export const deskAgentFrames = [
  z.object({
    type: z.literal('desk-opened'),
    deskId,
    /** A JWS by the terminal over the desk and the keys of both ends. */
    statement: z.string().max(4096),
  }),
  z.object({ type: z.literal('desk-refused'), deskId, reason: z.string().max(40) }),
  z.object({ type: z.literal('desk-answer'), deskId, sealed: z.string().max(60_000) }),
  z.object({ type: z.literal('desk-alive'), deskId }),
  z.object({ type: z.literal('desk-closed'), deskId, reason: z.string().max(40) }),
] as const

export type DeskAgentFrame = z.infer<(typeof deskAgentFrames)[number]>

/** What an agent is sent. */
const serviceFrame = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('desk-open'),
    deskId,
    purpose: z.enum(deskPurposes),
    /** 32 bytes in base64, for this desk alone. */
    nonce: z.base64().length(44),
    /** P-256, SubjectPublicKeyInfo DER in base64, for this desk alone. */
    publicKey: z.base64().max(256),
    /** A part of the reader's name; null: the one with a card. */
    reader: z.string().max(256).nullable(),
    /** Shown at both ends. */
    number: z.string().max(8),
    language: z.enum(['vi', 'en'] satisfies Language[]),
  }),
  z.object({ type: z.literal('desk-command'), deskId, sealed: z.string().max(60_000) }),
  z.object({ type: z.literal('desk-alive'), deskId }),
  z.object({ type: z.literal('desk-close'), deskId }),
])
export type DeskServiceFrame = z.infer<typeof serviceFrame>
export type DeskOpenFrame = Extract<DeskServiceFrame, { type: 'desk-open' }>

/** From whoever opens a desk to the node that has the terminal's connection. */
const toNodes = z.object({ terminalId: z.guid().lowercase(), frame: serviceFrame })
export type ToNodes = z.infer<typeof toNodes>

/** From that node back: an agent's frame, or what became of the connection. */
const fromNode = z.discriminatedUnion('type', [
  ...deskAgentFrames,
  z.object({ type: z.literal('passed-on') }),
  z.object({ type: z.literal('not-a-desk') }),
  z.object({ type: z.literal('connection-lost') }),
])
export type FromNode = z.infer<typeof fromNode>

export const readToNodes = (text: string): ToNodes | null => read(toNodes, text)
export const readFromNode = (text: string): FromNode | null => read(fromNode, text)

function read<T>(shape: z.ZodType<T>, text: string): T | null {
  try {
    return shape.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}
