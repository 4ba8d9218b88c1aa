import type { Log } from '../log.ts'
import { createAuthorityStore } from './authority-store.ts'
import type { Authority } from './authority.ts'
import { publishCrl, type PublishCrlDeps } from './crl-publish.ts'
import { isDue, publishesLists } from './crl-policy.ts'
import { listLast, type CrlPart, type CrlRecord } from './crl-store.ts'

export interface CrlPublisherDeps extends PublishCrlDeps {
  readonly log: Log
  /** How often it looks whether there is something to do. Default one minute. */
  readonly wakeEveryMs?: number
}

/** Keeps the lists of all authorities whose key is here in force and up to date. */
export interface CrlPublisher {
  /** One look at everything, and what it calls for. Never rejects: what fails is logged. */
  readonly wake: () => Promise<void>
  /** Waits for a list that is being made. */
  readonly stop: () => Promise<void>
}

/** The channel that a trigger notifies of every change of status: "<authority id> <serial>". */
const channel = 'ecard_certificates'
const firstDelayMs = 60_000
const longestDelayMs = 600_000
const actor = 'crl-publisher'

/**
 * Publishes at once where there is no list yet, when what a list tells has changed, and well before
 * the last one ends. Looks at everything when it starts and after a lost connection, so that nothing
 * that happened meanwhile, or was cut off, is forgotten. Any number of nodes may run it.
 *
 * An authority whose key cannot be used is tried again, at longer and longer intervals up to ten
 * minutes; the others go on. `crlHealth` tells when that has gone on for too long.
 *
 * @throws DatabaseUnavailable when the registry cannot be listened to the first time
 */
export async function startCrlPublisher(deps: CrlPublisherDeps): Promise<CrlPublisher> {
  const changes = createChanges()
  const failures = createFailures(deps)
  let running: Promise<void> | null = null

  async function look(): Promise<void> {
    const now = deps.clock.now()
    const { authorities, last } = await readRegistry(deps)
    for (const authority of authorities) {
      if (authority.keyName === null || !publishesLists(authority, now)) continue
      if (failures.mayTry(authority)) await attend(authority, last)
    }
  }

  async function attend(authority: Authority, last: ReadonlyMap<string, CrlRecord>): Promise<void> {
    // A change from here on is for the next look.
    const changed = changes.take(authority)
    try {
      for (const part of partsOf(authority)) {
        const list = last.get(keyOfPart(part)) ?? null
        if (!changed && list !== null && !isDue(list, deps.clock.now(), deps.policy)) continue
        await publish(authority, part)
      }
      failures.forget(authority)
    } catch (error) {
      changes.add(authority.id)
      failures.note(authority, error)
    }
  }

  async function publish(authority: Authority, { partition }: CrlPart): Promise<void> {
    const done = await publishCrl(deps, { authority, partition }, { when: 'needed', actor })
    if (done.outcome === 'published') {
      const { number, entries } = done.list
      const facts = { authority: authority.slug, partition, number: number.toString(), entries }
      deps.log.info('crl.published', facts)
    }
    if (done.outcome === 'busy' || done.outcome === 'too-soon') changes.add(authority.id)
  }

  function wake(): Promise<void> {
    running ??= look()
      .catch((error: unknown) => {
        deps.log.error('crl.not-published', error)
      })
      .finally(() => {
        running = null
      })
    return running
  }

  const hear = (payload: string) => {
    changes.add(payload.split(' ')[0] ?? '')
  }
  const stopListening = await deps.db.listen(channel, hear, changes.addAll)
  const timer = setInterval(() => void wake(), deps.wakeEveryMs ?? firstDelayMs)
  timer.unref()
  void wake()
  return {
    wake,
    stop: async () => {
      clearInterval(timer)
      await stopListening()
      await running
    },
  }
}

async function readRegistry({ db }: Pick<PublishCrlDeps, 'db'>) {
  const [authorities, lists] = await Promise.all([
    createAuthorityStore(db).listAuthorities(),
    listLast(db),
  ])
  return { authorities, last: new Map(lists.map((list) => [keyOfPart(list), list])) }
}

function keyOfPart({ authorityId, partition }: CrlPart): string {
  return `${authorityId} ${partition}`
}

/** The parts of an authority's list. */
export function partsOf({ id, crlPartitions }: Authority): CrlPart[] {
  return Array.from({ length: crlPartitions }, (_, partition) => ({ authorityId: id, partition }))
}

/** Of which authorities something may have to be told that the last list does not tell. */
function createChanges() {
  const unchanged = new Set<string>()
  return {
    add: (authorityId: string): void => {
      unchanged.delete(authorityId)
    },
    addAll: (): void => {
      unchanged.clear()
    },
    /** A root is always looked at: its list has authorities on it, and is short. */
    take: ({ id, kind }: Authority): boolean => {
      if (unchanged.has(id)) return kind === 'root'
      unchanged.add(id)
      return true
    },
  }
}

function createFailures({ clock, log }: Pick<CrlPublisherDeps, 'clock' | 'log'>) {
  const pending = new Map<string, { delayMs: number; retryAt: number }>()
  return {
    mayTry: ({ id }: Authority): boolean =>
      clock.now().getTime() >= (pending.get(id)?.retryAt ?? 0),
    note: ({ id, slug }: Authority, error: unknown): void => {
      const delayMs = Math.min((pending.get(id)?.delayMs ?? firstDelayMs / 2) * 2, longestDelayMs)
      pending.set(id, { delayMs, retryAt: clock.now().getTime() + delayMs })
      log.error('crl.not-published', error, { authority: slug, retryInMs: delayMs })
    },
    forget: ({ id }: Authority): void => {
      pending.delete(id)
    },
  }
}
