import { verifyRegistrationResponse } from '@simplewebauthn/server'
import {
  cose,
  decodeCredentialPublicKey,
  isoBase64URL,
  isoCBOR,
} from '@simplewebauthn/server/helpers'
import type { ReceivedRegistration } from '../received-response.ts'
import { PasskeyRefused } from '../refusal.ts'
import { acceptedAlgorithms, type RelyingParty } from '../relying-party.ts'

/** A key that a device has just made, its statement about itself verified where one was asked for. */
export interface VerifiedCredential {
  readonly credentialId: Buffer
  /** COSE_Key. */
  readonly publicKey: Buffer
  readonly signCount: number
  readonly aaguid: string
  readonly transports: readonly string[]
  readonly backupEligible: boolean
  readonly backupState: boolean
  /** `none` where no statement was asked for, whatever came. */
  readonly attestationFormat: string
}

/** Those of WebAuthn Level 3 §5.8.4; what else a browser says is left out. */
const knownTransports = new Set(['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'])

/**
 * Is there a key that we can verify with later, under the id that the browser names, and is the
 * attestation statement right? (WebAuthn Level 3 §7.1 steps 18–24.) Who vouches for the statement is
 * left to `judgeAttestation`.
 *
 * @throws PasskeyRefused `response-malformed`, `algorithm-not-allowed`, `attestation-wrong`
 */
export async function verifiedCredential(
  received: ReceivedRegistration,
  relyingParty: RelyingParty,
): Promise<VerifiedCredential> {
  const { credentialID, credentialPublicKey } = received.authenticatorData
  if (credentialID === undefined || !received.credentialId.equals(credentialID))
    throw new PasskeyRefused('response-malformed')
  checkAlgorithm(credentialPublicKey)
  const info = await verify(received, relyingParty)
  const { flags } = received.authenticatorData
  return {
    credentialId: received.credentialId,
    publicKey: Buffer.from(info.credential.publicKey),
    signCount: info.credential.counter,
    aaguid: info.aaguid,
    transports: received.json.response.transports.filter((name) => knownTransports.has(name)),
    backupEligible: flags.be,
    backupState: flags.bs,
    attestationFormat: info.fmt,
  }
}

function checkAlgorithm(publicKey: Parameters<typeof decodeCredentialPublicKey>[0] | undefined) {
  if (publicKey === undefined) throw new PasskeyRefused('response-malformed')
  const algorithm = decodeCredentialPublicKey(publicKey).get(cose.COSEKEYS.alg)
  if (algorithm === undefined || !acceptedAlgorithms.includes(algorithm))
    throw new PasskeyRefused('algorithm-not-allowed')
}

async function verify(received: ReceivedRegistration, relyingParty: RelyingParty) {
  const { json, clientData } = received
  const isAsked = relyingParty.policy.attestation !== 'none'
  const attestationObject = isAsked ? json.response.attestationObject : withoutStatement(received)
  const verifying = verifyRegistrationResponse({
    response: {
      ...json,
      response: { ...json.response, attestationObject },
      clientExtensionResults: {},
    },
    expectedChallenge: clientData.challenge,
    expectedOrigin: relyingParty.origin,
    expectedRPID: relyingParty.id,
    supportedAlgorithmIDs: [...acceptedAlgorithms],
  })
  const { verified, registrationInfo } = await verifying.catch((error: unknown) => {
    throw new PasskeyRefused('attestation-wrong', { cause: error })
  })
  if (!verified) throw new PasskeyRefused('attestation-wrong')
  return registrationInfo
}

/**
 * Some devices send a statement that nobody asked for. It is left out instead of verified: which
 * roots it would have to lead to is not known, and a fault in it must keep nobody out.
 */
function withoutStatement({ authenticatorDataBytes }: ReceivedRegistration): string {
  const parts = new Map<string, unknown>([
    ['fmt', 'none'],
    ['attStmt', new Map()],
    ['authData', authenticatorDataBytes],
  ])
  return isoBase64URL.fromBuffer(isoCBOR.encode(parts as Parameters<typeof isoCBOR.encode>[0]))
}
