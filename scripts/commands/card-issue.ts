import { Option, type Command } from 'commander'
import {
  issueCard,
  planIssuing,
  type IssueCardDeps,
  type IssueCardRequest,
  type IssuedCard,
} from '../../src/cards/issue-card.ts'
import type { PresentedCard } from '../../src/cards/judge-presented-card.ts'
import { cardKinds, type CardKind } from '../../src/holders/card-kind.ts'
import type { Holder } from '../../src/holders/holder.ts'
import { noPins } from '../desk/no-pins.ts'
import { findHolder } from '../people/find-holder.ts'
import { peopleWords } from '../people/people-language.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { cardCareWords } from '../words/card-care-words.ts'
import { cardWords } from '../words/card-words.ts'
import { languageOf } from '../words/language.ts'
import { actingOperator } from './acting-operator.ts'
import { untilOf } from './card-dates.ts'
import { addPinOptions, withPins, type PinOptions } from './card-pins.ts'
import { confirmed } from './confirm.ts'
import { agencyPathOf, issuingParts } from './issue-parts.ts'
import { withAuthorities, type OpenAuthorities } from './open-authorities.ts'
import { createOutput, type Output } from './output.ts'
import { addDeskOptions, deskNameOf, withDesk, type DeskCommandOptions } from './with-desk.ts'

interface IssueOptions extends DeskCommandOptions, PinOptions {
  readonly holder: string
  readonly kind: CardKind
  readonly reason: string
  readonly replaces?: string
  readonly active?: boolean
  readonly until?: string
  readonly apply?: boolean
  readonly json?: boolean
}

export function addIssue(card: Command): void {
  const { summaries, notes, options, defaultReasons } = cardCareWords()
  const { examples, applyOption, jsonOption } = ecardWords()
  const command = addDeskOptions(card.command('issue'))
    .description(summaries.issue)
    .requiredOption('--holder <who>', options.holder)
    .addOption(new Option('--kind <kind>', options.kind).choices(cardKinds).makeOptionMandatory())
    .option('--reason <text>', options.reason, defaultReasons.issue)
    .option('--replaces <card-uuid>', options.replaces)
    .option('--until <when>', options.until)
    .option('--active', options.active)
  addPinOptions(command)
    .option('--apply', applyOption)
    .option('--json', jsonOption)
    .addHelpText(
      'after',
      `
${notes.issue ?? ''}

${examples}
  ecard card issue --holder 000123456789 --kind civil-servant --reader "ACS ACR1252"
  ecard card issue --holder 000123456789 --kind civil-servant --reader ACR1252 --apply
  ecard card issue --holder 000123456789 --kind civil-servant --reader ACR1252 --until 8h --apply
  ecard card issue --holder 000123456789 --kind civil-servant --terminal "Quầy số 1" --apply
  ecard card issue --holder 0012345678 --kind enterprise --reader ACR1252 --pin slip \\
    --pin-slip /media/slips/0012345678.pdf --apply`,
    )
    .action(issue)
}

async function issue(options: IssueOptions): Promise<void> {
  await withAuthorities(async (parts) => {
    const words = peopleWords(languageOf(process.env))
    const { holder } = await findHolder(parts, options.holder, words)
    const scope = { kind: 'holder', holderId: holder.id } as const
    const { actor } = await actingOperator(parts, 'card.issue', scope)
    await issueTo(parts, { holder, actor, output: createOutput(options) }, options)
  })
}

/** Issues a card for whoever may do so: the caller has made sure. */
export async function issueTo(
  parts: OpenAuthorities,
  to: { readonly holder: Holder; readonly actor: string; readonly output: Output },
  options: Omit<IssueOptions, 'holder'>,
): Promise<void> {
  const { holder, actor, output } = to
  const deps = await issuingParts(parts)
  const { until, kind, reason, replaces = null } = options
  const now = parts.clock.now()
  const request: IssueCardRequest = {
    ...{ holder, kind, desk: deskNameOf(options), actor, reason, replaces },
    agencyPath: await agencyPathOf(parts, holder),
    active: options.active === true,
    endsAt: until === undefined ? null : untilOf(until, now),
  }
  if (options.apply !== true) {
    await tellPlan(deps, request, { options, output })
    if (!(await confirmed(options))) return
  }
  const head = { name: holder.displayName, kind, at: now }
  const words = cardWords(languageOf(process.env))
  const issued = await withPins(options, head, (pins) =>
    withDesk({ ...options, pins, words }, (card) => issueCard(deps, card, request)),
  )
  tellIssued(issued, { options, output })
}

async function tellPlan(
  deps: IssueCardDeps,
  request: IssueCardRequest,
  { options, output }: { readonly options: DeskCommandOptions; readonly output: Output },
): Promise<void> {
  const words = cardWords(languageOf(process.env))
  const plan = await withDesk({ ...options, pins: noPins, words }, (card) =>
    planIssuing(deps, card, request),
  )
  for (const line of describePlan(plan, { deps, request })) output.say(line)
  output.tell(planAsJson(plan))
}

export function planAsJson(plan: PresentedCard) {
  const { fate, identity } = plan
  const { cardUuid, chipSerial } = identity
  return {
    ...{ applied: false, fate, cardUuid, chipSerial },
    ...(plan.fate === 'wipe' && { why: plan.why }),
    ...(plan.fate === 'resume' && { step: plan.issuance.step }),
  }
}

export function describePlan(
  plan: PresentedCard,
  { deps, request }: { readonly deps: IssueCardDeps; readonly request: IssueCardRequest },
): string[] {
  const words = cardWords(languageOf(process.env))
  const care = cardCareWords()
  const { cardUuid, chipSerial } = plan.identity
  const profile = deps.profiles[request.kind]
  const slots = profile.slots.map(({ slot, algorithm }) => `${slot} ${algorithm}`).join(', ')
  const to = { name: request.holder.displayName, profile: profile.name, slots }
  const { endsAt = null } = request
  return [
    ...(chipSerial === null ? [] : [words.onCard.chip(chipSerial)]),
    ...(cardUuid === null ? [] : [words.onCard.named(cardUuid)]),
    ...(plan.fate === 'wipe' ? [words.wouldWipe(words.wipes[plan.why])] : []),
    plan.fate === 'resume' ? words.wouldResume(plan.issuance.step) : words.wouldIssue(to),
    ...(endsAt === null ? [] : [care.warnings.temporary(care.date(endsAt))]),
    words.dryRun,
  ]
}

export function tellIssued(
  { card, resumed, wiped }: IssuedCard,
  told: { readonly options: PinOptions; readonly output: Output; readonly replaced?: object },
): void {
  const { options, output, replaced } = told
  const words = cardWords(languageOf(process.env))
  const { cardUuid, state, expiresAt } = card
  if (wiped !== null) output.say(words.wiped(words.wipes[wiped.why]))
  if (resumed) output.say(words.resumed)
  output.say(words.issued(cardUuid))
  output.say(state === 'active' ? words.active : words.locked)
  if (options.pinSlip !== undefined) output.say(words.slip(options.pinSlip))
  const document = { applied: true, cardUuid, state, expiresAt, resumed, wiped }
  output.tell({ ...document, ...(replaced !== undefined && { replaced }) })
}
