import { Option, type Command } from 'commander'
import {
  reasonOfCause,
  revocationCauses,
  type RevocationCause,
} from '../../src/cards/card-certificates.ts'
import { cardTransitions, type Card, type CardState } from '../../src/cards/card.ts'
import type { CardStandingDeps } from '../../src/cards/change-card-state.ts'
import { reinstateCard } from '../../src/cards/reinstate-card.ts'
import { revokeCard, type CardRevocationRequest } from '../../src/cards/revoke-card.ts'
import { suspendCard } from '../../src/cards/suspend-card.ts'
import { InputInvalid } from '../../src/errors.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { standingWords, type StandingVerb, type StandingWords } from '../words/standing-words.ts'
import { actingOperator } from './acting-operator.ts'
import { confirmed } from './confirm.ts'
import { findCard } from './find-card.ts'
import { reportAsJson, reportLines, waitForReceipts } from './logout-report.ts'
import { withRegistry, type Registry } from './open-registry.ts'

interface Step {
  readonly verb: StandingVerb
  readonly to: CardState
  /** Whether sessions end with it. */
  readonly ends: boolean
  readonly run: (deps: CardStandingDeps, request: CardRevocationRequest) => Promise<Card>
}

const steps: readonly Step[] = [
  { verb: 'suspend', to: 'suspended', ends: true, run: suspendCard },
  { verb: 'reinstate', to: 'active', ends: false, run: reinstateCard },
  { verb: 'revoke', to: 'revoked', ends: true, run: revokeCard },
]

interface StepOptions {
  readonly reason: string
  /** Of `revoke` alone. */
  readonly cause?: RevocationCause
  readonly apply?: boolean
  readonly json?: boolean
}

/** `ecard card suspend`, `reinstate` and `revoke`. */
export function addStanding(card: Command): void {
  for (const step of steps) addStep(card, step)
}

function addStep(card: Command, step: Step): void {
  const { help, verbs } = standingWords()
  const { applyOption, jsonOption, example } = ecardWords()
  const command = card.command(step.verb).description(verbs[step.verb])
  if (step.to === 'revoked')
    command.addOption(
      new Option('--cause <cause>', help.cause).choices(revocationCauses).default('other'),
    )
  command
    .argument('<card-uuid>', help.cardUuid)
    .requiredOption('--reason <text>', help.reason)
    .option('--apply', applyOption)
    .option('--json', jsonOption)
    .addHelpText(
      'after',
      `
${example}
  ecard card ${step.verb} 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071 --reason "${help.exampleReason}" --apply`,
    )
    .action((cardUuid: string, options: StepOptions) =>
      withRegistry((registry) => takeStep(registry, step, { ...options, cardUuid })),
    )
}

async function takeStep(
  registry: Registry,
  step: Step,
  options: StepOptions & { readonly cardUuid: string },
): Promise<void> {
  const words = standingWords()
  const reason = options.reason.trim()
  if (reason === '') throw new InputInvalid(words.emptyReason, { field: 'reason' })
  const { card, holder } = await findCard(registry.db, options.cardUuid)
  const { cardUuid } = card
  const scope = { kind: 'card', cardUuid } as const
  const { actor } = await actingOperator(registry, `card.${step.verb}`, scope)
  const { cause, json } = options
  if (json !== true) describeStep(words, { card, step, cause, name: holder.displayName })
  const isPossible = cardTransitions[card.state].includes(step.to)
  if (!isPossible || !(await confirmed(options))) {
    endDryRun(words, { isPossible, json, plan: planOf(card, step) })
    return
  }
  const request = { cardUuid, reason, actor, ...(cause !== undefined && { cause }) }
  const changed = await step.run(registry, request)
  await sayWhatBecame(registry, { changed, step, before: card, json: json === true })
}

function describeStep(
  words: StandingWords,
  of: { card: Card; step: Step; cause: RevocationCause | undefined; name: string },
): void {
  const { card, step, cause, name } = of
  const [from, to] = [words.states[card.state], words.states[step.to]]
  console.log(words.change({ uuid: card.cardUuid, name, from, to }))
  if (cause !== undefined)
    console.log(words.certificates(words.causes[cause], reasonOfCause[cause]))
}

function planOf({ cardUuid, state }: Card, { to }: Step) {
  return { cardUuid, from: state, to }
}

function endDryRun(
  words: StandingWords,
  of: { isPossible: boolean; json: boolean | undefined; plan: ReturnType<typeof planOf> },
): void {
  const { isPossible, json, plan } = of
  if (json === true) console.log(JSON.stringify({ ...plan, applied: false, isPossible }))
  else console.log(isPossible ? ecardWords().dryRun : words.notPossible)
  if (!isPossible) process.exitCode = 1
}

/** For an end: once everybody has been told, or after a few seconds. */
async function sayWhatBecame(
  registry: Registry,
  of: { changed: Card; step: Step; before: Card; json: boolean },
): Promise<void> {
  const { changed, step, before, json } = of
  const words = standingWords()
  const { cardUuid, state } = changed
  if (!json) console.log(words.done(cardUuid, words.states[state]))
  const report = step.ends
    ? await waitForReceipts(registry, [{ kind: 'card', id: cardUuid }])
    : null
  if (json) {
    const told = report === null ? {} : reportAsJson(report)
    console.log(JSON.stringify({ ...planOf(before, step), applied: true, ...told }))
  } else if (report !== null) console.log(reportLines(report, 'card').join('\n'))
}
