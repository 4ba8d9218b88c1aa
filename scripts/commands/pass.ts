import { Command } from 'commander'
import { addIssue } from './pass-issue.ts'
import { addList } from './pass-list.ts'
import { addWithdraw } from './pass-withdraw.ts'

export function passCommand(): Command {
  const pass = new Command('pass')
  addIssue(pass)
  addList(pass)
  addWithdraw(pass)
  return pass
}
