import type { Command } from 'commander'
import { abandonIssuance } from '../../src/cards/abandon-issuance.ts'
import { findRunning, listRunning } from '../../src/cards/issuance-journal.ts'
import { listRunningRenewals } from '../../src/cards/renewal-store.ts'
import { InputInvalid, NotFound } from '../../src/errors.ts'
import { createHolderStore } from '../../src/holders/holder-store.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { cardCareWords } from '../words/card-care-words.ts'
import { actingOperator } from './acting-operator.ts'
import { confirmed } from './confirm.ts'
import { findCard } from './find-card.ts'
import { withRegistry, type Registry } from './open-registry.ts'
import { createOutput } from './output.ts'
import { tableLines } from './print-table.ts'

interface Unfinished {
  readonly cardUuid: string
  readonly what: 'issuing' | 'renewing'
  readonly holder: string
  readonly desk: string
  readonly step: string
  readonly startedAt: Date
}

/** `ecard card issuances` and `abandon`. */
export function addIssuances(card: Command): void {
  const { summaries, options, reasons } = cardCareWords()
  const { example, applyOption, jsonOption } = ecardWords()
  card
    .command('issuances')
    .description(summaries.issuances)
    .option('--json', jsonOption)
    .addHelpText('after', `\n${example}\n  ecard card issuances`)
    .action(list)
  card
    .command('abandon')
    .description(summaries.abandon)
    .argument('<card-uuid>', options.cardUuid)
    .requiredOption('--reason <text>', options.reason)
    .option('--apply', applyOption)
    .option('--json', jsonOption)
    .addHelpText(
      'after',
      `
${example}
  ecard card abandon 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071 --reason "${reasons.lost}" --apply`,
    )
    .action(abandon)
}

async function list(options: { readonly json?: boolean }): Promise<void> {
  const { issuances } = cardCareWords()
  const output = createOutput(options)
  await withRegistry(async ({ db, clock }) => {
    const unfinished = await listUnfinished({ db })
    if (unfinished.length === 0) output.say(issuances.nothing)
    else {
      const rows = unfinished.map((one) => rowOf(one, clock.now()))
      for (const line of tableLines(issuances.headings, rows)) output.say(line)
      for (const { cardUuid, what } of unfinished.slice(0, 1))
        if (what === 'issuing') output.say(`\n${issuances.toDo(cardUuid)}`)
    }
    output.tell(unfinished)
  })
}

async function listUnfinished({ db }: Pick<Registry, 'db'>): Promise<Unfinished[]> {
  const holders = createHolderStore(db)
  const nameOf = async (id: string) => (await holders.find(id))?.displayName ?? id
  const issuing = (await listRunning(db)).map(async (one) => ({
    ...({ cardUuid: one.cardUuid, what: 'issuing', holder: await nameOf(one.holderId) } as const),
    ...{ desk: one.desk, step: one.step, startedAt: one.startedAt },
  }))
  const renewing = (await listRunningRenewals(db)).map(async (one) => {
    const { holder } = await findCard(db, one.cardUuid)
    const { cardUuid, desk, step, startedAt } = one
    return {
      cardUuid,
      what: 'renewing',
      holder: holder.displayName,
      desk,
      step,
      startedAt,
    } as const
  })
  return [...(await Promise.all(issuing)), ...(await Promise.all(renewing))]
}

function rowOf({ cardUuid, what, holder, desk, step, startedAt }: Unfinished, now: Date) {
  const { issuances } = cardCareWords()
  const age = issuances.age(Math.floor((now.getTime() - startedAt.getTime()) / 60_000))
  return [cardUuid, issuances[what], holder, desk, step, age]
}

async function abandon(
  given: string,
  options: { readonly reason: string; readonly apply?: boolean; readonly json?: boolean },
): Promise<void> {
  const { issuances, noReason } = cardCareWords()
  const reason = options.reason.trim()
  if (reason === '') throw new InputInvalid(noReason, { field: 'reason' })
  const output = createOutput(options)
  await withRegistry(async (registry) => {
    const { cardUuid } = (await findCard(registry.db, given)).card
    const scope = { kind: 'card', cardUuid } as const
    const { actor } = await actingOperator(registry, 'card.revoke', scope)
    const running = await findRunning(registry.db, cardUuid)
    if (running === null) throw new NotFound(issuances.none(cardUuid), { cardUuid })
    if (options.apply !== true) {
      output.say(issuances.wouldAbandon(cardUuid, running.step))
      output.say(ecardWords().dryRun)
      output.tell({ applied: false, cardUuid, step: running.step })
      if (!(await confirmed(options))) return
    }
    await abandonIssuance(registry, { cardUuid, actor, reason })
    output.say(issuances.abandoned(cardUuid))
    output.tell({ applied: true, cardUuid })
  })
}
