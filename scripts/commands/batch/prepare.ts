import { dirname, isAbsolute, join, normalize } from 'node:path'
import type { Command } from 'commander'
import {
  judgeBatchRows,
  photoSha256,
  prepareBatch,
  withinReach,
  type JudgedRequest,
  type PrepareBatchDeps,
} from '../../../src/batches/prepare-batch.ts'
import { fault } from '../../../src/batches/row-faults.ts'
import { AppError } from '../../../src/errors.ts'
import { batchShape } from '../../batch/batch-columns.ts'
import { batchWords, describeFaults, inBatchWords } from '../../batch/batch-language.ts'
import { writeBatchText } from '../../batch/batch-text.ts'
import { readPeopleFile } from '../../people/read-people-file.ts'
import { readPhoto, type PhotoFault } from '../../print/read-photo.ts'
import { ecardWords } from '../../program/ecard-words.ts'
import { actingOperator } from '../acting-operator.ts'
import { withRegistry, type Registry } from '../open-registry.ts'
import { createOutput, type Output } from '../output.ts'
import { scopeOf } from './batch-scope.ts'

interface PrepareOptions {
  readonly out?: string
  readonly photos?: string
  readonly sheet?: string
  readonly skipRefused?: boolean
  readonly json?: boolean
}

export function addPrepare(batch: Command): void {
  const { help } = batchWords()
  batch
    .command('prepare')
    .description(help.prepare)
    .argument('<file>', help.options.list)
    .option('--out <file>', help.options.out)
    .option('--photos <folder>', help.options.photos)
    .option('--sheet <name>', help.options.sheet)
    .option('--skip-refused', help.options.skipRefused)
    .option('--json', ecardWords().jsonOption)
    .addHelpText('after', help.prepareNotes)
    .action((path: string, options: PrepareOptions) => inBatchWords(() => prepare(path, options)))
}

async function prepare(path: string, options: PrepareOptions): Promise<void> {
  const source = await readPeopleFile(path, {
    ...{ shape: batchShape, mapping: new Map(), sheet: options.sheet ?? null },
  })
  await withRegistry(async (registry) => {
    const deps = { ...registry, photoOf: photosIn(options.photos ?? dirname(path)) }
    const judged = await judgeBatchRows(deps, source)
    const { actor } = await operatorFor(registry, judged)
    const rows = await withinReach(deps, judged, actor)
    await conclude(deps, rows, { options, actor })
  })
}

function operatorFor(registry: Registry, rows: readonly JudgedRequest[]) {
  return actingOperator(
    registry,
    'batch.prepare',
    scopeOf(rows.flatMap(({ request }) => request ?? [])),
  )
}

async function conclude(
  deps: PrepareBatchDeps,
  rows: readonly JudgedRequest[],
  { options, actor }: { readonly options: PrepareOptions; readonly actor: string },
): Promise<void> {
  const words = batchWords()
  const output = createOutput(options)
  const refused = rows.filter(({ faults }) => faults.length > 0)
  const good = rows.length - refused.length
  tellRefused(refused, output)
  output.say(words.rowCounts(good, refused.length))
  const told = {
    good,
    refused: refused.map(({ line, number, faults }) => ({ line, number, faults })),
  }
  const stops = refused.length > 0 && options.skipRefused !== true
  if (stops) process.exitCode = 1
  if (options.out === undefined || stops) {
    output.say(stops ? words.refusedStop : words.nothingWritten)
    output.tell({ written: false, ...told })
    return
  }
  const { content, file } = await prepareBatch(deps, rows, { actor })
  await writeBatchText(options.out, file)
  output.say(words.prepared({ id: content.id, requests: good, path: options.out }))
  output.tell({ written: true, batchId: content.id, path: options.out, ...told })
}

function tellRefused(refused: readonly JudgedRequest[], output: Output): void {
  const { line } = batchWords()
  for (const row of refused) {
    const parts = [row.number ?? '', row.name ?? '', describeFaults(row.faults)]
    output.say(`${line} ${row.line}  ${parts.filter((part) => part !== '').join('  ')}`)
  }
}

/** A list names photographs inside its folder and nowhere else. */
function photosIn(folder: string): PrepareBatchDeps['photoOf'] {
  return async (file) => {
    const isInside = !isAbsolute(file) && !normalize(file).startsWith('..')
    if (!isInside) return fault('photo-missing', file)
    try {
      return { sha256: photoSha256(await readPhoto(join(folder, file))) }
    } catch (error) {
      const reason = error instanceof AppError ? error.facts['fault'] : undefined
      if (typeof reason !== 'string') throw error
      return fault(reason as PhotoFault, file)
    }
  }
}
