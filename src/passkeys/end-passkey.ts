import { createAuditStore } from '../audit/audit-store.ts'
import type { AuditEventName } from '../audit/audit-event.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../db/pool.ts'
import { withinTransaction } from '../db/within-transaction.ts'
import { NotFound } from '../errors.ts'
import { noticingPasskeyStore, nowhere, type PasskeyNotices } from './passkey-notices.ts'
import { createPasskeyStore } from './passkey-store.ts'
import type { Passkey, UsedAt } from './passkey.ts'

export interface PasskeyChangeDeps {
  readonly db: Database
  readonly clock: Clock
  readonly passkeyNotices: PasskeyNotices
}

export interface PasskeyEndRequest {
  readonly passkeyId: string
  /** Whose it has to be; null where an operator acts and any will do. */
  readonly holderId: string | null
  /** A holder or operator id, or the name of a program. */
  readonly actor: string
  readonly reason: string
  /** For the notice to its holder; left out where it is not theirs to know. */
  readonly usedAt?: UsedAt
}

/** By an operator. Its sessions end. @throws NotFound: there is none, or it is revoked already */
export function revokePasskey(
  deps: PasskeyChangeDeps,
  request: PasskeyEndRequest,
): Promise<Passkey> {
  return endPasskey(deps, request, 'passkey.revoked')
}

/** By its own holder. Its sessions end. @throws NotFound */
export function removePasskey(
  deps: PasskeyChangeDeps,
  request: Omit<PasskeyEndRequest, 'actor' | 'reason'> & { readonly holderId: string },
): Promise<Passkey> {
  const { holderId } = request
  return endPasskey(
    deps,
    { ...request, actor: holderId, reason: 'removed by its holder' },
    'passkey.removed',
  )
}

/** The end, its audit event and the notice to its holder are committed together. */
function endPasskey(
  { db, clock, passkeyNotices }: PasskeyChangeDeps,
  { passkeyId, holderId, actor, reason, usedAt = nowhere }: PasskeyEndRequest,
  event: AuditEventName,
): Promise<Passkey> {
  const at = clock.now()
  return db.inTransaction(async (tx) => {
    await findOwn(createPasskeyStore(tx), passkeyId, holderId)
    const within = { db: withinTransaction(db, tx), passkeyNotices }
    const ended = await noticingPasskeyStore(within, usedAt).end(passkeyId, {
      to: 'revoked',
      by: actor,
      reason,
      at,
    })
    if (ended === null) throw new NotFound('the passkey is revoked already', { passkeyId })
    const about = { at, event, actor, reason, holderId: ended.holderId } as const
    await createAuditStore(tx).append({ ...about, outcome: 'succeeded', facts: { passkeyId } })
    return ended
  })
}

export interface PasskeyRenaming {
  readonly passkeyId: string
  readonly holderId: string
  /** NFC, 1 to 60 characters. */
  readonly name: string
  readonly usedAt?: UsedAt
}

/** What the holder calls it from now on. @throws NotFound: there is none, or it is revoked */
export function renamePasskey(
  { db, clock, passkeyNotices }: PasskeyChangeDeps,
  { passkeyId, holderId, name, usedAt = nowhere }: PasskeyRenaming,
): Promise<Passkey> {
  const at = clock.now()
  return db.inTransaction(async (tx) => {
    const store = createPasskeyStore(tx)
    const passkey = await findOwn(store, passkeyId, holderId)
    if (passkey.state === 'revoked') throw new NotFound('the passkey is revoked', { passkeyId })
    if (passkey.name === name) return passkey
    await store.rename(passkeyId, name)
    const about = { at, event: 'passkey.renamed', actor: holderId, holderId } as const
    await createAuditStore(tx).append({ ...about, outcome: 'succeeded', facts: { passkeyId } })
    const renamed = { ...passkey, name }
    const notice = { template: 'passkey-renamed', formerName: passkey.name, at, usedAt } as const
    await passkeyNotices.write(tx, { ...notice, passkey: renamed })
    return renamed
  })
}

/** Another holder's passkey is no different from one that does not exist. */
async function findOwn(
  store: Pick<ReturnType<typeof createPasskeyStore>, 'find'>,
  passkeyId: string,
  holderId: string | null,
): Promise<Passkey> {
  const passkey = await store.find(passkeyId)
  if (passkey === null || (holderId !== null && passkey.holderId !== holderId))
    throw new NotFound('there is no such passkey', { passkeyId })
  return passkey
}
