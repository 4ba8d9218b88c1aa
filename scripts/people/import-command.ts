import { Command } from 'commander'
import type {
  ImportCounts,
  ImportRequest,
  JudgedRow,
  RowSource,
} from '../../src/holders/import/file-row.ts'
import type { ImportArea } from '../../src/holders/import/import-area.ts'
import { ImportRefused } from '../../src/holders/import/import-refused.ts'
import type { ActingOperator } from '../commands/acting-operator.ts'
import { confirmed } from '../commands/confirm.ts'
import { withRegistry, type Registry } from '../commands/open-registry.ts'
import { ecardWords } from '../program/ecard-words.ts'
import type { PeopleWords } from '../words/people-words.ts'
import type { ListShape, Mapping } from './columns.ts'
import { describeDetails, describeRow } from './describe-rows.ts'
import { inWords, peopleHelp, peopleWords } from './people-language.ts'
import { languageOf } from '../words/language.ts'
import { readMapping } from './mapping.ts'
import { withProgress } from './progress-rows.ts'
import { readPeopleFile, type PeopleFile } from './read-people-file.ts'
import { writeTable } from './write-table.ts'

interface ListRegistry extends Registry {
  /** Whom rows may concern. */
  readonly area: ImportArea
}

/** What importing one kind of list is made of. */
export interface ImportKind<Field extends string> {
  readonly shape: ListShape<Field>
  readonly description: string
  readonly help: string
  /** Who brings it in, if they may, and where. */
  readonly importer: (registry: Registry) => Promise<ActingOperator & Pick<ListRegistry, 'area'>>
  readonly preview: (
    registry: ListRegistry,
    source: RowSource<Field>,
    onRow: (row: JudgedRow) => void,
  ) => Promise<ImportCounts>
  readonly apply: (
    registry: ListRegistry,
    source: RowSource<Field>,
    request: ImportRequest & { readonly onRow: (row: JudgedRow) => void },
  ) => Promise<ImportCounts>
}

interface Options {
  readonly mapping?: string
  readonly sheet?: string
  readonly report?: string
  readonly skipRefused?: boolean
  readonly json?: boolean
  readonly apply?: boolean
}

export function importCommand<Field extends string>(kind: ImportKind<Field>): Command {
  const help = peopleHelp()
  return new Command('import')
    .description(kind.description)
    .argument('<file>', help.importFile)
    .option('--mapping <file>', help.mapping)
    .option('--sheet <name>', help.sheet)
    .option('--skip-refused', help.skipRefused)
    .option('--report <file>', help.report)
    .option('--json', help.importJson)
    .option('--apply', ecardWords().applyOption)
    .addHelpText('after', kind.help)
    .action((path: string, options: Options) => {
      const words = peopleWords(languageOf(process.env))
      return inWords(words, () => run(kind, path, { options, words }))
    })
}

interface Outcome {
  readonly counts: ImportCounts
  readonly isApplied: boolean
  /** Why `--apply` changed nothing. */
  readonly refusal: ImportRefused | null
}

async function run<Field extends string>(
  kind: ImportKind<Field>,
  path: string,
  { options, words }: { options: Options; words: PeopleWords },
): Promise<void> {
  const { shape } = kind
  const mapping: Mapping<Field> =
    options.mapping === undefined ? new Map() : await readMapping(options.mapping, shape)
  const file = await readPeopleFile(path, { shape, mapping, sheet: options.sheet ?? null })
  const rows: JudgedRow[] = []
  const isWanted = ({ outcome }: JudgedRow) =>
    outcome !== 'unchanged' || options.report !== undefined
  const first = await withRegistry((registry) =>
    attempt(kind, { registry, file, options }, (row) => {
      if (isWanted(row)) rows.push(row)
    }),
  )
  if (options.report !== undefined) await writeReport(options.report, rows, words)
  const shown = rows.filter((row) => row.outcome !== 'unchanged')
  if (options.json !== true) printRows(file, first, { shown, words })
  const outcome = await afterYes(kind, file, { first, options })
  if (options.json === true) printJson(file, outcome, shown)
  else printEnd(outcome, words, options)
  if (outcome.refusal !== null) throw outcome.refusal
  if (stopsAt(outcome.counts, options)) process.exitCode = 1
}

/** What was shown is done where somebody types a yes to it; else it stays as it was. */
async function afterYes<Field extends string>(
  kind: ImportKind<Field>,
  file: PeopleFile<Field>,
  { first, options }: { readonly first: Outcome; readonly options: Options },
): Promise<Outcome> {
  const { counts, isApplied, refusal } = first
  const isIdle = counts.new + counts.changed === 0 || stopsAt(counts, options)
  if (isApplied || refusal !== null || isIdle) return first
  if (!(await confirmed(options))) return first
  const applying = { ...options, apply: true }
  return withRegistry((registry) =>
    attempt(kind, { registry, file, options: applying }, () => undefined),
  )
}

function stopsAt({ refused }: ImportCounts, { skipRefused }: Options): boolean {
  return refused > 0 && skipRefused !== true
}

interface Attempt<Field extends string> {
  readonly registry: Registry
  readonly file: PeopleFile<Field>
  readonly options: Options
}

async function attempt<Field extends string>(
  kind: ImportKind<Field>,
  { registry, file, options }: Attempt<Field>,
  onRow: (row: JudgedRow) => void,
): Promise<Outcome> {
  const { actor, area } = await kind.importer(registry)
  const source = withProgress(file, peopleHelp().rows)
  if (options.apply !== true) {
    const counts = await kind.preview({ ...registry, area }, source, onRow)
    return { counts, isApplied: false, refusal: null }
  }
  const skipRefused = options.skipRefused === true
  const request = { actor, fileSha256: file.sha256, skipRefused, onRow }
  try {
    const counts = await kind.apply({ ...registry, area }, source, request)
    return { counts, isApplied: true, refusal: null }
  } catch (error) {
    if (!(error instanceof ImportRefused)) throw error
    return { counts: error.counts, isApplied: false, refusal: error }
  }
}

function printJson<Field extends string>(
  { sha256, unknownColumns }: PeopleFile<Field>,
  { counts, isApplied }: Outcome,
  rows: readonly JudgedRow[],
): void {
  console.log(JSON.stringify({ applied: isApplied, sha256, counts, unknownColumns, rows }, null, 2))
}

function printRows<Field extends string>(
  { unknownColumns }: PeopleFile<Field>,
  { counts }: Outcome,
  { shown, words }: { shown: readonly JudgedRow[]; words: PeopleWords },
): void {
  if (unknownColumns.length > 0) console.error(words.unknownColumns(unknownColumns.join(', ')))
  console.log(words.counts(counts))
  for (const row of shown) console.log(describeRow(row, words))
}

function printEnd(
  { counts, isApplied, refusal }: Outcome,
  words: PeopleWords,
  options: Options,
): void {
  if (refusal !== null) return
  if (stopsAt(counts, options)) console.log(words.dryRunRefused)
  else if (counts.new + counts.changed === 0) console.log(words.nothingToDo)
  else console.log(isApplied ? words.applied : words.dryRun)
}

function writeReport(
  path: string,
  rows: readonly JudgedRow[],
  words: PeopleWords,
): Promise<number> {
  const lines = rows.map((row) => [
    String(row.line),
    words.outcomes[row.outcome],
    row.key ?? '',
    row.name ?? '',
    describeDetails(row, words),
  ])
  return writeTable(path, words.reportHeader, lines)
}
