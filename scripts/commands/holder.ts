import { Command, Option } from 'commander'
import { cardsOfLeavers } from '../../src/cards/leave-holder.ts'
import type { HolderField } from '../../src/holders/import/fields.ts'
import { importHolders, previewHolders } from '../../src/holders/import/import-holders.ts'
import { holderShape } from '../people/columns.ts'
import { importCommand, type ImportKind } from '../people/import-command.ts'
import { peopleHelp } from '../people/people-language.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { actingSomewhere } from './acting-operator.ts'
import { deactivate, move, reactivate } from './holder-changes.ts'
import { addReading } from './holder-reading.ts'

function holderImport(): ImportKind<HolderField> {
  const { holder } = peopleHelp()
  return {
    shape: holderShape,
    description: holder.import,
    help: holder.importNotes,
    importer: async (registry) => {
      const { actor, agencyCodes } = await actingSomewhere(registry, 'holder.change')
      return { actor, area: agencyCodes }
    },
    preview: previewHolders,
    apply: importHolders,
  }
}

export function holderCommand(): Command {
  const words = peopleHelp()
  const holder = new Command('holder')
  holder.addCommand(importCommand(holderImport()))
  addReading(holder)
  addChange(holder, 'deactivate')
    .addOption(new Option('--cards <what>', words.cards).choices(cardsOfLeavers).default('suspend'))
    .addHelpText('after', example('deactivate 000085000101 --cards revoke'))
    .action(deactivate)
  addChange(holder, 'reactivate')
    .addHelpText('after', example('reactivate 000085000101'))
    .action(reactivate)
  addChange(holder, 'move')
    .requiredOption('--to <code>', words.to)
    .option('--from <code>', words.from)
    .option('--position <text>', words.position)
    .addHelpText('after', example('move 000085000101 --to MH-SNV'))
    .action(move)
  return holder
}

function addChange(holder: Command, verb: 'deactivate' | 'reactivate' | 'move'): Command {
  const help = peopleHelp()
  const words = ecardWords()
  return holder
    .command(verb)
    .description(help.holder[verb])
    .argument('<holder>', help.holderArgument)
    .requiredOption('--reason <text>', help.reason)
    .option('--json', words.jsonOption)
    .option('--apply', words.applyOption)
}

function example(words: string): string {
  return `\n${ecardWords().example}\n  ecard holder ${words} --reason "QĐ 12/2026" --apply`
}
