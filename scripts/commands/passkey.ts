import { Command } from 'commander'
import { addList } from './passkey-list.ts'
import { addMetadata } from './passkey-metadata.ts'
import { addRevoke } from './passkey-revoke.ts'

export function passkeyCommand(): Command {
  const passkey = new Command('passkey')
  addList(passkey)
  addRevoke(passkey)
  addMetadata(passkey)
  return passkey
}
