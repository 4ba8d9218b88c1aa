import { Command } from 'commander'
import { exchangeCommands } from './ca/exchange.ts'
import { initCommand } from './ca/init.ts'
import { pkcs12Commands } from './ca/pkcs12.ts'
import { revokeCommand } from './ca/revoke.ts'
import { rolloverCommand } from './ca/rollover.ts'
import { showCommands } from './ca/show.ts'

export function caCommand(): Command {
  const ca = new Command('ca')
  const commands = [
    initCommand(),
    ...showCommands(),
    ...exchangeCommands(),
    rolloverCommand(),
    ...pkcs12Commands(),
    revokeCommand(),
  ]
  for (const command of commands) ca.addCommand(command)
  return ca
}
