import { open } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import type { Command } from 'commander'
import { exportAudit } from '../../../src/audit/export-audit.ts'
import { ecardWords } from '../../program/ecard-words.ts'
import { withRegistry } from '../open-registry.ts'
import { fileProblem, newFile } from './files.ts'
import { toFilter, withFilterOptions, type FilterOptions } from './filter-options.ts'
import { auditHelp, auditWords } from './words.ts'

export function addExport(audit: Command): void {
  const help = auditHelp()
  withFilterOptions(audit.command('export').description(help.export))
    .option('--out <file>', help.exportOut)
    .addHelpText(
      'after',
      `${help.exportNotes}
${ecardWords().examples}
  ecard audit export --out audit.jsonl
  ecard audit export --card 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071 --from 2026-03-01`,
    )
    .action(exportEvents)
}

async function exportEvents(options: FilterOptions & { readonly out?: string }): Promise<void> {
  const words = auditWords()
  const { out: path } = options
  await withRegistry(async ({ db }) => {
    try {
      const out = path === undefined ? standardOutput : { stream: await openNewFile(path) }
      const { events, waiting } = await exportAudit(db, toFilter(options), out)
      if (path !== undefined) console.error(words.exported(events, path))
      if (waiting > 0) console.error(words.leftOut(waiting))
    } catch (error) {
      // Whoever reads has seen enough, as `head` has.
      if (error instanceof Error && 'code' in error && error.code === 'EPIPE') return
      throw path === undefined ? error : fileProblem(path, words, error)
    }
  })
}

const standardOutput = { stream: process.stdout, isKeptOpen: true }

async function openNewFile(path: string): Promise<Writable> {
  const file = await open(path, newFile.flag, newFile.mode)
  return file.createWriteStream()
}
