import type { Database, Queryable } from '../db/pool.ts'

/** The channels that migration 0009 notifies as part of the change itself. */
const statusChannel = 'ecard_certificates'
const authorityChannel = 'ecard_authorities'
/**
 * A probe looks like a notice about a certificate of an authority that cannot exist, so that nobody
 * else who listens stumbles over it.
 */
const nobody = '00000000-0000-0000-0000-000000000000'

export interface NoticeListener {
  /** @param key - `statusKey` of the certificate whose status changed */
  onStatus(key: string): void
  onProbe(token: string): void
  /** An authority was added or changed, or that may have been missed. */
  onAuthorities(): void
  /** The connection was lost and is back: which statuses changed meanwhile was not told. */
  onGap(): void
}

/** How notices name a certificate. */
export function statusKey(authorityId: string, serialNumber: string): string {
  return `${authorityId} ${serialNumber}`
}

/** @returns how to stop listening */
export async function listenForNotices(
  db: Pick<Database, 'listen'>,
  listener: NoticeListener,
): Promise<() => Promise<void>> {
  const onStatusNotice = (payload: string) => {
    const isProbe = payload.startsWith(nobody)
    if (isProbe) listener.onProbe(payload.slice(nobody.length + 1))
    else listener.onStatus(payload)
  }
  const onGap = () => {
    listener.onGap()
  }
  const onAuthorities = () => {
    listener.onAuthorities()
  }
  const stopStatuses = await db.listen(statusChannel, onStatusNotice, onGap)
  const stopAuthorities = await db.listen(authorityChannel, onAuthorities, onAuthorities)
  return async () => {
    await Promise.all([stopStatuses(), stopAuthorities()])
  }
}

/**
 * Sends ourselves a notice. PostgreSQL delivers in the order of commits, so who hears it has heard
 * of every change that was committed before.
 *
 * @param token - lower-case hexadecimal
 * @returns the states of all authorities now, as `authorityStates` puts them
 */
export async function sendProbe(db: Queryable, token: string): Promise<string> {
  const { rows } = await db.query<{ states: string | null }>(
    `select pg_notify($1, $2),
       (select string_agg(id || ' ' || state, ',' order by id) from authorities) as states`,
    [statusChannel, statusKey(nobody, token)],
    { name: 'ocsp-probe' },
  )
  return rows[0]?.states ?? ''
}

export function authorityStates(
  authorities: readonly { readonly id: string; readonly state: string }[],
): string {
  const states = authorities.map(({ id, state }) => `${id} ${state}`)
  return states.sort().join(',')
}
