import { Option, type Command } from 'commander'
import { InputInvalid } from '../../src/errors.ts'
import {
  changeRegistration,
  planRegistrationChange,
  type RegistrationChange,
} from '../../src/oidc/change-registration.ts'
import { clientAuthMethods, type ClientAuthMethod } from '../../src/oidc/client-wish.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { clientWords } from '../words/client-words.ts'
import {
  actingOnClient,
  agencyIdsOf,
  checkReason,
  findNamedClient,
  inClientWords,
  readKeySet,
} from './client-parts.ts'
import { clientAsJson, describeChange } from './client-show.ts'
import { confirmed } from './confirm.ts'
import { withRegistry, type Registry } from './open-registry.ts'
import { createOutput } from './output.ts'

interface ChangeOptions {
  readonly nameVi?: string
  readonly nameEn?: string
  readonly agency?: string
  readonly redirectUri?: readonly string[]
  readonly postLogoutUri?: readonly string[]
  readonly backchannelLogoutUri?: string
  readonly auth?: ClientAuthMethod
  readonly jwks?: string
  readonly jwksUri?: string
  readonly scope?: readonly string[]
  readonly offline?: 'yes' | 'no'
  readonly reason: string
  readonly apply?: boolean
  readonly json?: boolean
}

/** Where an address or an agency is taken away. */
const none = 'none'

export function addChange(client: Command): void {
  const { verbs, options, changeNotes } = clientWords()
  const { applyOption, jsonOption, examples } = ecardWords()
  client
    .command('change')
    .description(verbs.change)
    .argument('<id>', options.id)
    .option('--name-vi <text>', options.nameVi)
    .option('--name-en <text>', options.nameEn)
    .option('--agency <code>', options.agency)
    .option('--redirect-uri <uri...>', options.redirectUri)
    .option('--post-logout-uri <uri...>', options.postLogoutUri)
    .option('--backchannel-logout-uri <uri>', options.backchannelLogoutUri)
    .addOption(new Option('--auth <method>', options.auth).choices(clientAuthMethods))
    .option('--jwks <file>', options.jwks)
    .option('--jwks-uri <uri>', options.jwksUri)
    .option('--scope <scope...>', options.scope)
    .addOption(new Option('--offline <answer>', options.offline).choices(['yes', 'no']))
    .requiredOption('--reason <text>', options.reason)
    .option('--apply', applyOption)
    .option('--json', jsonOption)
    .addHelpText(
      'after',
      `
${changeNotes}

${examples}
  ecard client change lich-hop --redirect-uri https://hop2.minhhoa.example/callback --reason "…"
  ecard client change lich-hop --auth private_key_jwt --jwks keys.json --reason "…" --apply`,
    )
    .action((id: string, given: ChangeOptions) =>
      inClientWords(() => withRegistry((registry) => change(registry, id, given))),
    )
}

async function change(registry: Registry, clientId: string, options: ChangeOptions): Promise<void> {
  const words = clientWords()
  const output = createOutput(options)
  const reason = checkReason(options.reason)
  const before = await findNamedClient(registry, clientId)
  const { actor } = await actingOnClient(registry, before.agencyId)
  const wanted = await changeOf(registry, options)
  // An agency that takes an application over has to be the operator's own too.
  if (wanted.agencyId !== undefined) await actingOnClient(registry, wanted.agencyId)
  const planned = await planRegistrationChange(registry, before, wanted)
  const lines = await describeChange(registry, { before, after: planned })
  for (const line of lines) output.say(line)
  if (lines.length === 0) output.say(words.unchanged)
  const needsSecret = before.secretHash === null && planned.secretHash !== null
  if (needsSecret) output.say(words.wouldGetSecret)
  const applied = lines.length > 0 && (await confirmed(options))
  if (!applied) {
    if (lines.length > 0) output.say(ecardWords().dryRun)
    output.tell({ ...(await clientAsJson(registry, planned)), changes: lines.length > 0, applied })
    return
  }
  const request = { clientId, actor, reason, change: wanted }
  const { client, secret } = await changeRegistration(registry, request)
  output.say(`\n${words.changed} ${words.withinSeconds}`)
  if (secret !== null) output.say(`${words.labels.secret}: ${secret}\n${words.secretOnce}`)
  output.tell({ ...(await clientAsJson(registry, client)), changes: true, applied, secret })
}

/** @throws InputInvalid when nothing is to be changed */
async function changeOf(registry: Registry, options: ChangeOptions): Promise<RegistrationChange> {
  const { nameVi, nameEn, redirectUri, postLogoutUri, backchannelLogoutUri } = options
  const { agency, auth, jwks, jwksUri, scope, offline } = options
  const name = {
    ...(nameVi !== undefined && { vi: nameVi }),
    ...(nameEn !== undefined && { en: nameEn }),
  }
  const change: RegistrationChange = {
    ...(Object.keys(name).length > 0 && { name }),
    ...(agency !== undefined && { agencyId: await agencyIdOf(registry, agency) }),
    ...(redirectUri !== undefined && { redirectUris: redirectUri }),
    ...(postLogoutUri !== undefined && {
      postLogoutRedirectUris: postLogoutUri.filter((uri) => uri !== none),
    }),
    ...(backchannelLogoutUri !== undefined && {
      backchannelLogoutUri: backchannelLogoutUri === none ? null : backchannelLogoutUri,
    }),
    ...(auth !== undefined && { auth }),
    ...(jwks !== undefined && { jwks: await readKeySet(jwks) }),
    ...(jwksUri !== undefined && { jwksUri }),
    ...(scope !== undefined && { scopes: scope }),
    ...(offline !== undefined && { offlineAccess: offline === 'yes' }),
  }
  if (Object.keys(change).length === 0)
    throw new InputInvalid(clientWords().nothingAsked('change'), { field: 'change' })
  return change
}

async function agencyIdOf(registry: Registry, code: string): Promise<string | null> {
  if (code === none) return null
  const [agencyId = null] = await agencyIdsOf(registry, [code], 'agency')
  return agencyId
}
