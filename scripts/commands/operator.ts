import { Command, Option } from 'commander'
import { bootstrapOperators, planBootstrap } from '../../src/operators/bootstrap-operators.ts'
import { operatorRoles } from '../../src/operators/operator.ts'
import { operatorWords } from '../words/operator-words.ts'
import { confirmed } from './confirm.ts'
import { inOperatorWords } from './in-operator-words.ts'
import { findGrantee, grant, revoke } from './operator-grants.ts'
import { list } from './operator-list.ts'
import { addRecover } from './operator-recover.ts'
import { withRegistry } from './open-registry.ts'
import { createOutput } from './output.ts'

interface BootstrapOptions {
  readonly holder: string
  readonly reason: string
  readonly apply?: boolean
  readonly json?: boolean
}

export function operatorCommand(): Command {
  const { help } = operatorWords()
  const operator = new Command('operator').description(help.operator)
  operator
    .command('bootstrap')
    .description(help.bootstrap)
    .requiredOption('--holder <who>', help.holder)
    .option('--reason <text>', help.reason, 'first administrator')
    .option('--json', help.json)
    .option('--apply', help.apply)
    .addHelpText('after', help.bootstrapNotes)
    .action((options: BootstrapOptions) => inOperatorWords(() => bootstrap(options)))
  addRecover(operator)
  addChange(operator, 'grant', help.grant)
    .addHelpText('after', help.grantNotes)
    .action((options: Parameters<typeof grant>[0]) => inOperatorWords(() => grant(options)))
  addChange(operator, 'revoke', help.revoke)
    .addHelpText('after', help.revokeNotes)
    .action((options: Parameters<typeof revoke>[0]) => inOperatorWords(() => revoke(options)))
  operator
    .command('list')
    .description(help.list)
    .option('--all', help.all)
    .option('--json', help.json)
    .addHelpText('after', help.listNotes)
    .action(list)
  return operator
}

function addChange(operator: Command, verb: string, description: string): Command {
  const { help } = operatorWords()
  return operator
    .command(verb)
    .description(description)
    .requiredOption('--holder <who>', help.holder)
    .addOption(new Option('--role <role>', help.role).choices(operatorRoles).makeOptionMandatory())
    .option('--agency <code>', help.agency)
    .requiredOption('--reason <text>', help.reason)
    .option('--json', help.json)
    .option('--apply', help.apply)
}

/** The one changing command that asks for no operator: it makes the first. */
async function bootstrap({ holder, reason, ...options }: BootstrapOptions): Promise<void> {
  const words = operatorWords()
  const output = createOutput(options)
  await withRegistry(async (registry) => {
    const { id: holderId, displayName } = await findGrantee(registry, holder)
    await planBootstrap(registry, holderId)
    output.say(words.wouldBootstrap(displayName))
    const applied = await confirmed(options)
    if (applied) await bootstrapOperators(registry, { holderId, actor: 'ecard', reason })
    output.say(applied ? words.bootstrapped(displayName) : words.dryRun)
    output.tell({ applied, holderId, role: 'administrator', agency: null })
  })
}
