import type { Command } from 'commander'
import { InputInvalid, NotFound } from '../../src/errors.ts'
import { createHolderStore } from '../../src/holders/holder-store.ts'
import { readConfig } from '../../src/config.ts'
import { revokePasskey } from '../../src/passkeys/end-passkey.ts'
import { createPasskeyNotices, type PasskeyNotices } from '../../src/passkeys/passkey-notices.ts'
import { createPasskeyStore } from '../../src/passkeys/passkey-store.ts'
import type { Passkey } from '../../src/passkeys/passkey.ts'
import { findHolder } from '../people/find-holder.ts'
import { peopleWords } from '../people/people-language.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { languageOf } from '../words/language.ts'
import { passkeyCommandWords } from '../words/passkey-words.ts'
import { actingOperator } from './acting-operator.ts'
import { confirmed } from './confirm.ts'
import { tellEnded } from './logout-report.ts'
import { withRegistry, type Registry } from './open-registry.ts'
import { createOutput } from './output.ts'
import { asJson } from './passkey-list.ts'

interface RevokeOptions {
  readonly holder?: string
  readonly reason: string
  readonly apply?: boolean
  readonly json?: boolean
}

const maxReasonLength = 500

export function addRevoke(passkey: Command): void {
  const { verbs, options, revokeNotes } = passkeyCommandWords()
  const { applyOption, jsonOption } = ecardWords()
  passkey
    .command('revoke')
    .description(verbs.revoke)
    .argument('[id]', options.id)
    .option('--holder <who>', options.allOf)
    .requiredOption('--reason <text>', options.reason)
    .option('--apply', applyOption)
    .option('--json', jsonOption)
    .addHelpText('after', revokeNotes)
    .action((id: string | undefined, given: RevokeOptions) =>
      withRegistry((registry) => revoke(registry, id, given)),
    )
}

async function revoke(
  registry: Registry,
  id: string | undefined,
  given: RevokeOptions,
): Promise<void> {
  const words = passkeyCommandWords()
  const reason = checkReason(given.reason)
  const { holderId, passkeys } = await findMeant(registry, id, given)
  const scope = { kind: 'holder', holderId } as const
  const { actor } = await actingOperator(registry, 'passkey.revoke', scope)
  const holder = (await createHolderStore(registry.db).find(holderId))?.displayName ?? holderId
  const output = createOutput(given)
  for (const { name } of passkeys) output.say(words.revoking({ name, holder }))
  output.say(passkeys.length === 0 ? words.none(holder) : words.sessionsEnd)
  const document = { holderId, passkeys: passkeys.map(asJson) }
  if (!(await confirmed(given))) {
    output.say(ecardWords().dryRun)
    output.tell({ applied: false, ...document })
    return
  }
  const deps = { ...registry, passkeyNotices: configuredNotices() }
  for (const { id: passkeyId } of passkeys)
    await revokePasskey(deps, { passkeyId, holderId, actor, reason })
  output.say(words.revoked(passkeys.length))
  const ended = passkeys.map((one) => ({ kind: 'passkey', id: one.id }))
  output.tell({
    ...{ applied: true, ...document },
    ...(await tellEnded(registry, ended, { of: 'passkey', output })),
  })
}

/** @throws InputInvalid, NotFound */
async function findMeant(
  registry: Registry,
  id: string | undefined,
  { holder }: RevokeOptions,
): Promise<{ holderId: string; passkeys: readonly Passkey[] }> {
  const store = createPasskeyStore(registry.db)
  const words = passkeyCommandWords()
  if ((id === undefined) === (holder === undefined))
    throw new InputInvalid(words.oneOrAll, { field: 'id' })
  if (holder !== undefined) {
    const found = await findHolder(registry, holder, peopleWords(languageOf(process.env)))
    const all = await store.listOf(found.holder.id)
    return { holderId: found.holder.id, passkeys: all.filter(isRevocable) }
  }
  const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id ?? '')
  const one = isUuid ? await store.find(id ?? '') : null
  if (one === null || !isRevocable(one)) throw new NotFound(words.notThere(id ?? ''))
  return { holderId: one.holderId, passkeys: [one] }
}

/** Holders are told where the service is set up to tell them: both read the same settings. */
function configuredNotices(): PasskeyNotices {
  const { mail } = readConfig(process.env).config
  return createPasskeyNotices({ areSent: mail !== null })
}

function isRevocable({ state }: Passkey): boolean {
  return state !== 'revoked'
}

/** In NFC. @throws InputInvalid */
function checkReason(given: string): string {
  const reason = given.normalize('NFC').trim()
  if (reason !== '' && reason.length <= maxReasonLength) return reason
  throw new InputInvalid(passkeyCommandWords().badReason, { field: 'reason' })
}
