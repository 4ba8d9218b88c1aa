import { z } from 'zod'
import type { Database } from '../db/pool.ts'

/** Whose standing changed: sessions, sign-ins and connections rest on these five. */
export interface StandingChange {
  readonly kind: 'card' | 'holder' | 'terminal' | 'passkey' | 'pass'
  readonly id: string
}

const noticeShape = z.object({
  kind: z.enum(['card', 'holder', 'terminal', 'passkey', 'pass', 'authority']),
  id: z.uuid(),
})

/** The channel that the migrations' triggers notify as part of the change itself. */
const channel = 'ecard_standing'

/**
 * Tells of every change of standing as soon as it is committed, by whichever program.
 *
 * @param onMany - more has ended than single notices told: the connection was lost and is back, or
 *   an authority was revoked and all its cards with it
 * @returns how to stop listening
 */
export function listenForStanding(
  db: Pick<Database, 'listen'>,
  onChange: (change: StandingChange) => void,
  onMany: () => void,
): Promise<() => Promise<void>> {
  const onPayload = (payload: string) => {
    const { kind, id } = noticeShape.parse(JSON.parse(payload))
    if (kind === 'authority') onMany()
    else onChange({ kind, id })
  }
  return db.listen(channel, onPayload, onMany)
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
     select 'card', card_uuid from certificates
     where revoked_at >= $1 and card_uuid is not null and der is not null
     union
     select 'card', card_uuid from certificates
     where status = 'suspended' and status_since >= $1 and card_uuid is not null
     union
     select 'terminal', terminal_id from certificates
     where revoked_at >= $1 and terminal_id is not null and der is not null
     union
     select 'card', t.card_uuid from authorities a join certificates t on t.authority_id = a.id
     where a.revoked_at >= $1 and t.card_uuid is not null and t.status in ('active', 'suspended')
     union
     select 'holder', id from holders where state = 'inactive' and state_since >= $1
     union
     select 'terminal', id from terminals where state = 'withdrawn' and state_since >= $1
     union
     select 'passkey', id from passkeys where state <> 'active' and state_since >= $1
     union
     select 'pass', id from passes where state = 'withdrawn' and state_since >= $1`,
    [since],
  )
  return rows
}
