import { InvalidArgumentError, type Command } from 'commander'
import { createAuditStore, type StoredAuditEvent } from '../../src/audit/audit-store.ts'
import { findCardCare, type CardCare } from '../../src/cards/card-care-store.ts'
import type { Card } from '../../src/cards/card.ts'
import { findRunning, type Issuance } from '../../src/cards/issuance-journal.ts'
import { createHolderStore } from '../../src/holders/holder-store.ts'
import type { Holder } from '../../src/holders/holder.ts'
import { listCertificates, type CertificateRecord } from '../../src/pki/find-certificates.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { wordsFor } from '../words/language.ts'
import { standingWords } from '../words/standing-words.ts'
import { describeCare } from './describe-care.ts'
import { findCard } from './find-card.ts'
import { withRegistry, type Registry } from './open-registry.ts'
import { printTable } from './print-table.ts'

interface ShowOptions {
  readonly limit: number
  readonly json?: boolean
}

/** Everything that the registry knows of a card. */
interface ShownCard {
  readonly card: Card
  readonly holder: Holder
  readonly issuance: Issuance | null
  readonly care: CardCare | null
  readonly certificates: readonly CertificateRecord[]
  readonly history: readonly HistoryEvent[]
  /** Whether there are older events. */
  readonly hasMore: boolean
}

interface HistoryEvent extends StoredAuditEvent {
  /** The name of the holder who acted; else what the audit has. */
  readonly by: string
}

/** Renewed again and again, a card has a few dozen. */
const maxCertificates = 200

export function addShow(card: Command): void {
  const { show, help } = standingWords()
  const { jsonOption, example } = ecardWords()
  card
    .command('show')
    .description(show)
    .argument('<card-uuid>', help.cardUuid)
    .option('--limit <n>', help.limit, toLimit, 20)
    .option('--json', jsonOption)
    .addHelpText(
      'after',
      `
${example}
  ecard card show 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071`,
    )
    .action((cardUuid: string, options: ShowOptions) =>
      withRegistry(async (registry) => {
        const shown = await lookAt(registry, cardUuid, options)
        if (options.json === true) console.log(JSON.stringify(asJson(shown)))
        else print(shown)
      }),
    )
}

async function lookAt({ db }: Registry, given: string, { limit }: ShowOptions): Promise<ShownCard> {
  const { card, holder } = await findCard(db, given)
  const { cardUuid } = card
  const events = await createAuditStore(db).listRecent({ cardUuid, limit: limit + 1 })
  return {
    ...{ card, holder },
    issuance: await findRunning(db, cardUuid),
    care: await findCardCare(db, cardUuid),
    certificates: await listCertificates(db, { cardUuid }, { limit: maxCertificates }),
    history: await withNames(db, events.slice(0, limit)),
    hasMore: events.length > limit,
  }
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

async function withNames(
  db: Registry['db'],
  events: readonly StoredAuditEvent[],
): Promise<HistoryEvent[]> {
  const holders = createHolderStore(db)
  const names = new Map<string, string>()
  for (const actor of new Set(events.map((event) => event.actor ?? ''))) {
    const holder = uuid.test(actor) ? await holders.find(actor) : null
    names.set(actor, holder?.displayName ?? actor)
  }
  return events.map((event) => ({ ...event, by: names.get(event.actor ?? '') ?? '' }))
}

function print(shown: ShownCard): void {
  const { card, holder, issuance, care, certificates, history, hasMore } = shown
  const words = standingWords()
  const [cardLabel, holderLabel, stateLabel, expiryLabel, unfinishedLabel] = words.card.labels
  const rows = [
    [cardLabel, `${card.cardUuid} (${words.kinds[card.kind]})`],
    [holderLabel, `${holder.displayName} (${holder.id})`],
    [stateLabel, words.card.since(words.states[card.state], day(card.stateSince))],
    [expiryLabel, day(card.expiresAt)],
    ...(issuance === null ? [] : [[unfinishedLabel, unfinished(issuance)]]),
  ]
  const width = Math.max(...rows.map(([label = '']) => label.length))
  for (const [label = '', value = ''] of rows) console.log(`${label.padEnd(width)}  ${value}`)
  for (const line of care === null ? [] : describeCare(care, card)) console.log(line)
  console.log(`\n${words.card.certificates}`)
  printRows(words.card.certificateHeadings, certificates.map(certificateRow))
  console.log(`\n${words.card.history}`)
  printRows(words.card.historyHeadings, history.map(historyRow))
  if (hasMore) console.log(words.card.more)
}

function unfinished({ step, startedAt }: Issuance): string {
  return standingWords().card.unfinished(step, day(startedAt))
}

function printRows(headings: readonly string[], rows: readonly string[][]): void {
  if (rows.length === 0) console.log(standingWords().card.none)
  else printTable(headings, rows)
}

function certificateRow(one: CertificateRecord): string[] {
  const { statuses } = standingWords().card
  const { slot, status, notBefore, notAfter, serialNumber, reason } = one
  return [slot ?? '', statuses[status], day(notBefore), day(notAfter), serialNumber, reason ?? '']
}

function historyRow({ at, event, outcome, by, terminalId, reason }: HistoryEvent): string[] {
  const { auditOutcomes } = standingWords().card
  const cells = [instant(at), event, auditOutcomes[outcome], by, terminalId ?? '', reason ?? '']
  return cells.map(onOneLine)
}

/** Words that people typed stay words: nothing in them reaches the terminal as a command. */
function onOneLine(cell: string): string {
  return cell.replace(/\p{Cc}+/gu, ' ')
}

function asJson({ card, holder, issuance, care, certificates, history }: ShownCard) {
  return {
    ...card,
    holder: { id: holder.id, name: holder.displayName, state: holder.state },
    unfinishedStep: issuance?.step ?? null,
    ...care,
    certificates: certificates.map((one) => ({
      ...{ slot: one.slot, status: one.status, serialNumber: one.serialNumber },
      ...{ authority: one.authoritySlug, notBefore: one.notBefore, notAfter: one.notAfter },
      reason: one.reason,
    })),
    history,
  }
}

const locale = () => wordsFor({ vi: 'vi-VN', en: 'en-GB' })

function day(date: Date): string {
  return date.toLocaleDateString(locale(), { day: '2-digit', month: '2-digit', year: 'numeric' })
}

function instant(date: Date): string {
  return `${day(date)} ${date.toLocaleTimeString('en-GB')}`
}

function toLimit(text: string): number {
  const limit = Number(text)
  if (Number.isInteger(limit) && limit > 0 && limit <= 10_000) return limit
  throw new InvalidArgumentError(ecardWords().numberFrom(1, 10_000))
}
