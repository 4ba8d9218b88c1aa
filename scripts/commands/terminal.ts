import { Command, Option } from 'commander'
import { createAuditStore } from '../../src/audit/audit-store.ts'
import { inviteTerminal } from '../../src/terminals/enrol-terminal.ts'
import { createTerminalStore } from '../../src/terminals/terminal-store.ts'
import { terminalModes, type TerminalMode } from '../../src/terminals/terminal.ts'
import { withdrawTerminal } from '../../src/terminals/withdraw-terminal.ts'
import { withRegistry } from './open-registry.ts'

export function terminalCommand(): Command {
  const terminal = new Command('terminal').description('machines with card readers')
  terminal
    .command('list')
    .description('list all terminals')
    .action(() =>
      withRegistry(async ({ db }) => {
        for (const { id, name, mode, state } of await createTerminalStore(db).list())
          console.log(`${id}  ${state.padEnd(9)}  ${mode.padEnd(8)}  ${name}`)
      }),
    )
  terminal
    .command('invite')
    .description('make a place for a terminal and its one-time enrolment code')
    .requiredOption('--name <name>', 'as its users know it, such as "Quầy số 1"')
    .addOption(
      new Option('--mode <mode>', 'managed: the province’s own; personal: a holder’s own')
        .choices(terminalModes)
        .default('managed'),
    )
    .option('--apply', 'do it; without this, only say what would change')
    .action(invite)
  terminal
    .command('withdraw')
    .description('end a terminal for good; its connection and sessions end')
    .argument('<terminal-id>')
    .requiredOption('--reason <text>', 'why; kept in the audit log')
    .option('--apply', 'do it; without this, only say what would change')
    .action(withdraw)
  return terminal
}

async function invite(options: {
  readonly name: string
  readonly mode: TerminalMode
  readonly apply?: boolean
}): Promise<void> {
  const { name, mode, apply } = options
  if (apply !== true) {
    console.log(`A new ${mode} terminal "${name}".`)
    console.log('Nothing changed. Add --apply to do it.')
    return
  }
  await withRegistry(async ({ db, clock, random }) => {
    const deps = { terminals: createTerminalStore(db), audit: createAuditStore(db), clock, random }
    const { terminal, code, expiresAt } = await inviteTerminal(deps, { name, mode, agencyId: null })
    console.log(`Terminal  ${terminal.id}  ${name}`)
    console.log(`Code      ${code}  (once, until ${expiresAt.toISOString()})`)
    console.log(`Run at the terminal: ecard-agent enrol --issuer <address> --code ${code}`)
  })
}

async function withdraw(
  terminalId: string,
  { reason, apply }: { readonly reason: string; readonly apply?: boolean },
): Promise<void> {
  if (apply !== true) {
    console.log(`Terminal ${terminalId} would be withdrawn for good.`)
    console.log('Nothing changed. Add --apply to do it.')
    return
  }
  await withRegistry(async ({ db, clock }) => {
    const deps = { terminals: createTerminalStore(db), audit: createAuditStore(db), clock }
    const { name } = await withdrawTerminal(deps, terminalId, { actor: 'ecard', reason })
    console.log(`Withdrawn: ${name}`)
  })
}
