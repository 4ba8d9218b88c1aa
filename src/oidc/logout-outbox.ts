import type { Clock } from '../clock.ts'
import { deliverLogout, type DeliveryDeps } from './logout-delivery.ts'
import type {
  LogoutNotice,
  LogoutNoticeStore,
  LogoutReceipt,
  TakenNotice,
} from './logout-notice-store.ts'

export interface LogoutOutboxDeps extends DeliveryDeps {
  readonly notices: LogoutNoticeStore
  readonly clock: Clock
  /** How long to wait before each further attempt; after the last one it is given up. */
  readonly retryDelaysMs: readonly number[]
}

/**
 * Whom to tell that a session ended, in the registry until each has a receipt: what a node wrote
 * down and did not come to, another node tells.
 */
export interface LogoutOutbox {
  /** Writes down whom to tell, before what they are told of is final. Nobody has been told yet. */
  write(notices: readonly LogoutNotice[]): Promise<TakenNotice[]>
  /**
   * One attempt for each; those that fail are tried again later, by any node. Never throws: what
   * could not be noted is told once more.
   */
  tell(notices: readonly TakenNotice[]): Promise<LogoutReceipt[]>
  /** Somebody else has made the attempt, and it failed. Never throws. */
  retry(notices: readonly TakenNotice[]): Promise<void>
  /** Tells those whose time has come, and those that a dead node had taken. */
  tellDue(): Promise<void>
  /** No further attempts from here on. */
  close(): void
}

/** Seven attempts in the course of six minutes. */
export const defaultRetryDelaysMs: readonly number[] = [200, 1_000, 4_000, 15_000, 60_000, 300_000]

/** Enough to tell hundreds of clients in a second, few enough not to drown anybody. */
const maxAtOnce = 32
/** Long enough for an attempt at a client that is away, with others before it. */
const takenForMs = 15_000

export function createLogoutOutbox(deps: LogoutOutboxDeps): LogoutOutbox {
  const timers = new Set<NodeJS.Timeout>()
  const { notices, clock, log } = deps
  const due = () => new Date(clock.now().getTime() + takenForMs)

  async function tell(taken: readonly TakenNotice[]): Promise<LogoutReceipt[]> {
    const receipts: LogoutReceipt[] = []
    for (let start = 0; start < taken.length; start += maxAtOnce) {
      const batch = taken.slice(start, start + maxAtOnce)
      receipts.push(...(await Promise.all(batch.map(tellOne))))
    }
    return receipts
  }

  async function tellOne(notice: TakenNotice): Promise<LogoutReceipt> {
    const { sessionUid, clientId, attempts } = notice
    const outcome = await deliverLogout(deps, notice)
    if (outcome === 'not-told' && attempts <= deps.retryDelaysMs.length) {
      await note(postpone(notice))
      return { sessionUid, clientId, outcome: 'open' }
    }
    await note(notices.finish(notice.id, outcome))
    return { sessionUid, clientId, outcome }
  }

  async function postpone({ id, attempts }: TakenNotice): Promise<void> {
    const delayMs = deps.retryDelaysMs[attempts - 1] ?? 0
    await notices.postpone(id, new Date(clock.now().getTime() + delayMs))
    const timer = setTimeout(() => {
      timers.delete(timer)
      void note(tellDue())
    }, delayMs + 1)
    timer.unref()
    timers.add(timer)
  }

  async function note(work: Promise<void>): Promise<void> {
    await work.catch((error: unknown) => {
      log.error('oidc.logout-notice.not-kept', error)
    })
  }

  async function tellDue(): Promise<void> {
    for (;;) {
      const at = { now: clock.now(), dueAt: due(), limit: maxAtOnce }
      const taken = await notices.takeDue(at)
      await tell(taken)
      if (taken.length < maxAtOnce) return
    }
  }

  return {
    write: (written) => notices.insert(written, due()),
    tell,
    retry: async (failed) => {
      for (const notice of failed) await note(postpone(notice))
    },
    tellDue,
    close: () => {
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
    },
  }
}
