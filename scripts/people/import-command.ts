import { Command } from 'commander'
import type {
  ImportCounts,
  ImportRequest,
  JudgedRow,
  RowSource,
} from '../../src/holders/import/file-row.ts'
import { ImportRefused } from '../../src/holders/import/import-refused.ts'
import { withRegistry, type Registry } from '../commands/open-registry.ts'
import type { PeopleWords } from '../words/people-words.ts'
import type { ListShape, Mapping } from './columns.ts'
import { describeDetails, describeRow } from './describe-rows.ts'
import { inWords, peopleWords } from './people-language.ts'
import { languageOf } from '../words/language.ts'
import { readMapping } from './mapping.ts'
import { readPeopleFile, type PeopleFile } from './read-people-file.ts'
import { writeTable } from './write-table.ts'

/** What importing one kind of list is made of. */
export interface ImportKind<Field extends string> {
  readonly shape: ListShape<Field>
  readonly description: string
  readonly help: string
  readonly preview: (
    registry: Registry,
    source: RowSource<Field>,
    onRow: (row: JudgedRow) => void,
  ) => Promise<ImportCounts>
  readonly apply: (
    registry: Registry,
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
  return new Command('import')
    .description(kind.description)
    .argument('<file>', 'CSV in UTF-8 (comma, semicolon or tab) or an Excel workbook (.xlsx)')
    .option('--mapping <file>', 'JSON: the header of a column → the field that it holds')
    .option('--sheet <name>', 'which sheet of a workbook that has several')
    .option('--skip-refused', 'leave refused rows out; without this, one of them stops the import')
    .option('--report <file>', 'write the result of every row to a new CSV or .xlsx file')
    .option('--json', 'print one JSON document: counts, and every row that is not unchanged')
    .option('--apply', 'do it; without this, only say what would change')
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
  const outcome = await withRegistry((registry) =>
    attempt(kind, { registry, file, options }, (row) => {
      if (isWanted(row)) rows.push(row)
    }),
  )
  if (options.report !== undefined) await writeReport(options.report, rows, words)
  const shown = rows.filter((row) => row.outcome !== 'unchanged')
  if (options.json === true) printJson(file, outcome, shown)
  else printText(file, outcome, { shown, words, options })
  if (outcome.refusal !== null) throw outcome.refusal
  const stops = outcome.counts.refused > 0 && options.skipRefused !== true
  if (stops) process.exitCode = 1
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
  if (options.apply !== true) {
    const counts = await kind.preview(registry, file, onRow)
    return { counts, isApplied: false, refusal: null }
  }
  const skipRefused = options.skipRefused === true
  const request = { actor: 'ecard', fileSha256: file.sha256, skipRefused, onRow }
  try {
    const counts = await kind.apply(registry, file, request)
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

function printText<Field extends string>(
  { unknownColumns }: PeopleFile<Field>,
  { counts, isApplied, refusal }: Outcome,
  { shown, words, options }: { shown: readonly JudgedRow[]; words: PeopleWords; options: Options },
): void {
  if (unknownColumns.length > 0) console.error(words.unknownColumns(unknownColumns.join(', ')))
  console.log(words.counts(counts))
  for (const row of shown) console.log(describeRow(row, words))
  if (refusal !== null) return
  const stops = counts.refused > 0 && options.skipRefused !== true
  if (stops) console.log(words.dryRunRefused)
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
