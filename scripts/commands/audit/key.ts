import type { Command } from 'commander'
import { readAuditKeys, renewAuditKey } from '../../../src/audit/audit-keys.ts'
import { KeystoreUnavailable } from '../../../src/errors.ts'
import { withAuthorities } from '../open-authorities.ts'
import { writeNewFile } from './files.ts'
import { auditWords } from './words.ts'

interface KeyOptions {
  readonly out?: string
  readonly renew?: boolean
  readonly apply?: boolean
}

export function addKey(audit: Command): void {
  audit
    .command('key')
    .description('show the public keys that checkpoints are verified with, oldest first')
    .option('--out <file>', 'write them to a new file, to keep it elsewhere')
    .option('--renew', 'let a new key sign from now on')
    .option('--apply', 'with --renew: do it; without this, only say what would change')
    .addHelpText('after', '\nExample:\n  ecard audit key --out kept.pem')
    .action(key)
}

async function key({ out, renew, apply }: KeyOptions): Promise<void> {
  const words = auditWords()
  await withAuthorities(async ({ keystore }) => {
    if (renew === true && apply !== true) {
      console.log(words.wouldRenewKey)
      console.log(words.dryRun)
      return
    }
    if (renew === true) console.error(words.keyRenewed((await renewAuditKey(keystore)).name))
    const keys = await readAuditKeys(keystore)
    if (keys.length === 0) throw new KeystoreUnavailable(words.noKey, { problem: 'key-missing' })
    const pem = keys.map(({ publicKey }) => publicKey.export({ format: 'pem', type: 'spki' }))
    if (out === undefined) process.stdout.write(pem.join(''))
    else {
      await writeNewFile(out, pem.join(''), words)
      console.log(words.kept(out))
    }
  })
}
