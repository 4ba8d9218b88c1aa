import { Argument, Command, Option } from 'commander'
import { terminalModes, terminalStates } from '../../src/terminals/terminal.ts'
import { terminalWords } from '../words/terminal-words.ts'
import { invite, rename, setDesk, withdraw } from './terminal-changes.ts'
import { list, show } from './terminal-reading.ts'

export function terminalCommand(): Command {
  const { noun, verbs, options, examples } = terminalWords()
  const example = (...lines: readonly string[]): string =>
    `\n${examples}\n${lines.map((line) => `  ecard terminal ${line}`).join('\n')}`
  const terminal = new Command('terminal').description(noun)
  terminal
    .command('list')
    .description(verbs.list)
    .addOption(new Option('--state <state>', options.state).choices(terminalStates))
    .option('--json', options.json)
    .addHelpText('after', example('list', 'list --state active --json'))
    .action(list)
  terminal
    .command('show')
    .description(verbs.show)
    .argument('<terminal>', options.terminal)
    .option('--json', options.json)
    .addHelpText('after', example('show "Quầy số 1"'))
    .action(show)
  terminal
    .command('invite')
    .description(verbs.invite)
    .requiredOption('--name <name>', options.name)
    .addOption(new Option('--mode <mode>', options.mode).choices(terminalModes).default('managed'))
    .option('--agency <code>', options.agency)
    .option('--desk', options.desk)
    .option('--apply', options.apply)
    .option('--json', options.json)
    .addHelpText(
      'after',
      example(
        'invite --name "Quầy số 1" --agency 000-01',
        'invite --name "Bàn cấp thẻ" --desk --apply',
      ),
    )
    .action(invite)
  terminal
    .command('rename')
    .description(verbs.rename)
    .argument('<terminal>', options.terminal)
    .requiredOption('--name <name>', options.newName)
    .option('--apply', options.apply)
    .option('--json', options.json)
    .addHelpText('after', example('rename "Quầy số 1" --name "Quầy số 2" --apply'))
    .action(rename)
  terminal
    .command('desk')
    .description(verbs.desk)
    .argument('<terminal>', options.terminal)
    .addArgument(new Argument('<answer>', options.setDesk).choices(['yes', 'no']))
    .option('--apply', options.apply)
    .option('--json', options.json)
    .addHelpText('after', example('desk "Quầy số 1" yes --apply'))
    .action(setDesk)
  terminal
    .command('withdraw')
    .description(verbs.withdraw)
    .argument('<terminal>', options.terminal)
    .requiredOption('--reason <text>', options.reason)
    .option('--apply', options.apply)
    .option('--json', options.json)
    .addHelpText('after', example('withdraw "Quầy số 1" --reason "..." --apply'))
    .action(withdraw)
  return terminal
}
