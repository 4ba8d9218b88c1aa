import type { PasskeyStanding } from '../passkey-store.ts'
import type { ReceivedAuthenticatorData } from '../received-response.ts'
import { PasskeyRefused } from '../refusal.ts'
import type { PasskeyPolicy } from '../relying-party.ts'

/**
 * Has the device counted on since last time? One that does not count says 0 always (WebAuthn Level
 * 3 §6.1.1, §7.2 step 22).
 *
 * @throws PasskeyRefused `counter-went-back`
 */
export function checkSignCount({ passkey }: PasskeyStanding, received: number): void {
  if (passkey.signCount === 0 && received === 0) return
  if (received > passkey.signCount) return
  throw new PasskeyRefused('counter-went-back', { facts: factsOf(passkey) })
}

/**
 * Whether a key can be copied is settled when it is made (WebAuthn Level 3 §6.1.3); whether such
 * keys sign in is policy, which may have become stricter since.
 *
 * @throws PasskeyRefused `backup-changed`, `synced-not-allowed`
 */
export function checkBackup(
  { passkey }: PasskeyStanding,
  { flags }: ReceivedAuthenticatorData,
  policy: PasskeyPolicy,
): void {
  const facts = factsOf(passkey)
  if (flags.be !== passkey.backupEligible) throw new PasskeyRefused('backup-changed', { facts })
  if (flags.be && !policy.mayBeSynced) throw new PasskeyRefused('synced-not-allowed', { facts })
}

/**
 * Is the passkey still good, and its holder, and, where policy ties them, a card of its kind?
 *
 * @throws PasskeyRefused `passkey-revoked`, `passkey-flagged`, `holder-inactive`, `no-card-in-use`
 */
export function checkPasskeyStanding(
  { passkey, holder, cardUsableUntil }: PasskeyStanding,
  policy: PasskeyPolicy,
  now: Date,
): void {
  const facts = factsOf(passkey)
  if (passkey.state === 'revoked') throw new PasskeyRefused('passkey-revoked', { facts })
  if (passkey.state === 'flagged') throw new PasskeyRefused('passkey-flagged', { facts })
  if (holder.state !== 'active') throw new PasskeyRefused('holder-inactive', { facts })
  const hasCard = cardUsableUntil !== null && now < cardUsableUntil
  if (!hasCard && !policy.mayStandAlone) throw new PasskeyRefused('no-card-in-use', { facts })
}

function factsOf({ id, holderId }: { id: string; holderId: string }) {
  return { passkeyId: id, holderId }
}
