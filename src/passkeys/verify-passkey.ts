import { generateAuthenticationOptions } from '@simplewebauthn/server'
import { isoBase64URL } from '@simplewebauthn/server/helpers'
import type { AuditLog } from '../audit/audit-event.ts'
import type { ExpiringStore } from '../db/expiring-store.ts'
import type { Authentication } from '../holders/authentication.ts'
import {
  newPasskeyChallenge,
  passkeyChallengeTtlSeconds,
  type ChallengeDeps,
  type SignInChallenge,
} from './challenge.ts'
import { putPasskeyChallenge, takePasskeyChallenge } from './challenge-store.ts'
import { checkAssertionSignature } from './checks/assertion-signature.ts'
import { checkAuthenticatorData, checkChallengeAge, checkClientData } from './checks/ceremony.ts'
import { checkBackup, checkPasskeyStanding, checkSignCount } from './checks/passkey-standing.ts'
import { recordingRefusals, recordPasskeySignIn } from './passkey-audit.ts'
import type { PasskeyStanding, PasskeyStore } from './passkey-store.ts'
import type { UsedAt } from './passkey.ts'
import { readAssertion, type ReceivedAssertion } from './received-response.ts'
import { PasskeyRefused } from './refusal.ts'
import type { RelyingParty } from './relying-party.ts'

export interface PasskeySignInDeps extends ChallengeDeps {
  readonly store: ExpiringStore
  readonly relyingParty: RelyingParty
  readonly passkeys: Pick<PasskeyStore, 'findByCredential' | 'recordUse' | 'end'>
  readonly audit: AuditLog
}

/** What `navigator.credentials.get` is to be called with (WebAuthn Level 3 §5.1.10). */
export type PasskeyRequestOptions = Awaited<ReturnType<typeof generateAuthenticationOptions>>

/**
 * Makes a challenge for this sign-in of this browser. No passkey is named: the device offers those
 * it has for us, and nobody has to say who they are.
 */
export async function beginPasskeySignIn(
  deps: Omit<PasskeySignInDeps, 'passkeys' | 'audit'>,
  begun: { readonly interactionId: string; readonly browserSecret: string },
): Promise<{ challengeId: string; options: PasskeyRequestOptions }> {
  const { interactionId, browserSecret } = begun
  const challenge = newPasskeyChallenge(deps, { interactionId })
  await putPasskeyChallenge(deps.store, 'sign-in', { challenge, browserSecret })
  const options = await generateAuthenticationOptions({
    rpID: deps.relyingParty.id,
    challenge: isoBase64URL.toBuffer(challenge.nonce),
    userVerification: 'required',
    timeout: passkeyChallengeTtlSeconds * 1000,
  })
  return { challengeId: challenge.challengeId, options }
}

/** What the browser's own request brings; its cookies prove the first three. */
export interface PasskeyAttempt {
  readonly challengeId: string
  readonly interactionId: string
  readonly browserSecret: string
  /** As the browser sent it; nothing of it is believed yet. */
  readonly response: unknown
  readonly usedAt: UsedAt
}

/**
 * Judges what the device signed and says who has signed in. Whatever the outcome, it is in the
 * audit log before this returns.
 *
 * @throws PasskeyRefused with the reason; `DatabaseUnavailable` and `StoreUnavailable` when we
 *   could not tell, which signs nobody in either
 */
export async function finishPasskeySignIn(
  deps: PasskeySignInDeps,
  attempt: PasskeyAttempt,
): Promise<Authentication> {
  const now = deps.clock.now()
  const { challengeId, interactionId } = attempt
  const ids = { challengeId, interactionId }
  const judging = judgeAssertion(deps, attempt, now)
  const authentication = await recordingRefusals(deps.audit, { ids, now, holderId: null }, judging)
  await recordPasskeySignIn(deps.audit, { ids, usedAt: attempt.usedAt }, authentication)
  return authentication
}

async function judgeAssertion(
  deps: PasskeySignInDeps,
  attempt: PasskeyAttempt,
  now: Date,
): Promise<Authentication> {
  const { relyingParty } = deps
  // 1. One answer per challenge: it is taken here, whatever happens next, and by its own browser.
  const challenge = await takePasskeyChallenge(deps.store, 'sign-in', attempt)
  checkInteraction(challenge, attempt)
  checkChallengeAge(challenge, now)
  // 2. Does what the browser sent have the published form?
  const received = readAssertion(attempt.response)
  // 3. Did a page of ours ask, and did the device make sure of its owner?
  const expected = { type: 'webauthn.get', challenge, origin: relyingParty.origin } as const
  checkClientData(received.clientData, expected)
  checkAuthenticatorData(received.authenticatorData, relyingParty)
  // 4. All that the registry knows, in one question.
  const found = await findPresented(deps.passkeys, received)
  // 5. Does the device hold the key?
  await checkAssertionSignature(received, found.passkey, relyingParty)
  // 6. Is it the only one that holds it? A copy shows by its counter.
  await countOrFlag(deps, { found, received, now })
  // 7. Is the passkey still what it was, and are it and its holder still welcome? Told only now, to
  //    who has the device in hand.
  checkBackup(found, received.authenticatorData, relyingParty.policy)
  checkPasskeyStanding(found, relyingParty.policy, now)
  // 8. The count moves on, in one statement: of two uses at once one passes.
  await recordUse(deps.passkeys, { found, received, attempt, now })
  return authenticatedByPasskey(found, now)
}

/** One browser with two sign-ins open may not finish one with what was asked in the other. */
function checkInteraction(challenge: SignInChallenge, { interactionId }: PasskeyAttempt): void {
  if (challenge.interactionId !== interactionId) throw new PasskeyRefused('challenge-other-browser')
}

async function findPresented(
  passkeys: Pick<PasskeyStore, 'findByCredential'>,
  { credentialId, userHandle }: ReceivedAssertion,
): Promise<PasskeyStanding> {
  const found = await passkeys.findByCredential(credentialId)
  if (found === null) throw new PasskeyRefused('passkey-unknown')
  // A discoverable credential says whose it is (WebAuthn Level 3 §7.2 step 6).
  if (userHandle?.equals(found.passkey.userHandle) !== true)
    throw new PasskeyRefused('user-handle-mismatch')
  return found
}

interface Presented {
  readonly found: PasskeyStanding
  readonly received: ReceivedAssertion
  readonly now: Date
}

/** A counter that went back takes the passkey out of use: one of two holds a copy. */
async function countOrFlag(
  { passkeys, audit }: PasskeySignInDeps,
  { found, received, now }: Presented,
): Promise<void> {
  try {
    checkSignCount(found, received.authenticatorData.counter)
  } catch (error) {
    const { id, holderId } = found.passkey
    const reason = 'counter-went-back'
    const ending = { to: 'flagged', by: 'sign-in', reason, at: now } as const
    const flagged = await passkeys.end(id, ending)
    const event = { at: now, event: 'passkey.flagged', holderId, reason } as const
    if (flagged !== null)
      await audit.append({ ...event, outcome: 'succeeded', facts: { passkeyId: id } })
    throw error
  }
}

async function recordUse(
  passkeys: Pick<PasskeyStore, 'recordUse'>,
  { found, received, attempt, now }: Presented & { readonly attempt: PasskeyAttempt },
): Promise<void> {
  const { counter: signCount, flags } = received.authenticatorData
  const { id, holderId } = found.passkey
  const use = { ...attempt.usedAt, signCount, backupState: flags.bs, at: now }
  if (await passkeys.recordUse(id, use)) return
  throw new PasskeyRefused('used-meanwhile', { facts: { passkeyId: id, holderId } })
}

function authenticatedByPasskey({ passkey, holder }: PasskeyStanding, now: Date): Authentication {
  return {
    holderId: holder.id,
    holderName: holder.displayName,
    method: 'passkey',
    level: 'substantial',
    amr: ['hwk', 'user'],
    cardUuid: null,
    cardKind: passkey.cardKind,
    keySlot: null,
    terminalId: null,
    passkeyId: passkey.id,
    at: now,
  }
}
