import { generateRegistrationOptions } from '@simplewebauthn/server'
import { isoBase64URL } from '@simplewebauthn/server/helpers'
import type { AuditLog } from '../audit/audit-event.ts'
import type { ExpiringStore } from '../db/expiring-store.ts'
import { judgeAttestation } from './attestation.ts'
import {
  newPasskeyChallenge,
  passkeyChallengeTtlSeconds,
  type ChallengeDeps,
  type RegistrationChallenge,
} from './challenge.ts'
import { putPasskeyChallenge, takePasskeyChallenge } from './challenge-store.ts'
import { checkAuthenticatorData, checkChallengeAge, checkClientData } from './checks/ceremony.ts'
import { verifiedCredential, type VerifiedCredential } from './checks/new-credential.ts'
import { recordingRefusals } from './passkey-audit.ts'
import type { NewPasskey, PasskeyStore } from './passkey-store.ts'
import { maxPasskeysPerHolder, type AttestationVerdict, type Passkey } from './passkey.ts'
import { readRegistration } from './received-response.ts'
import { PasskeyRefused } from './refusal.ts'
import { registrationProofOf, type SessionSignIn } from './registration-proof.ts'
import { acceptedAlgorithms, type RelyingParty } from './relying-party.ts'

export interface PasskeyRegistrationDeps extends ChallengeDeps {
  readonly store: ExpiringStore
  readonly relyingParty: RelyingParty
  readonly passkeys: Pick<PasskeyStore, 'listOf' | 'insert'>
  readonly audit: AuditLog
}

/** The session in which a passkey is registered, as the page has read it. */
export interface RegistrationSession {
  /** Ties the challenge to the browser; nothing but its session knows it. */
  readonly sessionUid: string
  readonly holder: { readonly id: string; readonly displayName: string }
  readonly signIn: SessionSignIn
}

/** What `navigator.credentials.create` is to be called with (WebAuthn Level 3 §5.1.9). */
export type PasskeyCreationOptions = Awaited<ReturnType<typeof generateRegistrationOptions>>

/**
 * Makes a challenge for a new passkey: discoverable, with user verification, on a device that has
 * none of this holder's yet.
 *
 * @throws PasskeyRefused `proof-missing`, `proof-too-old`, `too-many`
 */
export function beginPasskeyRegistration(
  deps: PasskeyRegistrationDeps,
  session: RegistrationSession,
): Promise<{ challengeId: string; options: PasskeyCreationOptions }> {
  const now = deps.clock.now()
  const ceremony = { ids: {}, now, holderId: session.holder.id }
  return recordingRefusals(deps.audit, ceremony, begin(deps, session, now))
}

async function begin(
  deps: PasskeyRegistrationDeps,
  { sessionUid, holder, signIn }: RegistrationSession,
  now: Date,
): Promise<{ challengeId: string; options: PasskeyCreationOptions }> {
  const proof = registrationProofOf(signIn, now)
  const known = await deps.passkeys.listOf(holder.id)
  const inUse = known.filter(({ state }) => state !== 'revoked')
  if (inUse.length >= maxPasskeysPerHolder) throw new PasskeyRefused('too-many')
  const userHandle = known[0]?.userHandle ?? deps.random.bytes(32)
  const subject = { holderId: holder.id, userHandle: userHandle.toString('base64url'), proof }
  const challenge = newPasskeyChallenge(deps, subject)
  await putPasskeyChallenge(deps.store, 'registration', { challenge, browserSecret: sessionUid })
  const options = await optionsFor(deps.relyingParty, { challenge, holder, inUse })
  return { challengeId: challenge.challengeId, options }
}

function optionsFor(
  { id, name, policy }: RelyingParty,
  asked: {
    readonly challenge: RegistrationChallenge
    readonly holder: RegistrationSession['holder']
    readonly inUse: readonly Passkey[]
  },
): Promise<PasskeyCreationOptions> {
  const { challenge, holder, inUse } = asked
  return generateRegistrationOptions({
    rpName: name,
    rpID: id,
    userID: isoBase64URL.toBuffer(challenge.userHandle),
    userName: holder.displayName,
    userDisplayName: holder.displayName,
    challenge: isoBase64URL.toBuffer(challenge.nonce),
    timeout: passkeyChallengeTtlSeconds * 1000,
    attestationType: policy.attestation === 'none' ? 'none' : 'direct',
    excludeCredentials: inUse.map(({ credentialId, transports }) => {
      return { id: credentialId.toString('base64url'), transports: [...transports] }
    }),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: [...acceptedAlgorithms],
  })
}

export interface RegistrationAttempt {
  readonly challengeId: string
  /** What the holder calls it; NFC, 1 to 60 characters. */
  readonly name: string
  /** As the browser sent it; nothing of it is believed yet. */
  readonly response: unknown
}

/**
 * Judges what the device made and registers it. Whatever the outcome, it is in the audit log before
 * this returns.
 *
 * @throws PasskeyRefused with the reason
 */
export async function finishPasskeyRegistration(
  deps: PasskeyRegistrationDeps,
  session: RegistrationSession,
  attempt: RegistrationAttempt,
): Promise<Passkey> {
  const now = deps.clock.now()
  const { id: holderId } = session.holder
  const ids = { challengeId: attempt.challengeId }
  const judging = judgeRegistration(deps, { session, attempt, now })
  const { proof, ...passkey } = await recordingRefusals(deps.audit, { ids, now, holderId }, judging)
  const { aaguid, backupEligible, attestationVerdict, cardKind } = passkey
  const proven = proof.kind === 'card' ? { proof: 'card' } : { proof: 'pass', passId: proof.passId }
  await deps.audit.append({
    at: now,
    event: 'passkey.registered',
    outcome: 'succeeded',
    actor: holderId,
    holderId,
    cardUuid: proof.kind === 'card' ? proof.cardUuid : null,
    facts: {
      ...{ ...ids, passkeyId: passkey.id, aaguid, backupEligible, attestationVerdict, cardKind },
      ...proven,
    },
  })
  return passkey
}

interface Judging {
  readonly session: RegistrationSession
  readonly attempt: RegistrationAttempt
  readonly now: Date
}

async function judgeRegistration(
  deps: PasskeyRegistrationDeps,
  { session, attempt, now }: Judging,
): Promise<Passkey & Pick<NewPasskey, 'proof'>> {
  const { relyingParty } = deps
  // 1. One answer per challenge, in the session that asked and for the person who asked.
  const { challengeId } = attempt
  const taking = { challengeId, browserSecret: session.sessionUid }
  const challenge = await takePasskeyChallenge(deps.store, 'registration', taking)
  if (challenge.holderId !== session.holder.id) throw new PasskeyRefused('challenge-other-browser')
  checkChallengeAge(challenge, now)
  // 2. Does what the browser sent have the published form?
  const received = readRegistration(attempt.response)
  // 3. Did a page of ours ask, and did the device make sure of its owner?
  const expected = { type: 'webauthn.create', challenge, origin: relyingParty.origin } as const
  checkClientData(received.clientData, expected)
  checkAuthenticatorData(received.authenticatorData, relyingParty)
  // 4. Is there a key of a sort that we verify, and does the device's statement hold together?
  const credential = await verifiedCredential(received, relyingParty)
  // 5. Is it a sort of passkey, and a model of device, that policy admits?
  if (credential.backupEligible && !relyingParty.policy.mayBeSynced)
    throw new PasskeyRefused('synced-not-allowed')
  const attestation = judgeAttestation(received, { credential, relyingParty, now })
  // 6. One row; the database refuses a key that is known and an eleventh.
  const made = { challenge, credential, verdict: attestation.attestationVerdict }
  const passkey = newPasskey(made, attempt, { id: deps.random.uuid(), now })
  const { proof } = challenge
  const { attestationFormat } = credential
  await deps.passkeys.insert({ ...passkey, ...attestation, proof, attestationFormat })
  return { ...passkey, proof }
}

function newPasskey(
  made: {
    readonly challenge: RegistrationChallenge
    readonly credential: VerifiedCredential
    readonly verdict: AttestationVerdict
  },
  { name }: RegistrationAttempt,
  { id, now }: { id: string; now: Date },
): Passkey {
  const { challenge, credential, verdict } = made
  return {
    id,
    holderId: challenge.holderId,
    cardKind: challenge.proof.cardKind,
    credentialId: credential.credentialId,
    userHandle: Buffer.from(challenge.userHandle, 'base64url'),
    publicKey: credential.publicKey,
    signCount: credential.signCount,
    aaguid: credential.aaguid,
    transports: credential.transports,
    backupEligible: credential.backupEligible,
    backupState: credential.backupState,
    attestationVerdict: verdict,
    name,
    createdAt: now,
    lastUse: null,
    state: 'active',
    stateSince: now,
  }
}
