import { awaitLogoutReceipts, type LogoutReport } from '../../src/oidc/logout-receipts.ts'
import { createEndedStandingStore, type Ended } from '../../src/oidc/ended-standing-store.ts'
import { createLogoutNoticeStore, type KeptReceipt } from '../../src/oidc/logout-notice-store.ts'
import { wordsFor } from '../words/language.ts'
import { standingWords, type EndedSubject } from '../words/standing-words.ts'
import type { Registry } from './open-registry.ts'
import type { Output } from './output.ts'
import { tableLines } from './print-table.ts'

/** Waits for at most 5 s until running services have told every application, and says how far. */
export function waitForReceipts(
  { db, clock }: Pick<Registry, 'db' | 'clock'>,
  ended: readonly Ended[],
): Promise<LogoutReport> {
  const endings = createEndedStandingStore(db)
  const logoutNotices = createLogoutNoticeStore(db)
  return awaitLogoutReceipts({ endings, logoutNotices, clock }, ended, { onReport: sayProgress })
}

/** On standard error and to people alone: what is printed stays what scripts read. */
function sayProgress({ sessionsEnded, receipts }: LogoutReport): void {
  if (!process.stderr.isTTY) return
  const words = standingWords()
  const told = receipts.filter(({ outcome }) => outcome !== 'open').length
  console.error(sessionsEnded ? words.waiting(told, receipts.length) : words.waitingForService)
}

/** Waits as `waitForReceipts`, and tells people. @param by.of - what ended. @returns for programs */
export async function tellEnded(
  registry: Pick<Registry, 'db' | 'clock'>,
  ended: readonly Ended[],
  { of, output }: { readonly of: EndedSubject; readonly output: Output },
): Promise<ReturnType<typeof reportAsJson>> {
  const report = await waitForReceipts(registry, ended)
  for (const line of reportLines(report, of)) output.say(line)
  return reportAsJson(report)
}

/** Application by application. @param of - what ended */
export function reportLines({ sessionsEnded, receipts }: LogoutReport, of: EndedSubject): string[] {
  const words = standingWords()
  const table = receipts.length > 0 ? tableLines(words.receiptHeadings, receipts.map(toRow)) : []
  if (!sessionsEnded) return [...table, words.nobodyAnswered[of]]
  if (receipts.length === 0) return [words.noSessions[of]]
  const allTold = receipts.every(({ outcome }) => outcome === 'told')
  return allTold
    ? [...table, words.allTold(receipts.length, milliseconds(lastTold(receipts)))]
    : table
}

export function reportAsJson({ sessionsEnded, receipts }: LogoutReport) {
  return {
    sessionsEnded,
    applications: receipts.map(({ clientId, outcome, tookMs, attempts }) => ({
      ...{ clientId, outcome, tookMs, attempts },
    })),
  }
}

function toRow({ clientId, clientName, outcome, tookMs }: KeptReceipt): string[] {
  const words = standingWords()
  const name = clientName === null ? '' : wordsFor(clientName)
  return [clientId, name, words.outcomes[outcome](milliseconds(tookMs ?? 0))]
}

function lastTold(receipts: readonly KeptReceipt[]): number {
  return Math.max(...receipts.map(({ tookMs }) => tookMs ?? 0))
}

function milliseconds(value: number): string {
  return value.toLocaleString(wordsFor({ vi: 'vi', en: 'en' }))
}
