import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { Ended, EndedStandingStore } from './ended-standing-store.ts'
import type { KeptReceipt, LogoutNoticeStore } from './logout-notice-store.ts'

/** What running services have made of the end of a card, holder or terminal. */
export interface LogoutReport {
  /** false: no service has said yet that the sessions are dead; each does so when it starts. */
  readonly sessionsEnded: boolean
  /** One for each session and application, the slowest last. */
  readonly receipts: readonly KeptReceipt[]
}

export interface LogoutReceiptsDeps {
  readonly endings: Pick<EndedStandingStore, 'latestOf'>
  readonly logoutNotices: Pick<LogoutNoticeStore, 'receiptsOf'>
  readonly clock: Clock
}

export interface AwaitReceiptsOptions {
  /** How long to wait for the last receipt. Default 5000. */
  readonly patienceMs?: number
  /** Called with each report that differs from the one before. */
  readonly onReport?: (report: LogoutReport) => void
}

const pollEveryMs = 40
/** Of what is open: the last in the list. */
const neverMs = Number.MAX_SAFE_INTEGER

/**
 * Waits until everybody has been told of the newest end of each subject, or for as long as there is
 * patience. Call it after the change was committed. Of what ended together, such as a holder and
 * the cards, each application is told once, for one of them.
 */
export async function awaitLogoutReceipts(
  deps: LogoutReceiptsDeps,
  subjects: readonly Ended[],
  { patienceMs = 5_000, onReport = () => undefined }: AwaitReceiptsOptions = {},
): Promise<LogoutReport> {
  const giveUpAt = deps.clock.now().getTime() + patienceMs
  let last = ''
  for (;;) {
    const report = await reportOf(deps, subjects)
    const now = JSON.stringify(report)
    if (now !== last) onReport(report)
    last = now
    if (isComplete(report) || deps.clock.now().getTime() >= giveUpAt) return report
    await pause(pollEveryMs)
  }
}

async function reportOf(
  deps: LogoutReceiptsDeps,
  subjects: readonly Ended[],
): Promise<LogoutReport> {
  const reports = await Promise.all(subjects.map((subject) => reportOfOne(deps, subject)))
  const receipts = reports.flatMap((report) => report.receipts)
  return {
    sessionsEnded: reports.every(({ sessionsEnded }) => sessionsEnded),
    receipts: receipts.sort((a, b) => (a.tookMs ?? neverMs) - (b.tookMs ?? neverMs)),
  }
}

async function reportOfOne(deps: LogoutReceiptsDeps, subject: Ended): Promise<LogoutReport> {
  const ending = await deps.endings.latestOf(subject)
  // Its end was long ago, or never was: nothing rests on it any more.
  if (ending === null) return { sessionsEnded: true, receipts: [] }
  const receipts = await deps.logoutNotices.receiptsOf(ending.id)
  return { sessionsEnded: ending.sessionsEndedAt !== null, receipts }
}

function isComplete({ sessionsEnded, receipts }: LogoutReport): boolean {
  return sessionsEnded && receipts.every(({ outcome }) => outcome !== 'open')
}
