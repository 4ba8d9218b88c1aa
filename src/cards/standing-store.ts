import { z } from 'zod'
import type { Database } from '../db/pool.ts'

/** Whose standing changed: sessions, sign-ins and connections rest on these three. */
export interface StandingChange {
  readonly kind: 'card' | 'holder' | 'terminal'
  readonly id: string
}

const noticeShape = z.object({ kind: z.enum(['card', 'holder', 'terminal']), id: z.uuid() })

/** The channel that the migrations' triggers notify as part of the change itself. */
const channel = 'ecard_standing'

/**
 * Tells of every change of standing as soon as it is committed, by whichever program.
 *
 * @param onGap - the connection was lost and is back: what ended meanwhile was not told
 * @returns how to stop listening
 */
export function listenForStanding(
  db: Pick<Database, 'listen'>,
  onChange: (change: StandingChange) => void,
  onGap: () => void,
): Promise<() => Promise<void>> {
  const onPayload = (payload: string) => {
    onChange(noticeShape.parse(JSON.parse(payload)))
  }
  return db.listen(channel, onPayload, onGap)
}

/** Everything whose standing ended at or after `since`. */
export async function standingEndedSince(
  db: Pick<Database, 'query'>,
  since: Date,
): Promise<StandingChange[]> {
  const { rows } = await db.query<StandingChange>(
    `select 'card' as kind, card_uuid as id from cards
     where state in ('suspended', 'revoked', 'expired', 'replaced') and state_since >= $1
     union
     select 'card', card_uuid from certificates where revoked_at >= $1 and card_uuid is not null
     union
     select 'holder', id from holders where state = 'inactive' and state_since >= $1
     union
     select 'terminal', id from terminals where state = 'withdrawn' and state_since >= $1`,
    [since],
  )
  return rows
}
