import type { Command } from 'commander'
import { findToRenew, renewCard, type ToRenew } from '../../src/cards/renew-card.ts'
import { askedPins } from '../desk/ask-pin.ts'
import { noPins } from '../desk/no-pins.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { cardCareWords } from '../words/card-care-words.ts'
import { cardWords } from '../words/card-words.ts'
import { languageOf } from '../words/language.ts'
import { actingOnPresented } from './acting-on-card.ts'
import { untilOf } from './card-dates.ts'
import { describeCare } from './describe-care.ts'
import { confirmed } from './confirm.ts'
import { issuingParts } from './issue-parts.ts'
import { withAuthorities } from './open-authorities.ts'
import { createOutput } from './output.ts'
import { addDeskOptions, deskNameOf, withDesk, type DeskCommandOptions } from './with-desk.ts'

interface RenewOptions extends DeskCommandOptions {
  readonly reason: string
  readonly early?: boolean
  readonly until?: string
  readonly apply?: boolean
  readonly json?: boolean
}

export function addRenew(card: Command): void {
  const { summaries, notes, options, defaultReasons } = cardCareWords()
  const { examples, applyOption, jsonOption } = ecardWords()
  addDeskOptions(card.command('renew'))
    .description(summaries.renew)
    .option('--early', options.early)
    .option('--until <when>', options.until)
    .option('--reason <text>', options.reason, defaultReasons.renew)
    .option('--apply', applyOption)
    .option('--json', jsonOption)
    .addHelpText(
      'after',
      `
${notes.renew ?? ''}

${examples}
  ecard card renew --reader ACR1252
  ecard card renew --reader ACR1252 --apply`,
    )
    .action(renew)
}

async function renew(options: RenewOptions): Promise<void> {
  const language = languageOf(process.env)
  const words = cardWords(language)
  const output = createOutput(options)
  await withAuthorities(async (parts) => {
    const deps = await issuingParts(parts)
    const { until, reason } = options
    const endsAt = until === undefined ? null : untilOf(until, parts.clock.now())
    const wish = { desk: deskNameOf(options), reason, endsAt, early: options.early === true }
    if (options.apply !== true) {
      const plan = await withDesk({ ...options, pins: noPins, words }, async (card) => {
        await actingOnPresented(parts, 'card.renew', card)
        return findToRenew(deps, card, wish)
      })
      for (const line of describePlan(plan)) output.say(line)
      output.say(words.dryRun)
      output.tell(planAsJson(plan))
      if (!(await confirmed(options))) return
    }
    const desk = { ...options, pins: askedPins(language), words }
    const { card, resumed } = await withDesk(desk, async (presented) => {
      const { actor } = await actingOnPresented(parts, 'card.renew', presented)
      return renewCard(deps, presented, { ...wish, actor })
    })
    const { renew: said, date } = cardCareWords()
    if (resumed) output.say(words.resumed)
    output.say(said.done(card.cardUuid, date(card.expiresAt)))
    output.tell({ applied: true, cardUuid: card.cardUuid, expiresAt: card.expiresAt, resumed })
  })
}

function describePlan({ card, holder, profile, renewal, care, expiresAt }: ToRenew): string[] {
  const { renew: said, date } = cardCareWords()
  const slots = profile.slots.map(({ slot }) => slot).join(', ')
  const to = { uuid: card.cardUuid, name: holder.displayName, until: date(expiresAt), slots }
  return [
    ...describeCare({ ...care, renewalStep: null }, card),
    said.would(to),
    ...(renewal === null ? [] : [said.wouldResume(renewal.step)]),
  ]
}

function planAsJson({ card, renewal, due, expiresAt, care }: ToRenew) {
  return {
    ...{ applied: false, cardUuid: card.cardUuid, due, expiresAt },
    ...{ step: renewal?.step ?? null, pukReadOutAt: care.pukReadOutAt },
  }
}
