import { Option, type Command } from 'commander'
import { InputInvalid } from '../../src/errors.ts'
import { assuranceLevels, type AssuranceLevel } from '../../src/holders/authentication.ts'
import { cardKinds, type CardKind } from '../../src/holders/card-kind.ts'
import { changeClientPolicy, withPolicy, type PolicyChange } from '../../src/oidc/change-client.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { clientWords } from '../words/client-words.ts'
import {
  actingOnClient,
  agencyIdsOf,
  checkReason,
  findNamedClient,
  inClientWords,
  toCompulsoryDate,
} from './client-parts.ts'
import { clientAsJson, printClient } from './client-show.ts'
import { confirmed } from './confirm.ts'
import { withRegistry, type Registry } from './open-registry.ts'

interface PolicyOptions {
  readonly level?: AssuranceLevel
  readonly cardKind?: readonly CardKind[]
  readonly forAgency?: readonly string[]
  readonly cardCompulsoryFrom?: Date | null
  readonly reason: string
  readonly apply?: boolean
  readonly json?: boolean
}

export function addPolicy(client: Command): void {
  const { verbs, options } = clientWords()
  const { applyOption, jsonOption, example } = ecardWords()
  client
    .command('policy')
    .description(verbs.policy)
    .argument('<id>', options.id)
    .addOption(new Option('--level <level>', options.level).choices(assuranceLevels))
    .addOption(new Option('--card-kind <kind...>', options.cardKind).choices(cardKinds))
    .option('--for-agency <code...>', options.forAgency)
    .option('--card-compulsory-from <day>', options.cardCompulsoryFrom, toCompulsoryDate)
    .requiredOption('--reason <text>', options.reason)
    .option('--apply', applyOption)
    .option('--json', jsonOption)
    .addHelpText(
      'after',
      `
${example}
  ecard client policy lich-hop --level high --card-compulsory-from 2027-01-01 --reason "…" --apply`,
    )
    .action((id: string, given: PolicyOptions) =>
      inClientWords(() => withRegistry((registry) => change(registry, id, given))),
    )
}

async function change(registry: Registry, clientId: string, options: PolicyOptions): Promise<void> {
  const reason = checkReason(options.reason)
  const before = await findNamedClient(registry, clientId)
  const { actor } = await actingOnClient(registry, before.agencyId)
  const policy = await policyOf(registry, options)
  const planned = withPolicy(before, policy)
  const { json } = options
  if (json !== true) await printClient(registry, planned)
  const applied = await confirmed(options)
  if (applied) await changeClientPolicy(registry, { clientId, actor, reason, policy })
  if (json === true)
    console.log(JSON.stringify({ ...(await clientAsJson(registry, planned)), applied }))
  else if (applied) console.log(`\n${clientWords().changed} ${clientWords().withinSeconds}`)
  else console.log(ecardWords().dryRun)
}

/** @throws InputInvalid when nothing is to be changed */
async function policyOf(registry: Registry, options: PolicyOptions): Promise<PolicyChange> {
  const { level, cardKind, forAgency, cardCompulsoryFrom } = options
  const change: PolicyChange = {
    ...(level !== undefined && { leastLevel: level }),
    ...(cardKind !== undefined && { cardKinds: cardKind }),
    ...(forAgency !== undefined && { agencyIds: await agenciesOf(registry, forAgency) }),
    ...(cardCompulsoryFrom !== undefined && { cardCompulsoryFrom }),
  }
  if (Object.keys(change).length === 0)
    throw new InputInvalid(clientWords().nothingAsked('policy'), { field: 'policy' })
  return change
}

async function agenciesOf(
  registry: Registry,
  codes: readonly string[],
): Promise<readonly string[] | null> {
  return codes.includes('all') ? null : agencyIdsOf(registry, codes, 'forAgencies')
}
