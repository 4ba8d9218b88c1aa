import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'

/** A device that holds passkeys, in software: answers as a browser hands its answers on. */
export interface SoftAuthenticator {
  /** As `navigator.credentials.create`. */
  create(options: CreationOptions, how?: Conduct): RegistrationAnswer
  /** As `navigator.credentials.get`, with the newest passkey for the RP ID. */
  get(options: RequestOptions, how?: Conduct): AssertionAnswer
}

export interface CreationOptions {
  readonly challenge: string
  readonly rp: { readonly id?: string }
  readonly user: { readonly id: string }
}

export interface RequestOptions {
  readonly challenge: string
  readonly rpId?: string
}

/** How it behaves this once; a good one by default. */
export interface Conduct {
  readonly origin?: string
  readonly rpId?: string
  readonly crossOrigin?: boolean
  readonly isUserPresent?: boolean
  readonly isUserVerified?: boolean
  readonly isBackupEligible?: boolean
  /** Instead of the one that it has counted to. */
  readonly signCount?: number
  readonly signature?: Buffer
  readonly userHandle?: string | null
  readonly algorithm?: number
}

interface Answer<Response> {
  readonly id: string
  readonly rawId: string
  readonly type: 'public-key'
  readonly clientExtensionResults: object
  readonly response: Response
}

export type RegistrationAnswer = Answer<{
  readonly clientDataJSON: string
  readonly attestationObject: string
  readonly transports: string[]
}>

export type AssertionAnswer = Answer<{
  readonly clientDataJSON: string
  readonly authenticatorData: string
  readonly signature: string
  readonly userHandle?: string
}>

interface Credential {
  readonly id: Buffer
  readonly rpId: string
  readonly userHandle: string
  readonly privateKey: KeyObject
  signCount: number
}

/** @param options.counts - whether its passkeys count their uses */
export function createSoftAuthenticator({
  origin,
  counts = true,
}: {
  readonly origin: string
  readonly counts?: boolean
}): SoftAuthenticator {
  const credentials: Credential[] = []
  const rpIdOf = (asked: string | undefined) => asked ?? new URL(origin).hostname
  return {
    create: (options, how = {}) => {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const rpId = how.rpId ?? rpIdOf(options.rp.id)
      const id = randomBytes(16)
      const userHandle = options.user.id
      credentials.push({ id, rpId, userHandle, privateKey, signCount: 0 })
      const key = coseKey(publicKey, how.algorithm ?? -7)
      const idLength = Buffer.of(0, id.length)
      const attested = Buffer.concat([Buffer.alloc(16), idLength, id, key])
      const data = authenticatorData(rpId, { ...how, signCount: how.signCount ?? 0, attested })
      return answer(id, {
        clientDataJSON: clientData('webauthn.create', options.challenge, { origin, ...how }),
        attestationObject: base64url(attestationObject(data)),
        transports: ['internal'],
      })
    },
    get: (options, how = {}) => {
      const rpId = how.rpId ?? rpIdOf(options.rpId)
      const credential = credentials.at(-1)
      if (credential === undefined) throw new Error('this device holds no passkey')
      if (counts) credential.signCount += 1
      const signCount = how.signCount ?? credential.signCount
      const data = authenticatorData(rpId, { ...how, signCount, attested: Buffer.alloc(0) })
      const clientDataJSON = clientData('webauthn.get', options.challenge, { origin, ...how })
      const hash = createHash('sha256').update(Buffer.from(clientDataJSON, 'base64url')).digest()
      const made = sign('sha256', Buffer.concat([data, hash]), credential.privateKey)
      const userHandle = how.userHandle === undefined ? credential.userHandle : how.userHandle
      return answer(credential.id, {
        clientDataJSON,
        authenticatorData: base64url(data),
        signature: base64url(how.signature ?? made),
        ...(userHandle !== null && { userHandle }),
      })
    },
  }
}

function answer<Response>(id: Buffer, response: Response): Answer<Response> {
  const text = base64url(id)
  return { id: text, rawId: text, type: 'public-key', clientExtensionResults: {}, response }
}

function clientData(
  type: string,
  challenge: string,
  { origin, crossOrigin = false }: { readonly origin?: string; readonly crossOrigin?: boolean },
): string {
  return base64url(Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin })))
}

/** WebAuthn Level 3 §6.1: RP ID hash, flags UP UV BE BS AT, counter, and a new credential. */
function authenticatorData(
  rpId: string,
  said: Conduct & { readonly signCount: number; readonly attested: Buffer },
): Buffer {
  const { isUserPresent = true, isUserVerified = true, isBackupEligible = false } = said
  const isNew = said.attested.length > 0
  const flags =
    (isUserPresent ? 0x01 : 0) |
    (isUserVerified ? 0x04 : 0) |
    (isBackupEligible ? 0x18 : 0) |
    (isNew ? 0x40 : 0)
  const counter = Buffer.alloc(4)
  counter.writeUInt32BE(said.signCount)
  const rpIdHash = createHash('sha256').update(rpId).digest()
  return Buffer.concat([rpIdHash, Buffer.of(flags), counter, said.attested])
}

/** CBOR of {1: 2, 3: alg, -1: 1, -2: x, -3: y} (RFC 9053 §7.1.1). */
function coseKey(publicKey: KeyObject, algorithm: number): Buffer {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const part = (label: number, coordinate: string) =>
    Buffer.concat([Buffer.of(label, 0x58, 0x20), Buffer.from(coordinate, 'base64url')])
  const head = Buffer.of(0xa5, 0x01, 0x02, 0x03, 0x20 | (-1 - algorithm), 0x20, 0x01)
  return Buffer.concat([head, part(0x21, x), part(0x22, y)])
}

/** CBOR of {"fmt": "none", "attStmt": {}, "authData": data}. */
function attestationObject(data: Buffer): Buffer {
  const length = Buffer.of(0x58, data.length)
  const text = (value: string) =>
    Buffer.concat([Buffer.of(0x60 | value.length), Buffer.from(value)])
  return Buffer.concat([
    ...[Buffer.of(0xa3), text('fmt'), text('none'), text('attStmt'), Buffer.of(0xa0)],
    ...[text('authData'), length, data],
  ])
}

function base64url(bytes: Buffer): string {
  return bytes.toString('base64url')
}
