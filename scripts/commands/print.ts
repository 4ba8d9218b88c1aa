import { Command } from 'commander'
import { drawFaces } from '../print/draw-face.ts'
import { faceOf, readFaceTemplates } from '../print/card-faces.ts'
import { printWords } from '../print/print-language.ts'
import { readPhoto } from '../print/read-photo.ts'
import { readConfig } from '../../src/config.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { withRegistry } from './open-registry.ts'
import { createOutput } from './output.ts'

interface FaceOptions {
  readonly card: string
  readonly photo?: string
  readonly out: string
  readonly json?: boolean
}

export function printCommand(): Command {
  const words = printWords()
  const print = new Command('print').description(words.description)
  print
    .command('face')
    .description(words.faceDescription)
    .requiredOption('--card <card-uuid>', words.cardOption)
    .option('--photo <file>', words.photoOption)
    .requiredOption('--out <file>', words.outOption)
    .option('--json', ecardWords().jsonOption)
    .addHelpText('after', words.faceHelp)
    .action(printFace)
  return print
}

async function printFace({ card, photo, out, json }: FaceOptions): Promise<void> {
  const output = createOutput({ ...(json === true && { json }) })
  const picture = photo === undefined ? null : await readPhoto(photo)
  const templates = await readFaceTemplates()
  const operator = readConfig(process.env).config.operator.vi
  await withRegistry(async ({ db, clock }) => {
    const face = await faceOf(db, card, picture)
    await drawFaces(out, [face], { templates, operator, at: clock.now() })
  })
  output.say(printWords().printed(1, out))
  output.tell({ cards: 1, path: out })
}
