import { Command, Option } from 'commander'
import { cardsOfLeavers } from '../../src/cards/leave-holder.ts'
import type { HolderField } from '../../src/holders/import/fields.ts'
import { importHolders, previewHolders } from '../../src/holders/import/import-holders.ts'
import { holderShape } from '../people/columns.ts'
import { importCommand, type ImportKind } from '../people/import-command.ts'
import { deactivate, move, reactivate } from './holder-changes.ts'
import { addReading } from './holder-reading.ts'

const holderImport: ImportKind<HolderField> = {
  shape: holderShape,
  description: 'bring persons and organisations in from a list; known ones are changed',
  help: `
Persons are known by Số định danh cá nhân (Số CCCD), organisations by Mã số thuế. Other columns: Họ và
tên, Tên tổ chức, Thư điện tử, Mã đơn vị or Tên đơn vị, Chức vụ, Loại chủ thẻ. In a person's row Mã số
thuế names the organisation that the person acts for, and Chức vụ tại tổ chức what as. Several offices
stand in one cell, separated by semicolons, and their positions too.
An empty cell leaves what the registry has; a hyphen (-) empties it. Offices named in a row replace the
ones that the person had. Nobody is removed: see "ecard holder deactivate".
A file with refused rows changes nothing, unless --skip-refused leaves them out. Exit status 1 when
rows are refused and not left out. An import that was cut off is finished by running it again.

Example:
  ecard holder import can-bo.xlsx
  ecard holder import can-bo.csv --mapping cot.json --report ket-qua.csv --apply`,
  preview: previewHolders,
  apply: importHolders,
}

export function holderCommand(): Command {
  const holder = new Command('holder').description('persons and organisations that cards stand for')
  holder.addCommand(importCommand(holderImport))
  addReading(holder)
  addChange(holder, 'deactivate', 'a person leaves, an organisation closes; sessions end at once')
    .addOption(
      new Option('--cards <what>', 'suspend: may come back; revoke: for good')
        .choices(cardsOfLeavers)
        .default('suspend'),
    )
    .addHelpText('after', example('deactivate 000085000101 --cards revoke'))
    .action(deactivate)
  addChange(holder, 'reactivate', 'the holder is back; cards stay as they are')
    .addHelpText('after', example('reactivate 000085000101'))
    .action(reactivate)
  addChange(holder, 'move', 'give a person another office, another position or both')
    .requiredOption('--to <code>', 'the office from now on')
    .option('--from <code>', 'the office that is left, for a person with several')
    .option('--position <text>', 'what the person is there; without this, as before')
    .addHelpText('after', example('move 000085000101 --to MH-SNV'))
    .action(move)
  return holder
}

function addChange(holder: Command, verb: string, description: string): Command {
  return holder
    .command(verb)
    .description(description)
    .argument('<holder>', 'id, national number or tax code')
    .requiredOption('--reason <text>', 'why; kept in the audit log')
    .option('--apply', 'do it; without this, only say what would change')
}

function example(words: string): string {
  return `\nExample:\n  ecard holder ${words} --reason "QĐ 12/2026" --apply`
}
