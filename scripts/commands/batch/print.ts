import type { Command } from 'commander'
import { listItems } from '../../../src/batches/batch-store.ts'
import { readConfig } from '../../../src/config.ts'
import { NotFound } from '../../../src/errors.ts'
import { batchWords, inBatchWords } from '../../batch/batch-language.ts'
import { facesOf, readFaceTemplates } from '../../print/card-faces.ts'
import { drawFaces } from '../../print/draw-face.ts'
import { printWords } from '../../print/print-language.ts'
import { ecardWords } from '../../program/ecard-words.ts'
import { withRegistry } from '../open-registry.ts'
import { createOutput } from '../output.ts'
import { batchOf } from './batch-scope.ts'

interface PrintOptions {
  readonly photos: string
  readonly out: string
  readonly json?: boolean
}

export function addPrint(batch: Command): void {
  const { help } = batchWords()
  batch
    .command('print')
    .description(help.print)
    .argument('<batch-id>', help.options.batchId)
    .option('--photos <folder>', help.options.photoFolder, '.')
    .requiredOption('--out <file>', help.options.facesOut)
    .option('--json', ecardWords().jsonOption)
    .addHelpText(
      'after',
      help.example(
        'ecard batch print 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071 --photos photos/ --out faces.pdf',
      ),
    )
    .action((id: string, options: PrintOptions) => inBatchWords(() => print(id, options)))
}

async function print(id: string, options: PrintOptions): Promise<void> {
  const { out, photos } = options
  const output = createOutput(options)
  const templates = await readFaceTemplates()
  const operator = readConfig(process.env).config.operator.vi
  const cards = await withRegistry(async ({ db, clock }) => {
    await batchOf(db, id)
    const issued = (await listItems(db, id)).filter(({ state }) => state === 'issued')
    if (issued.length === 0) throw new NotFound(batchWords().nothingIssued)
    const faces = facesOf(db, issued, photos)
    return drawFaces(out, faces, { templates, operator, at: clock.now() })
  })
  output.say(printWords().printed(cards, out))
  output.tell({ batchId: id, cards, path: out })
}
