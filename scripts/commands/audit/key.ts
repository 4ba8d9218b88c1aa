import type { Command } from 'commander'
import { readAuditKeys, renewAuditKey } from '../../../src/audit/audit-keys.ts'
import { KeystoreUnavailable } from '../../../src/errors.ts'
import { ecardWords } from '../../program/ecard-words.ts'
import { actingOperator } from '../acting-operator.ts'
import { confirmed } from '../confirm.ts'
import { withAuthorities, type OpenAuthorities } from '../open-authorities.ts'
import { createOutput, type Output } from '../output.ts'
import { writeNewFile } from './files.ts'
import { auditHelp, auditWords } from './words.ts'

interface KeyOptions {
  readonly out?: string
  readonly renew?: boolean
  readonly apply?: boolean
  readonly json?: boolean
}

export function addKey(audit: Command): void {
  const help = auditHelp()
  const words = ecardWords()
  audit
    .command('key')
    .description(help.key)
    .option('--out <file>', help.keyOut)
    .option('--renew', help.renew)
    .option('--json', words.jsonOption)
    .option('--apply', help.renewApply)
    .addHelpText('after', `\n${words.example}\n  ecard audit key --out kept.pem`)
    .action(key)
}

async function key(options: KeyOptions): Promise<void> {
  await withAuthorities(async (parts) => {
    const output = createOutput(options)
    if (options.renew === true && !(await isRenewed(parts, options, output))) return
    const keys = await readAuditKeys(parts.keystore)
    if (keys.length === 0) {
      throw new KeystoreUnavailable(auditWords().noKey, { problem: 'key-missing' })
    }
    const pem = keys.map(({ publicKey }) =>
      publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    )
    await show(pem, options, output)
  })
}

/** @returns false where it stayed a dry run */
async function isRenewed(
  parts: OpenAuthorities,
  options: KeyOptions,
  output: Output,
): Promise<boolean> {
  const words = auditWords()
  await actingOperator(parts, 'audit.checkpoint', { kind: 'province' })
  if (options.apply !== true) output.say(words.wouldRenewKey)
  if (await confirmed(options)) {
    const { name } = await renewAuditKey(parts.keystore)
    console.error(words.keyRenewed(name))
    return true
  }
  output.say(words.dryRun)
  output.tell({ applied: false })
  return false
}

async function show(
  pem: readonly string[],
  { out, json }: KeyOptions,
  output: Output,
): Promise<void> {
  if (out !== undefined) {
    await writeNewFile(out, pem.join(''), auditWords())
    output.say(auditWords().kept(out))
  } else if (json !== true) process.stdout.write(pem.join(''))
  output.tell({ keys: pem, out: out ?? null })
}
