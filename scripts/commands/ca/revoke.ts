import { Command, Option } from 'commander'
import { createAuditStore } from '../../../src/audit/audit-store.ts'
import { revocationReasons, type RevocationReason } from '../../../src/pki/revocation-reasons.ts'
import { revokeAuthority } from '../../../src/pki/revocation.ts'
import { withOwnRegistry } from '../open-authorities.ts'
import { findAuthority } from './show.ts'

interface RevokeOptions {
  readonly reason: RevocationReason
  readonly note?: string
  readonly by: string
  readonly apply?: boolean
}

export function revokeCommand(): Command {
  return new Command('revoke')
    .description('end an issuing authority for good: nothing that it signed is believed any more')
    .argument('<slug>')
    .addOption(
      new Option('--reason <reason>', 'why, for its root’s revocation list')
        .choices(revocationReasons)
        .makeOptionMandatory(),
    )
    .option('--note <text>', 'why, in words; kept in the audit log')
    .option('--by <name>', 'who does it; in the audit log', 'ecard')
    .option('--apply', 'do it; without this, only say what would change')
    .action((slug: string, { reason, note, by: actor, apply }: RevokeOptions) =>
      withOwnRegistry(async (registry) => {
        const { id: authorityId, name, state } = await findAuthority(registry, slug)
        console.log(`Authority ${slug}, "${name}": ${state} -> revoked (${reason})`)
        if (apply !== true) {
          console.log('Every card that it certified stops signing in at once.')
          console.log('Nothing changed. Add --apply to do it.')
          return
        }
        const deps = { db: registry.db, auditOn: createAuditStore, clock: registry.clock }
        await revokeAuthority(deps, { authorityId, reason, actor, note: note ?? null })
        console.log('Revoked. Its root’s next revocation list says so.')
      }),
    )
}
