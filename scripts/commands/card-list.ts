import { InvalidArgumentError, Option, type Command } from 'commander'
import {
  listCards,
  walkCards,
  type CardFilter,
  type ListedCard,
} from '../../src/cards/card-list-store.ts'
import { cardStates, type CardState } from '../../src/cards/card.ts'
import { cardKinds, type CardKind } from '../../src/holders/card-kind.ts'
import { findHolder } from '../people/find-holder.ts'
import { inWords, peopleWords } from '../people/people-language.ts'
import { writeTable } from '../people/write-table.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { cardCareWords } from '../words/card-care-words.ts'
import { languageOf } from '../words/language.ts'
import { standingWords } from '../words/standing-words.ts'
import { dayOf } from './card-dates.ts'
import { withRegistry, type Registry } from './open-registry.ts'
import { printTable } from './print-table.ts'

interface ListOptions {
  readonly holder?: string
  readonly agency?: string
  readonly kind?: CardKind
  readonly state?: CardState
  readonly endingBefore?: string
  readonly after?: string
  readonly limit: number
  readonly out?: string
  readonly csv?: boolean
  readonly json?: boolean
}

export function addList(card: Command): void {
  const { summaries, options } = cardCareWords()
  const { examples, jsonLinesOption } = ecardWords()
  card
    .command('list')
    .description(summaries.list)
    .option('--holder <who>', options.listHolder)
    .option('--agency <code>', options.agency)
    .addOption(new Option('--kind <kind>', options.kind).choices(cardKinds))
    .addOption(new Option('--state <state>', options.state).choices(cardStates))
    .option('--ending-before <date>', options.endingBefore)
    .option('--limit <n>', options.limit, toLimit, 50)
    .option('--after <card-uuid>', options.after, toUuid)
    .option('--csv', options.csv)
    .option('--out <file>', options.out)
    .option('--json', jsonLinesOption)
    .addHelpText(
      'after',
      `
${examples}
  ecard card list --agency MH-STP --state active
  ecard card list --ending-before 2027-01-31
  ecard card list --kind enterprise --out the-doanh-nghiep.csv`,
    )
    .action((given: ListOptions) =>
      inWords(peopleWords(languageOf(process.env)), () =>
        withRegistry(async (registry) => {
          const filter = await filterOf(registry, given)
          const { out = null } = given
          if (out === null && given.csv !== true) await print(registry, filter, given)
          else await write(registry, filter, out)
        }),
      ),
    )
}

async function filterOf(registry: Registry, given: ListOptions): Promise<CardFilter> {
  const { agency, kind, state, endingBefore } = given
  const words = peopleWords(languageOf(process.env))
  const found =
    given.holder === undefined ? undefined : await findHolder(registry, given.holder, words)
  return {
    ...(found !== undefined && { holderId: found.holder.id }),
    ...(agency !== undefined && { agency: agency.normalize('NFC') }),
    ...(kind !== undefined && { kind }),
    ...(state !== undefined && { state }),
    ...(endingBefore !== undefined && { endingBefore: dayOf(endingBefore) }),
  }
}

async function print(
  { db }: Registry,
  filter: CardFilter,
  { after = null, limit, json }: Omit<ListOptions, 'after'> & { readonly after?: string | null },
): Promise<void> {
  const { list } = cardCareWords()
  const found = await listCards(db, filter, { after, limit: limit + 1 })
  const page = found.slice(0, limit)
  if (json === true) {
    for (const { card, ...rest } of page) console.log(JSON.stringify({ ...card, ...rest }))
    return
  }
  if (page.length === 0) console.log(list.nothing)
  else printTable(list.headings, page.map(rowOf))
  const last = page.at(-1)
  if (found.length > limit && last !== undefined) console.error(list.more(last.card.cardUuid))
}

/** All of them, not a page. */
async function write({ db }: Registry, filter: CardFilter, path: string | null): Promise<void> {
  const { list } = cardCareWords()
  const count = await writeTable(path, list.headings, rowsOf(db, filter))
  if (path !== null) console.log(list.written(count, path))
}

async function* rowsOf(db: Registry['db'], filter: CardFilter): AsyncGenerator<string[]> {
  for await (const one of walkCards(db, filter)) yield rowOf(one)
}

function rowOf({ card, holderName, temporary, pukReadOut }: ListedCard): string[] {
  const { list, date } = cardCareWords()
  const words = standingWords()
  const notes = [...(temporary ? [list.temporary] : []), ...(pukReadOut ? [list.pukReadOut] : [])]
  const { cardUuid, kind, state, expiresAt } = card
  const cells = [cardUuid, words.kinds[kind], words.states[state], date(expiresAt), holderName]
  return [...cells, notes.join(', ')]
}

function toLimit(text: string): number {
  const limit = Number(text)
  if (Number.isInteger(limit) && limit > 0 && limit <= 10_000) return limit
  throw new InvalidArgumentError(ecardWords().numberFrom(1, 10_000))
}

function toUuid(text: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return text
  throw new InvalidArgumentError(ecardWords().aUuid)
}
