import { Command, Option } from 'commander'
import {
  reasonOfCause,
  revocationCauses,
  type RevocationCause,
} from '../../src/cards/card-certificates.ts'
import { createCardStore } from '../../src/cards/card-store.ts'
import { cardTransitions, type Card, type CardState } from '../../src/cards/card.ts'
import type { CardStandingDeps } from '../../src/cards/change-card-state.ts'
import { reinstateCard } from '../../src/cards/reinstate-card.ts'
import { revokeCard, type CardRevocationRequest } from '../../src/cards/revoke-card.ts'
import { suspendCard } from '../../src/cards/suspend-card.ts'
import { NotFound } from '../../src/errors.ts'
import { addIssue } from './card-issue.ts'
import { addRead } from './card-read.ts'
import { addReset } from './card-reset.ts'
import { withRegistry, type Registry } from './open-registry.ts'

interface Step {
  readonly verb: string
  readonly to: CardState
  readonly summary: string
  readonly run: (deps: CardStandingDeps, request: CardRevocationRequest) => Promise<Card>
}

const steps: readonly Step[] = [
  {
    verb: 'suspend',
    to: 'suspended',
    summary: 'stop a card until it is reinstated; its sessions end',
    run: suspendCard,
  },
  {
    verb: 'reinstate',
    to: 'active',
    summary: 'let a suspended card sign in again',
    run: reinstateCard,
  },
  {
    verb: 'revoke',
    to: 'revoked',
    summary: 'end a card for good, and its certificates; its sessions end',
    run: revokeCard,
  },
]

export function cardCommand(): Command {
  const card = new Command('card').description('cards and their standing')
  card
    .command('show')
    .description('show a card')
    .argument('<card-uuid>')
    .action((cardUuid: string) =>
      withRegistry(async (registry) => {
        print(await find(registry, cardUuid))
      }),
    )
  addIssue(card)
  addRead(card)
  addReset(card)
  for (const step of steps) addStep(card, step)
  return card
}

interface StepOptions {
  readonly reason: string
  /** Of `revoke` alone. */
  readonly cause?: RevocationCause
  readonly apply?: boolean
}

const causeOption = new Option(
  '--cause <cause>',
  'what became of it; its certificates are revoked for that, in the words of RFC 5280',
)
  .choices(revocationCauses)
  .default('other')

function addStep(card: Command, step: Step): void {
  const command = card.command(step.verb)
  if (step.to === 'revoked') command.addOption(causeOption)
  command
    .description(step.summary)
    .argument('<card-uuid>')
    .requiredOption('--reason <text>', 'why; kept with the card and in the audit log')
    .option('--apply', 'do it; without this, only say what would change')
    .addHelpText(
      'after',
      `
Example:
  ecard card ${step.verb} 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071 --reason "reported missing" --apply`,
    )
    .action((cardUuid: string, { reason, cause, apply }: StepOptions) =>
      withRegistry(async (registry) => {
        const { state } = await find(registry, cardUuid)
        if (apply === true) {
          const request = { cardUuid, reason, actor: 'ecard', ...(cause && { cause }) }
          print(await step.run(registry, request))
          return
        }
        const isPossible = cardTransitions[state].includes(step.to)
        console.log(`Card ${cardUuid}: ${state} -> ${step.to}`)
        if (cause) console.log(`Its certificates: revoked, ${reasonOfCause[cause]}`)
        console.log(isPossible ? 'Nothing changed. Add --apply to do it.' : 'This is not possible.')
        if (!isPossible) process.exitCode = 1
      }),
    )
}

async function find({ db }: Registry, cardUuid: string): Promise<Card> {
  const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(cardUuid)
  const card = isUuid ? await createCardStore(db).find(cardUuid) : null
  if (card === null) throw new NotFound(`There is no card ${cardUuid}. Check the number.`)
  return card
}

function print({ cardUuid, kind, state, stateSince, expiresAt }: Card): void {
  console.log(`Card     ${cardUuid} (${kind})`)
  console.log(`State    ${state} since ${stateSince.toISOString()}`)
  console.log(`Expires  ${expiresAt.toISOString()}`)
}
