import express, { type RequestHandler } from 'express'
import { z } from 'zod'
import { AppError, InputInvalid } from '../errors.ts'
import { maxPasskeyNameLength } from '../passkeys/passkey.ts'

/** Far above anything we ask for; the largest is an enrolment with its key and proof. */
const maxBodyBytes = 16 * 1024

/** A body of more than 16 KiB. */
export class InputTooLarge extends AppError {
  readonly code = 'INPUT_TOO_LARGE'
}

/** Reads a JSON object as body; what is not JSON is refused before it reaches a handler. */
export const jsonBody: RequestHandler = bodyOf(
  express.json({ limit: maxBodyBytes, type: 'application/json' }),
)

/** Reads JSON, or the fields of a plain form. */
export const formOrJsonBody: readonly RequestHandler[] = [
  jsonBody,
  bodyOf(express.urlencoded({ extended: false, limit: maxBodyBytes })),
]

/**
 * `received` in the shape of `schema`.
 *
 * @throws InputInvalid - `facts.field` names the first field that does not fit, never its value
 */
export function parseInput<Shape>(schema: z.ZodType<Shape>, received: unknown): Shape {
  const parsed = schema.safeParse(received)
  if (parsed.success) return parsed.data
  const field = parsed.error.issues[0]?.path.join('.') ?? ''
  throw new InputInvalid('input does not have the shape we ask for', { field: field || 'body' })
}

/** As the provider makes them: 43 URL-safe characters, in versions to come perhaps more. */
const interactionPath = z.object({ uid: z.string().regex(/^[\w-]{16,64}$/) })

const challengeId = z.uuid()
export const eventsQuery = z.object({ challenge: challengeId })
export const finishBody = z.object({ challengeId })
export const cancelBody = z.object({ challengeId: challengeId.optional().catch(undefined) })
/** What a device signed or made; `src/passkeys` knows its form. */
const deviceResponse = z.record(z.string(), z.unknown())
export const passkeyFinishBody = z.object({
  challengeId,
  response: deviceResponse,
  /** The card that the page was waiting for as well. */
  cardChallengeId: challengeId.optional(),
})
export const passkeyName = z.string().trim().normalize('NFC').min(1).max(maxPasskeyNameLength)
export const passkeyRegistrationBody = z.object({
  challengeId,
  name: passkeyName,
  response: deviceResponse,
})
/** As typed: what is wrong with it is told on the page. */
export const renameBody = z.object({ name: z.string().max(1024) })
export const passkeyPath = z.object({ id: z.uuid() })
/** As typed: what is wrong with them is told on the page. */
export const passBody = z.object({ number: z.string().max(64), code: z.string().max(64) })
export const pairBody = z.object({ code: z.string().min(1).max(256) })
export const enrolBody = z.object({
  code: z.string().min(1).max(256),
  publicKey: z.base64().min(1).max(1024),
  proof: z.string().min(1).max(4096),
})

export function interactionIdOf(params: unknown): string {
  return parseInput(interactionPath, params).uid
}

/** Express names faults of a body by `type`; ours have codes. */
function bodyOf(parse: RequestHandler): RequestHandler {
  return (request, response, next) => {
    parse(request, response, (fault?: unknown) => {
      next(fault === undefined ? undefined : translateBodyFault(fault))
    })
  }
}

function translateBodyFault(fault: unknown): AppError {
  const type = (fault as { type?: unknown }).type
  if (type === 'entity.too.large') return new InputTooLarge('body is too large', { maxBodyBytes })
  return new InputInvalid('body is unreadable', { field: 'body' }, fault)
}
