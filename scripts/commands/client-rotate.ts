import { InvalidArgumentError, type Command } from 'commander'
import { checkHasSecret, rotateClientSecret } from '../../src/oidc/rotate-client-secret.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { clientWords } from '../words/client-words.ts'
import { actingOnClient, checkReason, findNamedClient, inClientWords } from './client-parts.ts'
import { instant } from './client-show.ts'
import { confirmed } from './confirm.ts'
import { withRegistry, type Registry } from './open-registry.ts'

interface RotateOptions {
  readonly graceHours: number
  readonly reason: string
  readonly apply?: boolean
  readonly json?: boolean
}

const defaultGraceHours = 24
const maxGraceHours = 24 * 14

export function addRotate(client: Command): void {
  const { verbs, options } = clientWords()
  const { applyOption, jsonOption, example } = ecardWords()
  client
    .command('rotate')
    .description(verbs.rotate)
    .argument('<id>', options.id)
    .option('--grace-hours <n>', options.graceHours, toGraceHours, defaultGraceHours)
    .requiredOption('--reason <text>', options.reason)
    .option('--apply', applyOption)
    .option('--json', jsonOption)
    .addHelpText(
      'after',
      `\n${example}\n  ecard client rotate lich-hop --grace-hours 48 --reason "…" --apply`,
    )
    .action((id: string, given: RotateOptions) =>
      inClientWords(() => withRegistry((registry) => rotate(registry, id, given))),
    )
}

async function rotate(registry: Registry, clientId: string, options: RotateOptions): Promise<void> {
  const words = clientWords()
  const { graceHours, json } = options
  const reason = checkReason(options.reason)
  const client = await findNamedClient(registry, clientId)
  const { actor } = await actingOnClient(registry, client.agencyId)
  checkHasSecret(client)
  if (json !== true) console.log(words.rotation(graceHours))
  if (!(await confirmed(options))) {
    const plan = { clientId, graceHours, applied: false }
    console.log(json === true ? JSON.stringify(plan) : ecardWords().dryRun)
    return
  }
  const request = { clientId, actor, reason, graceHours }
  const { secret, previousUntil } = await rotateClientSecret(registry, request)
  if (json === true) {
    console.log(JSON.stringify({ clientId, applied: true, secret, previousUntil }))
    return
  }
  console.log(`${words.labels.secret}: ${secret}\n${words.secretOnce}`)
  console.log(previousUntil === null ? words.oldEnds : words.oldUntil(instant(previousUntil)))
  console.log(words.withinSeconds)
}

function toGraceHours(text: string): number {
  const hours = Number(text)
  if (/^\d+$/.test(text) && hours <= maxGraceHours) return hours
  throw new InvalidArgumentError(ecardWords().numberFrom(0, maxGraceHours))
}
