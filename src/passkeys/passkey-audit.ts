import type { AuditEvent, AuditLog } from '../audit/audit-event.ts'
import type { Authentication } from '../holders/authentication.ts'
import type { UsedAt } from './passkey.ts'
import { PasskeyRefused, passkeyRefusals } from './refusal.ts'

/** The identifiers that tie an event to the ceremony it is about. */
export type CeremonyIds = Readonly<Record<string, string>>

export interface Ceremony {
  readonly ids: CeremonyIds
  readonly now: Date
  /** In whose session it happens; null where nobody is known yet. */
  readonly holderId: string | null
}

/** Waits for `work`; a refusal is in the audit log before it goes on to the caller. */
export async function recordingRefusals<T>(
  audit: AuditLog,
  ceremony: Ceremony,
  work: Promise<T>,
): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof PasskeyRefused) await audit.append(refusalEvent(error, ceremony))
    throw error
  }
}

/** @throws DatabaseUnavailable and then the holder is not signed in */
export function recordPasskeySignIn(
  audit: AuditLog,
  { ids, usedAt }: { readonly ids: CeremonyIds; readonly usedAt: UsedAt },
  { at, holderId, level, passkeyId, cardKind }: Authentication,
): Promise<void> {
  return audit.append({
    at,
    event: 'passkey.signed-in',
    outcome: 'succeeded',
    holderId,
    terminalId: usedAt.terminalId,
    facts: { ...ids, passkeyId, level, cardKind },
  })
}

function refusalEvent(refused: PasskeyRefused, { ids, now, holderId }: Ceremony): AuditEvent {
  const { holderId: proven, ...facts } = refused.facts
  return {
    at: now,
    event: passkeyRefusals[refused.reason].auditEvent,
    outcome: 'refused',
    reason: refused.reason,
    holderId: typeof proven === 'string' ? proven : holderId,
    facts: { ...facts, ...ids },
  }
}
