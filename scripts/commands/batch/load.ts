import type { Command } from 'commander'
import { readBatchFile } from '../../../src/batches/batch-file.ts'
import { BatchRefused } from '../../../src/batches/batch-refused.ts'
import { judgeBatchFile, loadBatch, type JudgedBatch } from '../../../src/batches/load-batch.ts'
import { readConfig } from '../../../src/config.ts'
import { batchWords, describeFaults, inBatchWords } from '../../batch/batch-language.ts'
import { readBatchText } from '../../batch/batch-text.ts'
import { ecardWords } from '../../program/ecard-words.ts'
import { actingOperator } from '../acting-operator.ts'
import { confirmed } from '../confirm.ts'
import { withRegistry, type Registry } from '../open-registry.ts'
import { createOutput, type Output } from '../output.ts'
import { scopeOf } from './batch-scope.ts'
import { signatureDeps, tellBatch } from './sign.ts'

interface LoadOptions {
  readonly apply?: boolean
  readonly json?: boolean
}

export function addLoad(batch: Command): void {
  const { help } = batchWords()
  batch
    .command('load')
    .description(help.load)
    .argument('<file>', help.options.batchFile)
    .option('--apply', ecardWords().applyOption)
    .option('--json', ecardWords().jsonOption)
    .addHelpText('after', help.example('ecard batch load batch.json --apply'))
    .action((path: string, options: LoadOptions) =>
      inBatchWords(() => withRegistry((registry) => load(registry, path, options))),
    )
}

async function load(registry: Registry, path: string, options: LoadOptions): Promise<void> {
  const words = batchWords()
  const output = createOutput(options)
  const file = await readBatchText(path)
  const { batchFourEyesAbove: fourEyesAbove } = readConfig(process.env).config
  const deps = { ...signatureDeps(registry), fourEyesAbove }
  const { id, requests } = readBatchFile(file).content
  const { actor } = await actingOperator(registry, 'batch.prepare', scopeOf(requests))
  const judged = await judgeBatchFile(deps, { file })
  tellJudged(judged, output)
  if (judged.faults.size > 0) throw new BatchRefused('rows-refused', { rows: judged.faults.size })
  output.say(words.wouldLoad(requests.length))
  if (!(await confirmed(options))) {
    output.say(words.dryRun)
    output.tell({ applied: false, batchId: id, requests: requests.length })
    return
  }
  await loadBatch(deps, { file, actor })
  output.say(words.loaded(id, requests.length))
  output.tell({ applied: true, batchId: id, requests: requests.length })
}

function tellJudged({ batch, preparer, approver, faults }: JudgedBatch, output: Output): void {
  tellBatch(batch, approver === null ? [preparer] : [preparer, approver], output)
  for (const [number, found] of faults) output.say(`${number}  ${describeFaults(found)}`)
}
