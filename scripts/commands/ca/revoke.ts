import { Command, Option } from 'commander'
import { createAuditStore } from '../../../src/audit/audit-store.ts'
import { revocationReasons, type RevocationReason } from '../../../src/pki/revocation-reasons.ts'
import { revokeAuthority } from '../../../src/pki/revocation.ts'
import { ecardWords } from '../../program/ecard-words.ts'
import { confirmed } from '../confirm.ts'
import { withOwnRegistry, type ConfiguredRegistry } from '../open-authorities.ts'
import { createOutput } from '../output.ts'
import { whoActs } from '../who-acts.ts'
import { findAuthority } from './show.ts'
import { authorityWords } from './words.ts'

interface RevokeOptions {
  readonly reason: RevocationReason
  readonly note?: string
  readonly by: string
  readonly apply?: boolean
  readonly json?: boolean
}

export function revokeCommand(): Command {
  const { commands, options, slugArgument } = authorityWords()
  const words = ecardWords()
  return new Command('revoke')
    .description(commands.revoke)
    .argument('<slug>', slugArgument)
    .addOption(
      new Option('--reason <reason>', options.reason)
        .choices(revocationReasons)
        .makeOptionMandatory(),
    )
    .option('--note <text>', options.note)
    .option('--by <name>', words.byOption, 'ecard')
    .option('--json', words.jsonOption)
    .option('--apply', words.applyOption)
    .addHelpText(
      'after',
      `\n${words.example}\n  ecard ca revoke citizen --reason keyCompromise --note "QĐ 12/2026"`,
    )
    .action((slug: string, given: RevokeOptions) =>
      withOwnRegistry((registry) => revoke(registry, slug, given)),
    )
}

async function revoke(
  registry: ConfiguredRegistry,
  slug: string,
  options: RevokeOptions,
): Promise<void> {
  const words = authorityWords()
  const { reason, note = null, by } = options
  const output = createOutput(options)
  const actor = await whoActs(registry, 'authority.change', { by })
  const { id: authorityId, name, state } = await findAuthority(registry, slug)
  const change = { slug, from: state, to: 'revoked', reason }
  output.say(words.becomesRevoked({ slug, name, state, reason }))
  output.say(words.cardsStop)
  const isApplied = await confirmed(options)
  if (isApplied) {
    const deps = { db: registry.db, auditOn: createAuditStore, clock: registry.clock }
    await revokeAuthority(deps, { authorityId, reason, actor, note })
  }
  output.say(isApplied ? words.revoked : ecardWords().dryRun)
  output.tell({ applied: isApplied, ...change })
}
