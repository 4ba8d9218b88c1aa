import { Command } from 'commander'
import { createAgencyStore } from '../../src/holders/agency-store.ts'
import type { Agency } from '../../src/holders/agency.ts'
import { importAgencies, previewAgencies } from '../../src/holders/import/import-agencies.ts'
import type { AgencyField } from '../../src/holders/import/fields.ts'
import { agencyShape } from '../people/columns.ts'
import { agencyHeader, agencyRow } from '../people/export-rows.ts'
import { importCommand, type ImportKind } from '../people/import-command.ts'
import { inWords, peopleWords } from '../people/people-language.ts'
import { languageOf } from '../words/language.ts'
import { writeTable } from '../people/write-table.ts'
import { withRegistry } from './open-registry.ts'

const agencyImport: ImportKind<AgencyField> = {
  shape: agencyShape,
  description: 'bring offices in from a list; those that are known, by their code, are changed',
  help: `
Columns: Mã đơn vị, Tên đơn vị, Loại đơn vị, Đơn vị cấp trên (the code of the office above; empty for
the province). Kinds: Tỉnh; Sở, ban, ngành; Huyện; Xã, phường; Đơn vị. No office is ever removed.
A file with refused rows changes nothing, unless --skip-refused leaves them out. Exit status 1 when
rows are refused and not left out.

Example:
  ecard agency import don-vi.xlsx
  ecard agency import don-vi.csv --mapping cot.json --report ket-qua.csv --apply`,
  preview: previewAgencies,
  apply: importAgencies,
}

export function agencyCommand(): Command {
  const agency = new Command('agency').description('offices of the province')
  agency.addCommand(importCommand(agencyImport))
  agency
    .command('list')
    .description('list all offices, each below the one that it belongs to')
    .option('--json', 'print one JSON object a line')
    .addHelpText('after', '\nExample:\n  ecard agency list')
    .action(list)
  agency
    .command('export')
    .description('write all offices as a list that can be imported again')
    .option('--out <file>', 'a new CSV or .xlsx file; without this, CSV on standard output')
    .addHelpText('after', '\nExample:\n  ecard agency export --out don-vi.xlsx')
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

async function exportAll({ out }: { readonly out?: string }): Promise<void> {
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
