import type { AuditEvent, AuditLog } from '../audit/audit-event.ts'
import type { Authentication } from '../holders/authentication.ts'
import { CardRefused, refusals } from './refusal.ts'

/** The identifiers that tie an event to the sign-in it is about. */
interface AttemptIds {
  readonly challengeId: string
  readonly interactionId: string
}

/** Waits for `work`; a refusal is in the audit log before it goes on to the caller. */
export type RefusalRecorder = <T>(
  seen: { readonly terminalId: string | null },
  work: Promise<T>,
) => Promise<T>

export function recordRefusals(
  audit: AuditLog,
  about: { readonly attempt: AttemptIds; readonly now: Date },
): RefusalRecorder {
  return async (seen, work) => {
    try {
      return await work
    } catch (error) {
      if (error instanceof CardRefused) await audit.append(refusalEvent(error, about, seen))
      throw error
    }
  }
}

/** @throws DatabaseUnavailable and then the holder is not signed in */
export function recordSignIn(
  audit: AuditLog,
  attempt: AttemptIds,
  authentication: Authentication,
): Promise<void> {
  const { at, holderId, cardUuid, terminalId, level, cardKind, keySlot } = authentication
  return audit.append({
    at,
    event: 'card-auth.signed-in',
    outcome: 'succeeded',
    holderId,
    cardUuid,
    terminalId,
    facts: { ...idsOf(attempt), level, cardKind, keySlot },
  })
}

/** A card or holder stands in its column only where the card has proved its key. */
function refusalEvent(
  refused: CardRefused,
  { attempt, now }: { readonly attempt: AttemptIds; readonly now: Date },
  { terminalId }: { readonly terminalId: string | null },
): AuditEvent {
  const { cardUuid, holderId, ...facts } = refused.facts
  return {
    at: now,
    event: refusals[refused.reason].auditEvent,
    outcome: 'refused',
    reason: refused.reason,
    cardUuid: textOrNull(cardUuid),
    holderId: textOrNull(holderId),
    terminalId,
    facts: { ...facts, ...idsOf(attempt) },
  }
}

function idsOf({ challengeId, interactionId }: AttemptIds): AttemptIds & Record<string, string> {
  return { challengeId, interactionId }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
