import { createAuditStore } from '../audit/audit-store.ts'
import type { Clock } from '../clock.ts'
import type { Database, Queryable } from '../db/pool.ts'
import type { RateLimiter } from '../db/rate-limiter.ts'
import type { Authentication } from '../holders/authentication.ts'
import type { CardKind } from '../holders/card-kind.ts'
import { limitGuesses, type GuessPlace } from './guess-limits.ts'
import { parseHolderNumber, parsePassCode } from './pass-code.ts'
import type { PassClaim, PassSecret } from './pass-secret.ts'
import type { Pass } from './pass.ts'
import {
  createPassStore,
  type FoundPass,
  type PassUseAttempt,
  type UsedPass,
} from './pass-store.ts'
import { PassRefused } from './refusal.ts'

export interface RedeemPassDeps {
  readonly db: Database
  readonly clock: Clock
  readonly limiter: RateLimiter
  readonly secret: PassSecret
}

/** What the browser sends, and what the application that it signs in to is content with. */
export interface PassAttempt {
  /** As typed. */
  readonly receivedNumber: string
  readonly receivedCode: string
  readonly place: GuessPlace
  readonly clientId: string
  readonly cardKinds: readonly CardKind[]
  /** To register a passkey on a page of ours, and for no application. */
  readonly isForRegistration: boolean
}

/**
 * Uses a pass once and says who has signed in. The use and its audit event are committed together;
 * a refusal is in the audit log before it is thrown, unless nothing was guessed.
 *
 * @throws PassRefused with the reason; `DatabaseUnavailable`, `StoreUnavailable` and
 *   `KeystoreUnavailable` when we could not tell, which signs nobody in either
 */
export async function redeemPass(
  deps: RedeemPassDeps,
  attempt: PassAttempt,
): Promise<Authentication> {
  const now = deps.clock.now()
  // 1. Could it be a code at all? A slip of the fingers is told, and is no guess.
  const claim = readClaim(attempt)
  // 2. May this place still guess? Counted before anything is looked up.
  const pseudonym = await deps.secret.pseudonymOf(claim.number)
  const guess = { place: attempt.place, pseudonym, now }
  const work = (): Promise<Authentication> => redeem(deps, claim, { attempt, now })
  try {
    return await limitGuesses(deps.limiter, guess, { isWrongGuess, work })
  } catch (error) {
    if (error instanceof PassRefused) await recordRefusal(deps.db, error, { attempt, now })
    throw error
  }
}

function readClaim({ receivedNumber, receivedCode }: PassAttempt): PassClaim {
  const number = parseHolderNumber(receivedNumber)
  if (number === null) throw new PassRefused('number-mistyped')
  const code = parsePassCode(receivedCode)
  if (code === null) throw new PassRefused('code-mistyped')
  return { number, code }
}

/** Who has the right code does not guess, whatever has become of the pass. */
function isWrongGuess(error: unknown): boolean {
  return error instanceof PassRefused && error.reason === 'code-wrong'
}

interface Redeeming {
  readonly attempt: PassAttempt
  readonly now: Date
}

async function redeem(
  { db, secret }: RedeemPassDeps,
  claim: PassClaim,
  { attempt, now }: Redeeming,
): Promise<Authentication> {
  const { clientId, cardKinds, isForRegistration } = attempt
  const codeHash = await secret.hashOf(claim)
  const use = { at: now, clientId, cardKinds, isForRegistration }
  // 3. Good now, for this application, of an active holder, and a use left: one statement.
  const used = await db.inTransaction(async (tx) => {
    const taken = await createPassStore(tx).consume(codeHash, use)
    if (taken !== null) await recordUse(tx, taken, { attempt, now })
    return taken
  })
  if (used !== null) return authenticatedByPass(used, now)
  // 4. Why not? Told to nobody but who has the code.
  throw whyNot(await createPassStore(db).findByCode(codeHash), use)
}

function whyNot(found: FoundPass | null, use: PassUseAttempt): PassRefused {
  if (found === null) return new PassRefused('code-wrong')
  const { pass, holderState } = found
  const facts = { passId: pass.id, holderId: pass.holderId }
  if (pass.state === 'withdrawn' || pass.state === 'used-up')
    return new PassRefused(pass.state, { facts })
  if (use.at >= pass.validUntil || pass.state === 'expired')
    return new PassRefused('expired', { facts, details: { time: pass.validUntil } })
  if (use.at < pass.validFrom)
    return new PassRefused('not-yet-valid', { facts, details: { time: pass.validFrom } })
  if (holderState !== 'active') return new PassRefused('holder-inactive', { facts })
  if (use.isForRegistration ? !pass.mayRegisterPasskey : !opens(pass, use.clientId))
    return new PassRefused('other-application', { facts })
  return new PassRefused('card-kind-not-admitted', { facts })
}

function opens({ clientIds }: Pass, clientId: string): boolean {
  return clientIds === null || clientIds.includes(clientId)
}

function authenticatedByPass({ pass, holderName }: UsedPass, now: Date): Authentication {
  const { id: passId, clientIds, mayRegisterPasskey } = pass
  return {
    holderId: pass.holderId,
    holderName,
    method: 'pass',
    level: 'low',
    amr: ['otp'],
    cardUuid: null,
    cardKind: pass.cardKind,
    keySlot: null,
    terminalId: null,
    passkeyId: null,
    pass: { passId, clientIds, mayRegisterPasskey },
    at: now,
  }
}

function recordUse(tx: Queryable, { pass }: UsedPass, about: Redeeming): Promise<void> {
  const { id: passId, usesLeft, holderId } = pass
  return createAuditStore(tx).append({
    ...{ at: about.now, event: 'pass.used', outcome: 'succeeded', holderId },
    ...whereOf(about.attempt),
    facts: { passId, usesLeft, level: 'low' },
  })
}

async function recordRefusal(db: Queryable, refused: PassRefused, about: Redeeming): Promise<void> {
  // Once for each place: a flood of requests is not to flood the audit.
  if (refused.details.isRepeated === true) return
  const { holderId, ...facts } = refused.facts
  await createAuditStore(db).append({
    ...{ at: about.now, event: 'pass.refused', outcome: 'refused', reason: refused.reason },
    holderId: typeof holderId === 'string' ? holderId : null,
    ...whereOf(about.attempt),
    facts: { ...facts, place: about.attempt.place.kind },
  })
}

function whereOf({ place, clientId }: PassAttempt) {
  return { clientId, terminalId: place.kind === 'terminal' ? place.terminalId : null }
}
