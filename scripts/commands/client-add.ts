import { Option, type Command } from 'commander'
import { assuranceLevels, type AssuranceLevel } from '../../src/holders/authentication.ts'
import { cardKinds, type CardKind } from '../../src/holders/card-kind.ts'
import {
  clientAuthMethods,
  metadataOfWish,
  type ClientAuthMethod,
  type ClientWish,
} from '../../src/oidc/client-wish.ts'
import { planClient, registerClient } from '../../src/oidc/register-client.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { clientWords } from '../words/client-words.ts'
import {
  actingOnClient,
  agencyIdsOf,
  inClientWords,
  readKeySet,
  toCompulsoryDate,
} from './client-parts.ts'
import { clientAsJson, printClient } from './client-show.ts'
import { confirmed } from './confirm.ts'
import { withRegistry, type Registry } from './open-registry.ts'

interface AddOptions {
  readonly nameVi: string
  readonly nameEn: string
  readonly agency?: string
  readonly redirectUri: readonly string[]
  readonly postLogoutUri?: readonly string[]
  readonly backchannelLogoutUri?: string
  readonly auth: ClientAuthMethod
  readonly jwks?: string
  readonly jwksUri?: string
  readonly scope: readonly string[]
  readonly offline?: boolean
  readonly level: AssuranceLevel
  readonly cardKind: readonly CardKind[]
  readonly forAgency?: readonly string[]
  readonly cardCompulsoryFrom?: Date | null
  readonly apply?: boolean
  readonly json?: boolean
}

export function addAdd(client: Command): void {
  const { verbs, options } = clientWords()
  const { applyOption, jsonOption, example } = ecardWords()
  client
    .command('add')
    .description(verbs.add)
    .argument('<id>', options.id)
    .requiredOption('--name-vi <text>', options.nameVi)
    .requiredOption('--name-en <text>', options.nameEn)
    .option('--agency <code>', options.agency)
    .requiredOption('--redirect-uri <uri...>', options.redirectUri)
    .option('--post-logout-uri <uri...>', options.postLogoutUri)
    .option('--backchannel-logout-uri <uri>', options.backchannelLogoutUri)
    .addOption(
      new Option('--auth <method>', options.auth).choices(clientAuthMethods).makeOptionMandatory(),
    )
    .option('--jwks <file>', options.jwks)
    .option('--jwks-uri <uri>', options.jwksUri)
    .option('--scope <scope...>', options.scope, ['profile'])
    .option('--offline', options.offline)
    .addOption(new Option('--level <level>', options.level).choices(assuranceLevels).default('low'))
    .addOption(
      new Option('--card-kind <kind...>', options.cardKind)
        .choices(cardKinds)
        .makeOptionMandatory(),
    )
    .option('--for-agency <code...>', options.forAgency)
    .option('--card-compulsory-from <day>', options.cardCompulsoryFrom, toCompulsoryDate)
    .option('--apply', applyOption)
    .option('--json', jsonOption)
    .addHelpText(
      'after',
      `
${example}
  ecard client add lich-hop --name-vi "${options.exampleNameVi}" --name-en Meetings \\
    --agency MH-VP --redirect-uri https://hop.minhhoa.example/callback \\
    --backchannel-logout-uri https://hop.minhhoa.example/logout \\
    --auth client_secret_basic --level substantial --card-kind civil-servant --apply`,
    )
    .action((id: string, given: AddOptions) =>
      inClientWords(() => withRegistry((registry) => add(registry, id, given))),
    )
}

async function add(registry: Registry, clientId: string, options: AddOptions): Promise<void> {
  const words = clientWords()
  const wish = await wishOf(registry, clientId, options)
  const { actor } = await actingOnClient(registry, wish.agencyId)
  await planClient(registry, wish)
  const { json } = options
  if (json !== true) await printClient(registry, wishedClient(wish))
  if (!(await confirmed(options))) {
    const plan = { ...(await clientAsJson(registry, wishedClient(wish))), applied: false }
    console.log(json === true ? JSON.stringify(plan) : ecardWords().dryRun)
    return
  }
  const { client, secret } = await registerClient(registry, wish, { actor })
  if (json === true) {
    const shown = await clientAsJson(registry, client)
    console.log(JSON.stringify({ ...shown, applied: true, secret }))
    return
  }
  console.log(`\n${words.registered(clientId)} ${words.withinSeconds}`)
  if (secret !== null) console.log(`${words.labels.secret}: ${secret}\n${words.secretOnce}`)
}

/** As `printClient` shows a registered one. */
function wishedClient(wish: ClientWish) {
  const { clientId, name, agencyId, policy } = wish
  const hasSecret = wish.auth === 'client_secret_basic'
  return {
    ...{ clientId, name, agencyId, policy, state: 'active' as const },
    metadata: metadataOfWish(wish),
    secretHash: hasSecret ? Buffer.of() : null,
  }
}

async function wishOf(
  registry: Registry,
  clientId: string,
  options: AddOptions,
): Promise<ClientWish> {
  const { agency, forAgency = ['all'], jwks } = options
  const [agencyId = null] = await agencyIdsOf(
    registry,
    agency === undefined ? [] : [agency],
    'agency',
  )
  const isForAll = forAgency.includes('all')
  return {
    clientId,
    name: { vi: options.nameVi, en: options.nameEn },
    agencyId,
    redirectUris: options.redirectUri,
    postLogoutRedirectUris: options.postLogoutUri ?? [],
    backchannelLogoutUri: options.backchannelLogoutUri ?? null,
    auth: options.auth,
    jwks: jwks === undefined ? null : await readKeySet(jwks),
    jwksUri: options.jwksUri ?? null,
    scopes: options.scope,
    offlineAccess: options.offline === true,
    policy: {
      leastLevel: options.level,
      cardKinds: options.cardKind,
      agencyIds: isForAll ? null : await agencyIdsOf(registry, forAgency, 'forAgencies'),
      cardCompulsoryFrom: options.cardCompulsoryFrom ?? null,
    },
  }
}
