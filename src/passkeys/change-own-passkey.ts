import type { AuditLog } from '../audit/audit-event.ts'
import { removePasskey, renamePasskey, type PasskeyChangeDeps } from './end-passkey.ts'
import { recordingRefusals } from './passkey-audit.ts'
import type { Passkey, UsedAt } from './passkey.ts'
import { PasskeyRefused } from './refusal.ts'
import type { RegistrationSession } from './register-passkey.ts'
import { proofMaxAgeSeconds, type SessionSignIn } from './registration-proof.ts'

export interface OwnPasskeyDeps extends PasskeyChangeDeps {
  readonly audit: AuditLog
}

export interface OwnPasskeyChange {
  readonly passkeyId: string
  /** For the notice to the holder. */
  readonly usedAt: UsedAt
}

/**
 * Whether this session may change what its holder has: a card with PIN, or a passkey, shown within
 * the last five minutes. Somebody at an unlocked computer has neither; a temporary pass is read out
 * aloud, and a tap proves no person.
 */
export function isConfirmed({ method, level, at }: SessionSignIn, now: Date): boolean {
  const isStrong = (method === 'card' && level === 'high') || method === 'passkey'
  return isStrong && now.getTime() / 1000 - at <= proofMaxAgeSeconds
}

/** @throws PasskeyRefused `change-not-confirmed`; NotFound, also where it is somebody else's */
export function removeOwnPasskey(
  deps: OwnPasskeyDeps,
  session: RegistrationSession,
  { passkeyId, usedAt }: OwnPasskeyChange,
): Promise<Passkey> {
  const holderId = session.holder.id
  return whenConfirmed(deps, session, () => removePasskey(deps, { passkeyId, holderId, usedAt }))
}

/**
 * @param change.name - NFC, 1 to 60 characters
 * @throws PasskeyRefused `change-not-confirmed`; NotFound, also where it is somebody else's
 */
export function renameOwnPasskey(
  deps: OwnPasskeyDeps,
  session: RegistrationSession,
  { passkeyId, usedAt, name }: OwnPasskeyChange & { readonly name: string },
): Promise<Passkey> {
  const request = { passkeyId, holderId: session.holder.id, name, usedAt }
  return whenConfirmed(deps, session, () => renamePasskey(deps, request))
}

function whenConfirmed<T>(
  { audit, clock }: OwnPasskeyDeps,
  { holder, signIn }: RegistrationSession,
  change: () => Promise<T>,
): Promise<T> {
  const now = clock.now()
  if (isConfirmed(signIn, now)) return change()
  const refused = Promise.reject(new PasskeyRefused('change-not-confirmed'))
  return recordingRefusals(audit, { ids: {}, now, holderId: holder.id }, refused)
}
