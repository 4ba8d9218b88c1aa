import { Command } from 'commander'
import { exportCommand } from './certificate/export.ts'
import { issueServerCommand } from './certificate/issue-server.ts'
import { lookUpCommands } from './certificate/look-up.ts'
import { statusCommands } from './certificate/status.ts'

export function certificateCommand(): Command {
  const certificate = new Command('certificate')
  const changes = [...statusCommands(), issueServerCommand()]
  const commands = [...lookUpCommands(), exportCommand(), ...changes]
  for (const command of commands) certificate.addCommand(command)
  return certificate
}
