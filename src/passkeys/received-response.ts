import {
  decodeAttestationObject,
  decodeClientDataJSON,
  isoBase64URL,
  parseAuthenticatorData,
} from '@simplewebauthn/server/helpers'
import { z } from 'zod'
import { PasskeyRefused } from './refusal.ts'

const base64url = (maxLength: number) =>
  z
    .string()
    .min(1)
    .max(maxLength)
    .regex(/^[\w-]+$/)

/** 1023 bytes at most (WebAuthn Level 3 §4, Credential ID). */
const credentialId = base64url(1364)
const clientDataJSON = base64url(4096)
const common = { id: credentialId, rawId: credentialId, type: z.literal('public-key') }

/** AuthenticationResponseJSON (WebAuthn Level 3 §5.1.8). */
const assertionShape = z
  .object({
    ...common,
    response: z.object({
      clientDataJSON,
      authenticatorData: base64url(2048),
      signature: base64url(2048),
      userHandle: base64url(88).nullish(),
    }),
  })
  .refine(({ id, rawId }) => id === rawId)

/** RegistrationResponseJSON (WebAuthn Level 3 §5.1.8). */
const registrationShape = z
  .object({
    ...common,
    response: z.object({
      clientDataJSON,
      attestationObject: base64url(14_000),
      transports: z.array(z.string().max(32)).max(16).default([]),
    }),
  })
  .refine(({ id, rawId }) => id === rawId)

export type ReceivedAssertionJson = z.infer<typeof assertionShape>
export type ReceivedRegistrationJson = z.infer<typeof registrationShape>
export type ReceivedClientData = ReturnType<typeof decodeClientDataJSON>
export type ReceivedAuthenticatorData = ReturnType<typeof parseAuthenticatorData>

/** What a browser says that a device signed: read, and nothing of it believed yet. */
export interface ReceivedAssertion {
  readonly json: ReceivedAssertionJson
  readonly credentialId: Buffer
  /** null: the device did not say whose it is. */
  readonly userHandle: Buffer | null
  readonly clientData: ReceivedClientData
  readonly authenticatorData: ReceivedAuthenticatorData
}

export interface ReceivedRegistration {
  readonly json: ReceivedRegistrationJson
  readonly credentialId: Buffer
  readonly clientData: ReceivedClientData
  readonly authenticatorData: ReceivedAuthenticatorData
  readonly authenticatorDataBytes: Uint8Array
  /** Certificates of the attestation statement, the device's own first; empty where it has none. */
  readonly certificates: readonly Uint8Array[]
}

/** @throws PasskeyRefused `response-malformed` */
export function readAssertion(response: unknown): ReceivedAssertion {
  const json = parse(assertionShape, response)
  const { clientDataJSON, authenticatorData, userHandle } = json.response
  return orMalformed(() => ({
    json,
    credentialId: Buffer.from(json.id, 'base64url'),
    userHandle: typeof userHandle === 'string' ? Buffer.from(userHandle, 'base64url') : null,
    clientData: decodeClientDataJSON(clientDataJSON),
    authenticatorData: parseAuthenticatorData(isoBase64URL.toBuffer(authenticatorData)),
  }))
}

/** @throws PasskeyRefused `response-malformed` */
export function readRegistration(response: unknown): ReceivedRegistration {
  const json = parse(registrationShape, response)
  const { clientDataJSON, attestationObject } = json.response
  return orMalformed(() => {
    const attestation = decodeAttestationObject(isoBase64URL.toBuffer(attestationObject))
    const authenticatorDataBytes = attestation.get('authData')
    return {
      json,
      credentialId: Buffer.from(json.id, 'base64url'),
      clientData: decodeClientDataJSON(clientDataJSON),
      authenticatorData: parseAuthenticatorData(authenticatorDataBytes),
      authenticatorDataBytes,
      certificates: attestation.get('attStmt').get('x5c') ?? [],
    }
  })
}

function parse<Shape>(schema: z.ZodType<Shape>, received: unknown): Shape {
  const parsed = schema.safeParse(received)
  if (!parsed.success) throw new PasskeyRefused('response-malformed')
  return parsed.data
}

function orMalformed<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new PasskeyRefused('response-malformed', { cause: error })
  }
}
