import { Option, type Command } from 'commander'
import {
  issueCard,
  planIssuing,
  type IssueCardDeps,
  type IssueCardRequest,
  type IssuedCard,
} from '../../src/cards/issue-card.ts'
import type { PresentedCard } from '../../src/cards/judge-presented-card.ts'
import { InputInvalid } from '../../src/errors.ts'
import { cardKinds, type CardKind } from '../../src/holders/card-kind.ts'
import { askedPins } from '../desk/ask-pin.ts'
import { slipPins, type SlipPins } from '../desk/slip-pin.ts'
import { findHolder } from '../people/find-holder.ts'
import { peopleWords } from '../people/people-language.ts'
import { languageOf } from '../words/language.ts'
import { cardWords, type CardWords } from '../words/card-words.ts'
import { agencyPathOf, issuingParts } from './issue-parts.ts'
import { withAuthorities } from './open-authorities.ts'
import { withDesk, type DeskCommandOptions } from './with-desk.ts'

interface IssueOptions extends DeskCommandOptions {
  readonly holder: string
  readonly kind: CardKind
  readonly reason: string
  readonly pin: 'ask' | 'slip'
  readonly pinSlip?: string
  readonly replaces?: string
  readonly active?: boolean
  readonly apply?: boolean
  readonly json?: boolean
}

export function addIssue(card: Command): void {
  card
    .command('issue')
    .description('make the card in the reader the card of a holder')
    .requiredOption('--holder <who>', 'national number, tax code or id')
    .addOption(new Option('--kind <kind>', 'which card').choices(cardKinds).makeOptionMandatory())
    .requiredOption('--reader <name>', 'the reader, or virtual:<file> for a virtual card')
    .option('--reason <text>', 'why; kept in the audit log', 'first card')
    .addOption(
      new Option('--pin <how>', 'the holder chooses it here, or a random one for a sealed slip')
        .choices(['ask', 'slip'])
        .default('ask'),
    )
    .option('--pin-slip <file>', 'where the PIN for the slip is written, once')
    .option('--replaces <card-uuid>', 'the card that this one stands in for')
    .option('--active', 'usable at once, instead of from its first tap and PIN on')
    .option('--trace', 'tell every exchange with the card: no data, only lengths and times')
    .option('--apply', 'do it; without this, only say what would be done')
    .option('--json', 'the result as JSON')
    .addHelpText(
      'after',
      `
Cut off at any point, the same command with the same card goes on, or wipes the card and says so.

Examples:
  ecard card issue --holder 000123456789 --kind civil-servant --reader "ACS ACR1252"
  ecard card issue --holder 000123456789 --kind civil-servant --reader ACR1252 --apply
  ecard card issue --holder 0012345678 --kind enterprise --reader ACR1252 --pin slip \\
    --pin-slip /media/slips/0012345678.txt --apply`,
    )
    .action(issue)
}

async function issue(options: IssueOptions): Promise<void> {
  const language = languageOf(process.env)
  const words = cardWords(language)
  await withAuthorities(async (parts) => {
    const { holder } = await findHolder(parts, options.holder, peopleWords(language))
    const deps = await issuingParts(parts)
    const request: IssueCardRequest = {
      ...{ holder, kind: options.kind, desk: options.reader, actor: 'ecard' },
      ...{ reason: options.reason, replaces: options.replaces ?? null },
      agencyPath: await agencyPathOf(parts, holder),
      active: options.active === true,
    }
    if (options.apply === true) await apply(deps, request, options)
    else await tellPlan(deps, request, { options, words })
  })
}

async function tellPlan(
  deps: IssueCardDeps,
  request: IssueCardRequest,
  { options, words }: { options: IssueOptions; words: CardWords },
): Promise<void> {
  const pins = askedPins(languageOf(process.env))
  const plan = await withDesk({ ...options, pins, words }, (card) =>
    planIssuing(deps, card, request),
  )
  if (options.json === true) console.log(JSON.stringify(planAsJson(plan)))
  else for (const line of describePlan(plan, { deps, request, words })) console.log(line)
}

function planAsJson(plan: PresentedCard) {
  const { fate, identity } = plan
  const { cardUuid, chipSerial } = identity
  return {
    ...{ applied: false, fate, cardUuid, chipSerial },
    ...(plan.fate === 'wipe' && { why: plan.why }),
    ...(plan.fate === 'resume' && { step: plan.issuance.step }),
  }
}

function describePlan(
  plan: PresentedCard,
  { deps, request, words }: { deps: IssueCardDeps; request: IssueCardRequest; words: CardWords },
): string[] {
  const { cardUuid, chipSerial } = plan.identity
  const profile = deps.profiles[request.kind]
  const slots = profile.slots.map(({ slot, algorithm }) => `${slot} ${algorithm}`).join(', ')
  const to = { name: request.holder.displayName, profile: profile.name, slots }
  return [
    ...(chipSerial === null ? [] : [words.onCard.chip(chipSerial)]),
    ...(cardUuid === null ? [] : [words.onCard.named(cardUuid)]),
    ...(plan.fate === 'wipe' ? [words.wouldWipe(words.wipes[plan.why])] : []),
    plan.fate === 'resume' ? words.wouldResume(plan.issuance.step) : words.wouldIssue(to),
    words.dryRun,
  ]
}

async function apply(
  deps: IssueCardDeps,
  request: IssueCardRequest,
  options: IssueOptions,
): Promise<void> {
  const language = languageOf(process.env)
  const words = cardWords(language)
  const slip = options.pin === 'slip' ? slipOf(options, request, words) : null
  const pins = slip ?? askedPins(language)
  try {
    const issued = await withDesk({ ...options, pins, words }, (card) =>
      issueCard(deps, card, request),
    )
    await slip?.keep()
    tell(issued, { options, words })
  } catch (error) {
    await slip?.discard()
    throw error
  }
}

function slipOf({ pinSlip }: IssueOptions, request: IssueCardRequest, words: CardWords): SlipPins {
  if (pinSlip === undefined) throw new InputInvalid(words.slipNeedsFile, { field: 'pin-slip' })
  return slipPins(pinSlip, [request.holder.displayName, request.kind])
}

function tell(
  { card, resumed, wiped }: IssuedCard,
  { options, words }: { options: IssueOptions; words: CardWords },
): void {
  if (options.json === true) {
    const { cardUuid, state, expiresAt } = card
    console.log(JSON.stringify({ applied: true, cardUuid, state, expiresAt, resumed, wiped }))
    return
  }
  if (wiped !== null) console.log(words.wiped(words.wipes[wiped.why]))
  if (resumed) console.log(words.resumed)
  console.log(words.issued(card.cardUuid))
  console.log(card.state === 'active' ? words.active : words.locked)
  if (options.pinSlip !== undefined) console.log(words.slip(options.pinSlip))
}
