import { Command } from 'commander'
import { crlFileCommands } from './crl/files.ts'
import { listCommand } from './crl/list.ts'
import { publishCommand } from './crl/publish.ts'

export function crlCommand(): Command {
  const crl = new Command('crl')
  for (const command of [listCommand(), publishCommand(), ...crlFileCommands()]) {
    crl.addCommand(command)
  }
  return crl
}
