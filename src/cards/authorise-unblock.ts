import { createAuditStore } from '../audit/audit-store.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../db/pool.ts'
import { NotFound } from '../errors.ts'
import type { Random } from '../random.ts'
import { createTerminalStore } from '../terminals/terminal-store.ts'
import { createCardStore } from './card-store.ts'
import { checkInUse } from './recognise-card-in-use.ts'
import {
  insertUnblockAuthorisation,
  type UnblockAuthorisation,
} from './unblock-authorisation-store.ts'

export interface AuthoriseUnblockRequest {
  readonly cardUuid: string
  readonly terminalId: string
  /** Who authorises: a holder id or the name of a program. */
  readonly actor: string
  /** Why, as the person who authorises puts it. */
  readonly reason: string
}

/** Long enough to find the card and think of a PIN; on the telephone nobody waits longer. */
const validMs = 15 * 60_000

/**
 * Lets a holder who is far away unblock that card once, at that terminal, within a quarter of an
 * hour. Nothing is done to the card: `unblockCard` at that terminal uses it up.
 *
 * @throws NotFound for a card or terminal that is not there, or a terminal that is withdrawn
 * @throws CardFault `card-unfinished`, `card-suspended`, `card-ended`
 */
export async function authoriseUnblock(
  deps: { readonly db: Database; readonly clock: Clock; readonly random: Random },
  { cardUuid, terminalId, actor, reason }: AuthoriseUnblockRequest,
): Promise<UnblockAuthorisation> {
  const authorisedAt = deps.clock.now()
  const expiresAt = new Date(authorisedAt.getTime() + validMs)
  const id = deps.random.uuid()
  const authorisation = { id, cardUuid, terminalId, authorisedBy: actor, reason }
  return deps.db.inTransaction(async (tx) => {
    const card = await createCardStore(tx).findToChange(cardUuid)
    if (card === null) throw new NotFound('there is no such card', { cardUuid })
    checkInUse(card, authorisedAt)
    const terminal = await createTerminalStore(tx).find(terminalId)
    if (terminal?.state !== 'active') throw new NotFound('no such terminal', { terminalId })
    const given = { ...authorisation, authorisedAt, expiresAt }
    await insertUnblockAuthorisation(tx, given)
    await createAuditStore(tx).append({
      ...{ at: authorisedAt, event: 'card.unblock-authorised', outcome: 'succeeded' },
      ...{ actor, reason, holderId: card.holderId, cardUuid, terminalId },
      facts: { authorisation: id, expiresAt: expiresAt.toISOString() },
    })
    return given
  })
}
