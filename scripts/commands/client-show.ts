import type { Command } from 'commander'
import { calculateJwkThumbprint, type JWK } from 'jose'
import { createAgencyStore } from '../../src/holders/agency-store.ts'
import { createClientStore, type Client } from '../../src/oidc/client-store.ts'
import { clientAuthMethods } from '../../src/oidc/client-wish.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { clientWords } from '../words/client-words.ts'
import { wordsFor } from '../words/language.ts'
import { dayInVietnam, findNamedClient } from './client-parts.ts'
import { withRegistry, type Registry } from './open-registry.ts'
import { printTable } from './print-table.ts'

interface ShowOptions {
  readonly json?: boolean
}

export function addList(client: Command): void {
  const { verbs } = clientWords()
  const { jsonOption, example } = ecardWords()
  client
    .command('list')
    .description(verbs.list)
    .option('--json', jsonOption)
    .addHelpText('after', `\n${example}\n  ecard client list`)
    .action(({ json }: ShowOptions) => withRegistry((registry) => list(registry, json === true)))
}

async function list(registry: Registry, asJson: boolean): Promise<void> {
  const words = clientWords()
  const clients = await createClientStore(registry.db).list()
  if (asJson) {
    const all = await Promise.all(clients.map((client) => clientAsJson(registry, client)))
    console.log(JSON.stringify(all))
  } else if (clients.length === 0) console.log(words.empty)
  else printTable(words.headings, clients.map(toRow))
}

function toRow({ clientId, state, policy, name }: Client): string[] {
  const words = clientWords()
  const kinds = policy.cardKinds.join(', ')
  return [clientId, words.states[state], words.levels[policy.leastLevel], kinds, wordsFor(name)]
}

export function addShow(client: Command): void {
  const { verbs, options } = clientWords()
  const { jsonOption, example } = ecardWords()
  client
    .command('show')
    .description(verbs.show)
    .argument('<id>', options.id)
    .option('--json', jsonOption)
    .addHelpText('after', `\n${example}\n  ecard client show lich-hop`)
    .action((id: string, { json }: ShowOptions) =>
      withRegistry(async (registry) => {
        const found = await findNamedClient(registry, id)
        if (json === true) console.log(JSON.stringify(await clientAsJson(registry, found)))
        else await printClient(registry, found)
      }),
    )
}

/** Nothing of the secret but whether there is one. */
export async function clientAsJson(registry: Registry, client: Client) {
  const { clientId, name, state, metadata, policy, secretHash, previousSecret } = client
  const { agencyIds, cardCompulsoryFrom, ...rest } = policy
  const [agency = null] = await codesOf(registry, [client.agencyId])
  return {
    ...{ clientId, name, state, agency, metadata },
    hasSecret: secretHash !== null,
    previousSecretUntil: previousSecret?.until ?? null,
    policy: {
      ...rest,
      agencies: agencyIds === null ? null : await codesOf(registry, agencyIds),
      cardCompulsoryFrom,
    },
  }
}

export async function printClient(registry: Registry, client: Client): Promise<void> {
  const rows = await rowsOf(registry, client)
  const width = Math.max(...rows.map(([label]) => label.length))
  for (const [label, value] of rows) console.log(`${label.padEnd(width)}  ${value}`)
}

/** What would be different, a line a field. */
export async function describeChange(
  registry: Registry,
  { before, after }: { readonly before: Client; readonly after: Client },
): Promise<string[]> {
  const { difference, none } = clientWords()
  const was = new Map(await rowsOf(registry, before))
  const is = new Map(await rowsOf(registry, after))
  const labels = [...new Set([...was.keys(), ...is.keys()])]
  return labels.flatMap((label) => {
    const [from, to] = [was.get(label) ?? none, is.get(label) ?? none]
    return from === to ? [] : [difference({ label, from, to })]
  })
}

async function rowsOf(registry: Registry, client: Client): Promise<[string, string][]> {
  const words = clientWords()
  const { labels } = words
  const { metadata, policy, previousSecret } = client
  const [agency = words.none] = await codesOf(registry, [client.agencyId])
  const { agencyIds, cardCompulsoryFrom } = policy
  const forAgencies = agencyIds === null ? null : await codesOf(registry, agencyIds)
  const addresses = (name: string): string => textsOf(metadata[name]).join(' ') || words.none
  return [
    [labels.id, client.clientId],
    [labels.name, `${client.name.vi} / ${client.name.en}`],
    [labels.agency, agency],
    [labels.state, words.states[client.state]],
    [labels.auth, authOf(metadata['token_endpoint_auth_method'])],
    ...(await keyRows(client)),
    ...(previousSecret === undefined
      ? []
      : [[labels.previousSecret, words.until(instant(previousSecret.until))] as [string, string]]),
    [labels.redirects, addresses('redirect_uris')],
    [labels.postLogout, addresses('post_logout_redirect_uris')],
    [labels.notices, textsOf(metadata['backchannel_logout_uri'])[0] ?? words.noNotices],
    [labels.scope, addresses('scope')],
    [labels.level, words.levels[policy.leastLevel]],
    [labels.cardKinds, policy.cardKinds.join(', ')],
    [labels.forAgencies, forAgencies?.join(', ') ?? words.everyAgency],
    [
      labels.cardCompulsory,
      cardCompulsoryFrom === null ? words.notCompulsory : dayInVietnam(cardCompulsoryFrom),
    ],
  ]
}

/** The thumbprints of the keys (RFC 7638), or where they are. */
async function keyRows({ metadata }: Client): Promise<[string, string][]> {
  if (metadata['token_endpoint_auth_method'] !== 'private_key_jwt') return []
  const { labels, none } = clientWords()
  const [address] = textsOf(metadata['jwks_uri'])
  if (address !== undefined) return [[labels.keys, address]]
  const { keys = [] } = (metadata['jwks'] ?? {}) as { readonly keys?: readonly JWK[] }
  const thumbprints = await Promise.all(keys.map((key) => calculateJwkThumbprint(key)))
  return [[labels.keys, thumbprints.join(' ') || none]]
}

function authOf(method: unknown): string {
  const known = clientAuthMethods.find((one) => one === method)
  return known === undefined ? textsOf(method).join(' ') : clientWords().auths[known]
}

/** Metadata is whatever was registered. */
function textsOf(value: unknown): string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value]
  return all.filter((one) => typeof one === 'string')
}

async function codesOf({ db }: Registry, ids: readonly (string | null)[]): Promise<string[]> {
  const agencies = createAgencyStore(db)
  const found = await Promise.all(
    ids.map((id) => (id === null ? Promise.resolve(null) : agencies.find(id))),
  )
  return found.flatMap((agency) => (agency === null ? [] : [agency.code]))
}

export function instant(date: Date): string {
  return date.toLocaleString(wordsFor({ vi: 'vi-VN', en: 'en-GB' }))
}
