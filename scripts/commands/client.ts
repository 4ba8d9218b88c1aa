import { Command } from 'commander'
import { addAdd } from './client-add.ts'
import { addChange } from './client-change.ts'
import { addPolicy } from './client-policy.ts'
import { addRotate } from './client-rotate.ts'
import { addList, addShow } from './client-show.ts'
import { addState } from './client-state.ts'

export function clientCommand(): Command {
  const client = new Command('client')
  addAdd(client)
  addList(client)
  addShow(client)
  addChange(client)
  addPolicy(client)
  addRotate(client)
  addState(client, 'disable')
  addState(client, 'enable')
  return client
}
