import type { Log } from '../log.ts'
import type { EndedStanding } from './ended-standing-store.ts'
import { endSessions, type EndSessionsDeps } from './end-sessions.ts'
import type { LogoutNoticeStore } from './logout-notice-store.ts'
import type { SessionSubject } from './session-index.ts'

export interface WatchLogoutsDeps extends EndSessionsDeps {
  readonly logoutNotices: Pick<LogoutNoticeStore, 'purge'>
  readonly log: Log
}

export interface WatchLogoutsOptions {
  /** Default 5. */
  readonly everySeconds?: number
}

/** What is younger is being ended by the nodes that heard of it. */
const headStartMs = 5_000
/** Receipts are there for who asks what became of a change. */
const keptDays = 30
const endingsAtOnce = 200

/**
 * Goes on where a node died or none was running: ends sessions that rest on what has ended, tells
 * whom nobody has told yet, and removes old receipts. Now and again and again; a failure is logged
 * and the next turn tries once more. Any number of nodes may do this at once.
 *
 * @returns what stops it; it resolves when a turn that is running has ended
 */
export function watchLogoutNotices(
  deps: WatchLogoutsDeps,
  { everySeconds = 5 }: WatchLogoutsOptions = {},
): () => Promise<void> {
  let turn: Promise<void> = takeTurn(deps, deps.clock.now())
  const timer = setInterval(() => {
    const before = new Date(deps.clock.now().getTime() - headStartMs)
    turn = turn.then(() => takeTurn(deps, before))
  }, everySeconds * 1000)
  timer.unref()
  return async () => {
    clearInterval(timer)
    deps.outbox.close()
    await turn
  }
}

/** @param endedBefore - what ended later is left to others */
async function takeTurn(deps: WatchLogoutsDeps, endedBefore: Date): Promise<void> {
  await guarded(deps, () => endAllOverdue(deps, endedBefore))
  await guarded(deps, () => deps.outbox.tellDue())
  await guarded(deps, () => purge(deps))
}

/** What fails in one step keeps no other from its turn. */
async function guarded({ log }: WatchLogoutsDeps, step: () => Promise<void>): Promise<void> {
  try {
    await step()
  } catch (error) {
    log.error('oidc.logout-notices.turn-failed', error)
  }
}

async function endAllOverdue(deps: WatchLogoutsDeps, endedBefore: Date): Promise<void> {
  for (;;) {
    const open = await deps.endings.listOpen(endedBefore, endingsAtOnce)
    for (const ending of open) await endOverdue(deps, ending)
    if (open.length < endingsAtOnce) return
  }
}

async function endOverdue(deps: WatchLogoutsDeps, { id, subject }: EndedStanding): Promise<void> {
  if (subject.kind === 'authority') {
    await endCardsOfAuthority(deps, subject.id)
    await deps.endings.close([id])
    return
  }
  // Kinds are those that migrations tell of, the same as the index's; a kind without sessions here
  // has nothing to end.
  await endSessions(deps, subject as SessionSubject)
}

async function endCardsOfAuthority(deps: WatchLogoutsDeps, authorityId: string): Promise<void> {
  let after = ''
  for (;;) {
    const cards = await deps.endings.cardsOfAuthority(authorityId, after)
    for (const { cardUuid } of cards) await endSessions(deps, { kind: 'card', id: cardUuid })
    const last = cards.at(-1)
    if (last === undefined) return
    after = last.serialNumber
  }
}

async function purge({ logoutNotices, endings, clock }: WatchLogoutsDeps): Promise<void> {
  const before = new Date(clock.now().getTime() - keptDays * 86_400_000)
  await logoutNotices.purge(before)
  await endings.purge(before)
}
