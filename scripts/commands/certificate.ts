import { Command } from 'commander'
import { exportCommand } from './certificate/export.ts'
import { issueServerCommand } from './certificate/issue-server.ts'
import { lookUpCommands } from './certificate/look-up.ts'
import { statusCommands } from './certificate/status.ts'

export function certificateCommand(): Command {
  const certificate = new Command('certificate').description(
    'certificates of cards, terminals and servers',
  )
  const commands = [...lookUpCommands(), exportCommand(), ...statusCommands(), issueServerCommand()]
  for (const command of commands) certificate.addCommand(command)
  return certificate
}
