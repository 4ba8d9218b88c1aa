import type { Command } from 'commander'
import { createPasskeyStore } from '../../src/passkeys/passkey-store.ts'
import type { Passkey } from '../../src/passkeys/passkey.ts'
import { findHolder } from '../people/find-holder.ts'
import { peopleWords } from '../people/people-language.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { civilTime } from '../words/civil-time.ts'
import { languageOf } from '../words/language.ts'
import { passkeyCommandWords } from '../words/passkey-words.ts'
import { withRegistry, type Registry } from './open-registry.ts'
import { printTable } from './print-table.ts'

interface ListOptions {
  readonly all?: boolean
  readonly json?: boolean
}

export function addList(passkey: Command): void {
  const { verbs, options, listNotes } = passkeyCommandWords()
  passkey
    .command('list')
    .description(verbs.list)
    .argument('<holder>', options.holder)
    .option('--all', options.all)
    .option('--json', ecardWords().jsonLinesOption)
    .addHelpText('after', listNotes)
    .action((holder: string, given: ListOptions) =>
      withRegistry((registry) => list(registry, holder, given)),
    )
}

/** Open to whoever reaches the registry, like all looking. */
async function list(registry: Registry, given: string, { all, json }: ListOptions): Promise<void> {
  const words = passkeyCommandWords()
  const { holder } = await findHolder(registry, given, peopleWords(languageOf(process.env)))
  const known = await createPasskeyStore(registry.db).listOf(holder.id)
  const shown = known.filter(({ state }) => all === true || state !== 'revoked')
  if (json === true) for (const one of shown) console.log(JSON.stringify(asJson(one)))
  else if (shown.length === 0) console.log(words.none(holder.displayName))
  else printTable(words.headings, shown.map(rowOf))
}

function rowOf({ id, name, state, backupEligible, createdAt, lastUse }: Passkey): string[] {
  const words = passkeyCommandWords()
  const where = lastUse?.device == null ? '' : ` (${lastUse.device})`
  const used = lastUse === null ? words.never : civilTime(lastUse.at) + where
  const kept = backupEligible ? words.synced : words.bound
  return [id, name, words.states[state], kept, civilTime(createdAt), used]
}

/** All but the key and what the device knows its holder by, which are nobody's business here. */
export function asJson(passkey: Passkey) {
  const { id, holderId, cardKind, name, state, stateSince, createdAt, lastUse } = passkey
  const { aaguid, transports, backupEligible, backupState, attestationVerdict } = passkey
  return {
    ...{ id, holderId, cardKind, name, state, stateSince, createdAt, lastUse },
    ...{ aaguid, transports, backupEligible, backupState, attestationVerdict },
  }
}
