import { readChainHealth } from '../../src/audit/chain-health.ts'
import { listRunning } from '../../src/cards/issuance-journal.ts'
import type { Check, Finding } from '../../src/health.ts'
import { isBootstrapped, listAdministratorCards } from '../../src/operators/grant-store.ts'
import { countPuksReadOut, countStuckLogouts, readMailQueue } from './doctor-store.ts'
import { found } from './finding.ts'
import type { DoctorParts } from './service-checks.ts'

/** What was begun and not ended, and whether what happened can be proven. */
export const registryChecks: readonly Check<DoctorParts>[] = [
  { subject: 'operators', run: checkOperators },
  { subject: 'audit log', run: checkAudit },
  { subject: 'unfinished cards', run: checkIssuances },
  { subject: 'PUKs read out', run: checkPuks },
  { subject: 'sign-out notices', run: checkLogouts },
  { subject: 'mails', run: checkMails },
]

async function checkOperators({ db, clock }: DoctorParts): Promise<Finding[]> {
  if (!(await isBootstrapped(db))) return [found('amber', 'operators.none')]
  const cards = await listAdministratorCards(db, clock.now())
  const count = new Set(cards.map(({ holderId }) => holderId)).size
  if (count === 0) return [found('red', 'operators.locked-out')]
  return [
    count === 1 ? found('amber', 'operators.one') : found('green', 'operators.well', { count }),
  ]
}

/** The service signs every five minutes. */
const overdueCheckpointMs = 15 * 60_000

async function checkAudit({ db, clock }: DoctorParts): Promise<Finding[]> {
  const { isMoved, isBehind, linked, waiting, unsigned, lastCheckpointAt } = await readChainHealth({
    ...{ db, clock },
  })
  if (isMoved) return [found('red', 'audit.moved')]
  if (isBehind) return [found('amber', 'audit.behind', { waiting })]
  const sinceMs = clock.now().getTime() - Date.parse(lastCheckpointAt ?? '')
  const isSigned = unsigned === 0 || sinceMs <= overdueCheckpointMs
  if (isSigned) return [found('green', 'audit.well', { linked })]
  return [found('amber', 'audit.unsigned', { unsigned, since: lastCheckpointAt ?? '-' })]
}

/** A card is issued in seconds; one that takes so long was left. */
const leftAfterMs = 15 * 60_000

async function checkIssuances({ db, clock }: DoctorParts): Promise<Finding[]> {
  const before = clock.now().getTime() - leftAfterMs
  const left = (await listRunning(db)).filter(({ startedAt }) => startedAt.getTime() < before)
  const [oldest] = left
  if (oldest === undefined) return [found('green', 'issuances.none')]
  const since = oldest.startedAt.toISOString()
  return [found('amber', 'issuances.unfinished', { count: left.length, since })]
}

async function checkPuks({ db }: DoctorParts): Promise<Finding[]> {
  const count = await countPuksReadOut(db)
  return [count === 0 ? found('green', 'puk.none') : found('amber', 'puk.read-out', { count })]
}

const deliveredWithinMs = 60_000

async function checkLogouts({ db, clock }: DoctorParts): Promise<Finding[]> {
  const before = new Date(clock.now().getTime() - deliveredWithinMs)
  const { open, waiting } = await countStuckLogouts(db, before)
  if (open === 0 && waiting === 0) return [found('green', 'logout.none')]
  // Sessions that go on after a revocation are worse than applications that are away.
  return [found(waiting > 0 ? 'red' : 'amber', 'logout.stuck', { open, waiting })]
}

const failedWithinMs = 7 * 24 * 3600_000
/** A mail server is away for minutes now and then; the queue bridges that. */
const waitsAtMostMs = 3600_000

async function checkMails({ db, clock }: DoctorParts): Promise<Finding[]> {
  const now = clock.now().getTime()
  const { failed, lastError, waiting, oldest } = await readMailQueue(db, {
    failedSince: new Date(now - failedWithinMs),
    waitingBefore: new Date(now - waitsAtMostMs),
  })
  const findings: Finding[] = []
  if (failed > 0) findings.push(found('amber', 'mail.failed', { count: failed, error: lastError }))
  const since = oldest?.toISOString() ?? null
  if (since !== null) findings.push(found('amber', 'mail.waiting', { count: waiting, since }))
  return findings.length > 0 ? findings : [found('green', 'mail.none')]
}
