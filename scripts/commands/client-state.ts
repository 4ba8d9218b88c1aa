import type { Command } from 'commander'
import { setClientState } from '../../src/oidc/change-client.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { clientWords } from '../words/client-words.ts'
import { actingOnClient, checkReason, findNamedClient } from './client-parts.ts'
import { confirmed } from './confirm.ts'
import { withRegistry, type Registry } from './open-registry.ts'

interface StateOptions {
  readonly reason: string
  readonly apply?: boolean
  readonly json?: boolean
}

type StateVerb = 'disable' | 'enable'

const states = { disable: 'disabled', enable: 'active' } as const

export function addState(client: Command, verb: StateVerb): void {
  const { verbs, options } = clientWords()
  const { applyOption, jsonOption, example } = ecardWords()
  client
    .command(verb)
    .description(verbs[verb])
    .argument('<id>', options.id)
    .requiredOption('--reason <text>', options.reason)
    .option('--apply', applyOption)
    .option('--json', jsonOption)
    .addHelpText(
      'after',
      `\n${example}\n  ecard client ${verb} lich-hop --reason "${options.exampleReason}" --apply`,
    )
    .action((id: string, given: StateOptions) =>
      withRegistry((registry) => change(registry, { ...given, clientId: id, verb })),
    )
}

async function change(
  registry: Registry,
  options: StateOptions & { readonly clientId: string; readonly verb: StateVerb },
): Promise<void> {
  const words = clientWords()
  const { clientId, verb, json } = options
  const reason = checkReason(options.reason)
  const client = await findNamedClient(registry, clientId)
  const { actor } = await actingOnClient(registry, client.agencyId)
  const state = states[verb]
  if (json !== true)
    console.log(state === 'active' ? words.enabling(clientId) : words.disabling(clientId))
  const applied = await confirmed(options)
  if (applied) await setClientState(registry, { clientId, actor, reason, state })
  if (json === true) console.log(JSON.stringify({ clientId, state, applied }))
  else console.log(applied ? `${words.changed} ${words.withinSeconds}` : ecardWords().dryRun)
}
