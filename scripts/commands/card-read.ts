import type { Command } from 'commander'
import { findCardCare, type CardCare } from '../../src/cards/card-care-store.ts'
import {
  inspectCard,
  recogniseCard,
  type CardInspection,
  type SlotInspection,
} from '../../src/cards/inspect-card.ts'
import { agencyPathOf } from '../../src/holders/agency-path.ts'
import { noPins } from '../desk/no-pins.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { cardCareWords } from '../words/card-care-words.ts'
import { cardWords, type CardWords } from '../words/card-words.ts'
import { languageOf } from '../words/language.ts'
import { describeCare } from './describe-care.ts'
import { withRegistry, type Registry } from './open-registry.ts'
import { createOutput } from './output.ts'
import { addDeskOptions, withDesk, type DeskCommandOptions } from './with-desk.ts'

interface ReadOptions extends DeskCommandOptions {
  readonly json?: boolean
}

/** `ecard card read` and `whose`. */
export function addRead(card: Command): void {
  const { summaries } = cardCareWords()
  const { example, jsonOption } = ecardWords()
  addDeskOptions(card.command('read'))
    .description(summaries.read)
    .option('--json', jsonOption)
    .addHelpText('after', `\n${example}\n  ecard card read --reader ACR1252`)
    .action((options: ReadOptions) => show(options, { look: inspectCard, isFound: false }))
  addDeskOptions(card.command('whose'))
    .description(summaries.whose)
    .option('--json', jsonOption)
    .addHelpText('after', `\n${example}\n  ecard card whose --reader ACR1252`)
    .action((options: ReadOptions) => show(options, { look: recogniseCard, isFound: true }))
}

type Seen = Pick<CardInspection, 'identity' | 'card' | 'holder' | 'issuance'> &
  Partial<Pick<CardInspection, 'slots' | 'agrees'>>

interface Shown extends Seen {
  readonly care: CardCare | null
  /** Of a person, province first. */
  readonly agencyPath: readonly string[]
}

interface Looking {
  readonly look: (...given: Parameters<typeof inspectCard>) => Promise<Seen>
  /** Whether somebody found the card and asks what to do with it. */
  readonly isFound: boolean
}

/** Exit status 1 where the card is not what the registry says. */
async function show(options: ReadOptions, { look, isFound }: Looking): Promise<void> {
  const words = cardWords(languageOf(process.env))
  const desk = { ...options, pins: noPins, words, purpose: 'read' } as const
  await withRegistry(async ({ db }) => {
    const shown = await moreOf(db, await withDesk(desk, (card) => look(db, card)))
    const output = createOutput(options)
    for (const line of describe(shown, words)) output.say(line)
    if (isFound) output.say(adviceOn(shown))
    output.tell(asJson(shown))
    if (shown.agrees === false) process.exitCode = 1
  })
}

async function moreOf(db: Registry['db'], seen: Seen): Promise<Shown> {
  const { card, holder } = seen
  return {
    ...seen,
    care: card === null ? null : await findCardCare(db, card.cardUuid),
    agencyPath: holder === null ? [] : await agencyPathOf(db, holder),
  }
}

function asJson({ identity, card, holder, issuance, slots, agrees, care, agencyPath }: Shown) {
  const { cardUuid, chipSerial, pin } = identity
  return {
    ...{ cardUuid, chipSerial, pinTriesLeft: pin.triesLeft },
    ...{ kind: card?.kind ?? null, state: card?.state ?? null },
    holder:
      holder === null ? null : { id: holder.id, name: holder.displayName, offices: agencyPath },
    unfinishedStep: issuance?.step ?? null,
    ...{ renewalStep: care?.renewalStep ?? null, pukReadOutAt: care?.pukReadOutAt ?? null },
    ...(slots !== undefined && { slots, agrees }),
  }
}

function describe(shown: Shown, words: CardWords): string[] {
  const { identity, card, holder, issuance, slots, agrees, care, agencyPath } = shown
  const { cardUuid, chipSerial, pin } = identity
  const { onCard } = words
  const { offices } = cardCareWords()
  return [
    cardUuid === null ? onCard.blank : onCard.named(cardUuid),
    ...(chipSerial === null ? [] : [onCard.chip(chipSerial)]),
    ...(cardUuid !== null && card === null ? [onCard.unknown] : []),
    ...(card === null ? [] : [words.state(words.states[card.state])]),
    ...(holder === null ? [] : [words.holder(holder.displayName)]),
    ...(agencyPath.length === 0 ? [] : [offices(agencyPath.join(' / '))]),
    ...(issuance === null ? [] : [onCard.attempt(issuance.step)]),
    ...(pin.triesLeft === null ? [] : [onCard.tries(String(pin.triesLeft))]),
    ...(slots ?? []).map((slot) => describeSlot(slot, words)),
    ...(card === null || care === null ? [] : describeCare(care, card)),
    ...(agrees === undefined ? [] : [agrees ? onCard.agrees : onCard.differs]),
  ]
}

function adviceOn({ identity, card }: Shown): string {
  const { advice } = cardCareWords()
  if (card !== null) return advice[card.state]
  return identity.cardUuid === null && !identity.hasCertificate ? advice.blank : advice.unknown
}

function describeSlot({ slot, standing, subject, notAfter }: SlotInspection, words: CardWords) {
  const until = notAfter === null ? '' : `, ${notAfter.toISOString().slice(0, 10)}`
  const about = subject === null ? '' : `: ${subject}${until}`
  return `${slot}  ${words.slots[standing]}${about}`
}
