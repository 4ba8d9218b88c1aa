import type { Clock } from '../clock.ts'
import type { Queryable } from '../db/pool.ts'
import type { Finding } from '../health.ts'
import { createAuthorityStore } from './authority-store.ts'
import { partsOf } from './crl-publisher.ts'
import { publishesLists, shareUsed, type CrlPolicy } from './crl-policy.ts'
import { listLast, type CrlRecord } from './crl-store.ts'

/** How one part of an authority's list stands. */
export interface CrlHealth {
  /** The authority's name in addresses. */
  readonly authority: string
  readonly partition: number
  /** `ending`: its successor is overdue. `ended`: nobody should believe it any more. */
  readonly state: 'current' | 'ending' | 'ended' | 'missing'
  /** Anything but `current` wants somebody to act. */
  readonly isRed: boolean
  /** Null where there is none. */
  readonly list: Pick<CrlRecord, 'number' | 'thisUpdate' | 'nextUpdate' | 'entries'> | null
  readonly ageSeconds: number | null
  /** False where the authority's key is elsewhere: its lists are installed from files. */
  readonly isMadeHere: boolean
}

export interface CrlHealthDeps {
  readonly db: Queryable
  readonly clock: Clock
  readonly policy: CrlPolicy
}

/** Every part that strangers look for, in the order of the authorities. */
export async function crlHealth(deps: CrlHealthDeps): Promise<CrlHealth[]> {
  const now = deps.clock.now()
  const lists = await listLast(deps.db)
  const authorities = await createAuthorityStore(deps.db).listAuthorities()
  return authorities
    .filter((authority) => publishesLists(authority, now))
    .flatMap((authority) =>
      partsOf(authority).map(({ authorityId, partition }) => {
        const list = lists.find(
          (one) => one.authorityId === authorityId && one.partition === partition,
        )
        const state = stateOf(list, now, deps.policy)
        return {
          ...{ authority: authority.slug, partition, state, isRed: state !== 'current' },
          list: list ?? null,
          ageSeconds: list ? Math.floor((now.getTime() - list.thisUpdate.getTime()) / 1000) : null,
          isMadeHere: authority.keyName !== null,
        }
      }),
    )
}

function stateOf(
  list: CrlRecord | undefined,
  now: Date,
  { marginShare }: CrlPolicy,
): CrlHealth['state'] {
  if (list === undefined) return 'missing'
  if (now >= list.nextUpdate) return 'ended'
  return shareUsed(list, now) > 1 - marginShare ? 'ending' : 'current'
}

/** One finding for each part that wants somebody to act, and one for each authority that is well. */
export function judgeCrls(parts: readonly CrlHealth[]): Finding[] {
  const isRed = new Set(parts.filter((part) => part.isRed).map(({ authority }) => authority))
  return parts
    .filter(
      ({ authority, partition, isRed: red }) => red || (partition === 0 && !isRed.has(authority)),
    )
    .map(finding)
}

function finding({ authority, partition, state, list, isMadeHere }: CrlHealth): Finding {
  const subject = `revocation list ${authority}/${partition}`
  const until = list?.nextUpdate.toISOString() ?? ''
  const about = {
    code: `crl.${state}`,
    facts: { list: `${authority}/${partition}`, until, isMadeHere },
  }
  if (state === 'current')
    return { level: 'green', subject, message: `in force until ${until}`, advice: null, ...about }
  const message = { missing: 'is missing', ended: `ended at ${until}`, ending: `ends at ${until}` }[
    state
  ]
  const advice = isMadeHere
    ? 'see the log for crl.not-published; then: ecard crl publish --apply'
    : 'sign one where the key of the authority is: ecard crl install FILE --apply'
  return { level: 'red', subject, message, advice, ...about }
}
