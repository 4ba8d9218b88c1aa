import { CardRefused } from '../card-auth/refusal.ts'
import { challengeTtlSeconds } from '../card-auth/challenge.ts'
import type { Clock } from '../clock.ts'
import type { Queryable } from '../db/pool.ts'
import type { Random } from '../random.ts'

/** One question to one operator's card. */
export interface OperatorChallenge {
  readonly challengeId: string
  /** base64 of 32 bytes. The card signs this text, so it is kept as text. */
  readonly nonce: string
}

interface ChallengeRow {
  nonce: string
  expires_at: Date
}

/** Makes a challenge that is good once, for five minutes; those that have expired go. */
export async function openChallenge({
  db,
  clock,
  random,
}: {
  readonly db: Queryable
  readonly clock: Clock
  readonly random: Random
}): Promise<OperatorChallenge> {
  const now = clock.now()
  const challenge = { challengeId: random.uuid(), nonce: random.bytes(32).toString('base64') }
  const expiresAt = new Date(now.getTime() + challengeTtlSeconds * 1000)
  await db.query(
    `with expired as (delete from operator_challenges where expires_at <= $4)
     insert into operator_challenges (id, nonce, expires_at) values ($1, $2, $3)`,
    [challenge.challengeId, challenge.nonce, expiresAt, now],
  )
  return challenge
}

/**
 * Takes the challenge: once, whatever becomes of the attempt. There is no separate look at it.
 *
 * @throws CardRefused `challenge-unknown`, `challenge-used`, `challenge-expired`
 */
export async function takeChallenge(
  db: Queryable,
  challengeId: string,
  now: Date,
): Promise<OperatorChallenge> {
  const { rows } = await db.query<ChallengeRow>(
    `update operator_challenges set used_at = $2 where id = $1 and used_at is null
     returning nonce, expires_at`,
    [challengeId, now],
  )
  const [taken] = rows
  if (taken === undefined) throw new CardRefused(await whyNotThere(db, challengeId))
  if (now >= taken.expires_at) throw new CardRefused('challenge-expired')
  return { challengeId, nonce: taken.nonce }
}

async function whyNotThere(
  db: Queryable,
  challengeId: string,
): Promise<'challenge-used' | 'challenge-unknown'> {
  const { rows } = await db.query('select from operator_challenges where id = $1', [challengeId])
  return rows.length > 0 ? 'challenge-used' : 'challenge-unknown'
}
