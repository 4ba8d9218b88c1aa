import type { Command } from 'commander'
import { activateAtDesk } from '../../src/cards/activate-on-first-use.ts'
import { recogniseCard } from '../../src/cards/inspect-card.ts'
import { resetPresentedCard } from '../../src/cards/reset-presented-card.ts'
import { askedPins } from '../desk/ask-pin.ts'
import { noPins } from '../desk/no-pins.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { cardCareWords } from '../words/card-care-words.ts'
import { cardWords } from '../words/card-words.ts'
import { languageOf } from '../words/language.ts'
import { actingOnPresented } from './acting-on-card.ts'
import { confirmed } from './confirm.ts'
import { careLines } from './describe-care.ts'
import { issuingParts } from './issue-parts.ts'
import { withAuthorities } from './open-authorities.ts'
import { withRegistry } from './open-registry.ts'
import { createOutput } from './output.ts'
import { addDeskOptions, withDesk, type DeskCommandOptions } from './with-desk.ts'

interface ResetOptions extends DeskCommandOptions {
  readonly reason: string
  readonly apply?: boolean
  readonly json?: boolean
}

/** `ecard card reset` and `activate`. */
export function addReset(card: Command): void {
  const { summaries, options, reasons } = cardCareWords()
  const { example, applyOption, jsonOption } = ecardWords()
  addDeskOptions(card.command('reset'))
    .description(summaries.reset)
    .requiredOption('--reason <text>', options.reason)
    .option('--apply', applyOption)
    .option('--json', jsonOption)
    .addHelpText(
      'after',
      `\n${example}\n  ecard card reset --reader ACR1252 --reason "${reasons.returned}" --apply`,
    )
    .action(reset)
  addDeskOptions(card.command('activate'))
    .description(summaries.activate)
    .option('--json', jsonOption)
    .addHelpText('after', `\n${example}\n  ecard card activate --reader ACR1252`)
    .action(activate)
}

async function reset(options: ResetOptions): Promise<void> {
  const words = cardWords(languageOf(process.env))
  const output = createOutput(options)
  const desk = { ...options, pins: noPins, words }
  await withAuthorities(async (parts) => {
    if (options.apply !== true) {
      const { identity, issuance } = await withDesk(desk, async (card) => {
        await actingOnPresented(parts, 'card.reset', card)
        return recogniseCard(parts.db, card)
      })
      const cardUuid = identity.cardUuid ?? issuance?.cardUuid ?? null
      output.say(cardUuid === null ? words.blankAlready : words.wouldReset(cardUuid))
      output.say(words.dryRun)
      output.tell({ applied: false, cardUuid })
      if (cardUuid === null || !(await confirmed(options))) return
    }
    const { secrets } = await issuingParts(parts)
    const deps = { db: parts.db, clock: parts.clock, secrets }
    const { reason } = options
    const cardUuid = await withDesk(desk, async (card) => {
      const { actor } = await actingOnPresented(parts, 'card.reset', card)
      return resetPresentedCard(deps, card, { actor, reason })
    })
    output.say(cardUuid === null ? words.blankAlready : words.reset(cardUuid))
    output.tell({ applied: true, cardUuid })
  })
}

/** The holder does that, by the PIN. */
async function activate(options: DeskCommandOptions & { readonly json?: boolean }): Promise<void> {
  const language = languageOf(process.env)
  const words = cardWords(language)
  await withRegistry(async (registry) => {
    const desk = { ...options, pins: askedPins(language), words }
    const card = await withDesk(desk, (presented) => activateAtDesk(registry, presented))
    const { cardUuid, state } = card
    const output = createOutput(options)
    output.say(words.activated(cardUuid))
    for (const line of await careLines(registry.db, card)) output.say(line)
    output.tell({ applied: true, cardUuid, state })
  })
}
