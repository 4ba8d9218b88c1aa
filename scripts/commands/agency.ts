import { Command, Option } from 'commander'
import { createAgencyStore } from '../../src/holders/agency-store.ts'
import type { Agency } from '../../src/holders/agency.ts'
import { importAgencies, previewAgencies } from '../../src/holders/import/import-agencies.ts'
import type { AgencyField } from '../../src/holders/import/fields.ts'
import { agencyShape } from '../people/columns.ts'
import { agencyHeader, agencyRow } from '../people/export-rows.ts'
import { importCommand, type ImportKind } from '../people/import-command.ts'
import { inWords, peopleHelp, peopleWords } from '../people/people-language.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { languageOf } from '../words/language.ts'
import { writeTable } from '../people/write-table.ts'
import { actingOperator } from './acting-operator.ts'
import { withRegistry } from './open-registry.ts'

function agencyImport(): ImportKind<AgencyField> {
  const { agency } = peopleHelp()
  return {
    shape: agencyShape,
    description: agency.import,
    help: agency.importNotes,
    importer: async (registry) => {
      const { actor } = await actingOperator(registry, 'agency.change', { kind: 'province' })
      return { actor, area: null }
    },
    preview: previewAgencies,
    apply: importAgencies,
  }
}

export function agencyCommand(): Command {
  const { agency: texts, out } = peopleHelp()
  const words = ecardWords()
  const agency = new Command('agency')
  agency.addCommand(importCommand(agencyImport()))
  agency
    .command('list')
    .description(texts.list)
    .option('--json', words.jsonLinesOption)
    .addHelpText('after', `\n${words.example}\n  ecard agency list`)
    .action(list)
  agency
    .command('export')
    .description(texts.export)
    .option('--out <file>', out)
    .addOption(new Option('--json', words.jsonLinesOption).conflicts('out'))
    .addHelpText('after', `\n${words.example}\n  ecard agency export --out don-vi.xlsx`)
    .action(exportAll)
  return agency
}

async function list({ json }: { readonly json?: boolean }): Promise<void> {
  const words = peopleWords(languageOf(process.env))
  await withRegistry(async ({ db }) => {
    const all = await createAgencyStore(db).list()
    if (json === true) for (const one of all) console.log(JSON.stringify(one))
    else
      for (const { agency, depth } of asTree(all)) {
        const { code, name, kind } = agency
        console.log(`${'  '.repeat(depth)}${code}  ${name}  (${words.agencyKinds[kind]})`)
      }
  })
}

interface Branch {
  readonly agency: Agency
  /** 0 for the province. */
  readonly depth: number
}

function asTree(all: readonly Agency[], parentId: string | null = null, depth = 0): Branch[] {
  return all
    .filter((agency) => agency.parentId === parentId)
    .flatMap((agency) => [{ agency, depth }, ...asTree(all, agency.id, depth + 1)])
}

interface ExportOptions {
  readonly out?: string
  readonly json?: boolean
}

async function exportAll({ out, json }: ExportOptions): Promise<void> {
  if (json === true) return list({ json })
  const language = languageOf(process.env)
  const words = peopleWords(language)
  await inWords(words, () =>
    withRegistry(async ({ db }) => {
      const all = await createAgencyStore(db).list()
      const codes = new Map(all.map(({ id, code }) => [id, code]))
      const rows = all.map((one) => agencyRow(one, codes, words))
      const count = await writeTable(out ?? null, agencyHeader(language), rows)
      if (out !== undefined) console.log(words.exported(count, out))
    }),
  )
}
