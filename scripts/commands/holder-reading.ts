import { InvalidArgumentError, Option, type Command } from 'commander'
import { createAuditStore } from '../../src/audit/audit-store.ts'
import { createCardStore } from '../../src/cards/card-store.ts'
import { createAgencyStore } from '../../src/holders/agency-store.ts'
import { listHolders, walkHolders } from '../../src/holders/holder-list-store.ts'
import type { HolderWithPosts } from '../../src/holders/import/holder-import-store.ts'
import { holderHeader, holderRow } from '../people/export-rows.ts'
import { findHolder } from '../people/find-holder.ts'
import { inWords, peopleHelp, peopleWords } from '../people/people-language.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { languageOf } from '../words/language.ts'
import { writeTable } from '../people/write-table.ts'
import type { PeopleWords } from '../words/people-words.ts'
import { actingOperator } from './acting-operator.ts'
import { withRegistry, type Registry } from './open-registry.ts'

interface Filter {
  readonly agency?: string
  readonly type?: 'person' | 'organisation'
  readonly all?: boolean
}

/** `list`, `show` and `export`. */
export function addReading(holder: Command): void {
  const help = peopleHelp()
  const words = ecardWords()
  const withFilter = (command: Command): Command =>
    command
      .option('--agency <code>', help.inAgency)
      .addOption(new Option('--type <type>', help.type).choices(['person', 'organisation']))
      .option('--all', help.all)
  withFilter(holder.command('list').description(help.holder.list))
    .option('--search <text>', help.search)
    .option('--limit <n>', help.limit, toLimit, 50)
    .option('--json', words.jsonLinesOption)
    .addHelpText(
      'after',
      `\n${words.example}\n  ecard holder list --agency MH-SNV --search "Nguyễn"`,
    )
    .action(list)
  holder
    .command('show')
    .description(help.holder.show)
    .argument('<holder>', help.holderArgument)
    .option('--json', words.jsonOption)
    .addHelpText('after', `\n${words.example}\n  ecard holder show 000085000101`)
    .action(show)
  withFilter(holder.command('export').description(help.holder.export))
    .option('--out <file>', help.out)
    .addOption(new Option('--json', words.jsonLinesOption).conflicts('out'))
    .addHelpText('after', help.holder.exportNotes)
    .action(exportAll)
}

function toLimit(text: string): number {
  const limit = Number(text)
  if (Number.isInteger(limit) && limit > 0 && limit <= 10_000) return limit
  throw new InvalidArgumentError(ecardWords().numberFrom(1, 10_000))
}

function toFilter({ agency, type, all }: Filter): Parameters<typeof listHolders>[1] {
  return {
    ...(agency !== undefined && { agency }),
    ...(type !== undefined && { type }),
    ...(all !== true && { state: 'active' }),
  }
}

async function list(
  options: Filter & { readonly search?: string; readonly limit: number; readonly json?: boolean },
): Promise<void> {
  const words = peopleWords(languageOf(process.env))
  const { limit } = options
  const search = options.search?.normalize('NFC')
  await withRegistry(async ({ db }) => {
    const filter = { ...toFilter(options), ...(search !== undefined && { search }) }
    const found = await listHolders(db, filter, limit + 1)
    for (const one of found.slice(0, limit))
      console.log(options.json === true ? JSON.stringify(one) : describe(one, words))
    if (found.length > limit && options.json !== true) console.error(words.more(limit))
  })
}

function describe(
  { holder, agencies, organisations }: HolderWithPosts,
  words: PeopleWords,
): string {
  const number = holder.type === 'person' ? holder.nationalNumber : holder.taxCode
  const posts = [...agencies, ...organisations].map(({ code, position }) =>
    position === '' ? code : `${code} (${position})`,
  )
  const state = holder.state === 'active' ? [] : [words.states.inactive]
  return [number.padEnd(14), holder.displayName, ...posts, ...state].join('  ')
}

async function show(given: string, { json }: { readonly json?: boolean }): Promise<void> {
  const words = peopleWords(languageOf(process.env))
  await withRegistry(async (registry) => {
    const found = await findHolder(registry, given, words)
    const cards = await createCardStore(registry.db).listByHolder(found.holder.id)
    if (json === true) {
      console.log(JSON.stringify({ ...found, cards }, null, 2))
      return
    }
    const { id, email, state, type } = found.holder
    console.log(describe(found, words))
    console.log(
      `${words.holderTypes[type]}  ${id}  ${words.states[state]}  ${email ?? ''}`.trimEnd(),
    )
    for (const { cardUuid, kind, state: cardState, expiresAt } of cards) {
      const until = expiresAt.toISOString().slice(0, 10)
      console.log(`${cardUuid}  ${kind}  ${words.cardStates[cardState]}  ${until}`)
    }
  })
}

interface ExportOptions {
  readonly out?: string
  readonly json?: boolean
}

/** That personal data left the registry is kept in the audit. */
async function exportAll(options: Filter & ExportOptions): Promise<void> {
  const language = languageOf(process.env)
  const words = peopleWords(language)
  const { out } = options
  await inWords(words, () =>
    withRegistry(async (registry) => {
      const { db, clock } = registry
      const agencyId = await agencyIdOf(registry, options.agency)
      const { actor } = await actingOperator(registry, 'holder.export', {
        kind: 'agency',
        agencyId,
      })
      const at = clock.now()
      const facts = { agency: options.agency ?? null, all: options.all === true }
      const event = { at, event: 'holder.exported', actor, facts } as const
      await createAuditStore(db).append({ ...event, outcome: 'intended' })
      const holders = walkHolders(db, toFilter(options))
      const count =
        options.json === true
          ? await printJsonLines(holders)
          : await writeTable(out ?? null, holderHeader(language), rowsOf(holders, words))
      await createAuditStore(db).append({
        ...event,
        outcome: 'succeeded',
        facts: { ...facts, count },
      })
      if (out !== undefined) console.log(words.exported(count, out))
    }),
  )
}

/** null: everybody, as for an agency that is not there. */
async function agencyIdOf({ db }: Registry, code: string | undefined): Promise<string | null> {
  const agency = code === undefined ? null : await createAgencyStore(db).findByCode(code)
  return agency?.id ?? null
}

async function* rowsOf(
  holders: AsyncIterable<HolderWithPosts>,
  words: PeopleWords,
): AsyncGenerator<string[]> {
  for await (const one of holders) yield holderRow(one, words)
}

/** @returns how many */
async function printJsonLines(holders: AsyncIterable<HolderWithPosts>): Promise<number> {
  let count = 0
  for await (const one of holders) {
    console.log(JSON.stringify(one))
    count += 1
  }
  return count
}
