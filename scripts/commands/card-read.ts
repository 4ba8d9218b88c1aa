import type { Command } from 'commander'
import {
  inspectCard,
  recogniseCard,
  type CardInspection,
  type SlotInspection,
} from '../../src/cards/inspect-card.ts'
import { noPins } from '../desk/no-pins.ts'
import { languageOf } from '../words/language.ts'
import { cardWords, type CardWords } from '../words/card-words.ts'
import { withRegistry } from './open-registry.ts'
import { withDesk, type DeskCommandOptions } from './with-desk.ts'

interface ReadOptions extends DeskCommandOptions {
  readonly json?: boolean
}

export function addRead(card: Command): void {
  card
    .command('read')
    .description('show what is on the card in the reader, and whether the registry agrees')
    .requiredOption('--reader <name>', 'the reader, or virtual:<file> for a virtual card')
    .option('--trace', 'tell every exchange with the card')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  ecard card read --reader ACR1252')
    .action((options: ReadOptions) => show(options, inspectCard))
  card
    .command('whose')
    .description('show whose card is in the reader: lost and found')
    .requiredOption('--reader <name>', 'the reader, or virtual:<file> for a virtual card')
    .option('--trace', 'tell every exchange with the card')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  ecard card whose --reader ACR1252')
    .action((options: ReadOptions) => show(options, recogniseCard))
}

type Shown = Pick<CardInspection, 'identity' | 'card' | 'holder' | 'issuance'> &
  Partial<Pick<CardInspection, 'slots' | 'agrees'>>

/** Exit status 1 where the card is not what the registry says. */
async function show(
  options: ReadOptions,
  look: (...given: Parameters<typeof inspectCard>) => Promise<Shown>,
): Promise<void> {
  const words = cardWords(languageOf(process.env))
  await withRegistry(async ({ db }) => {
    const shown = await withDesk({ ...options, pins: noPins, words }, (card) => look(db, card))
    if (options.json === true) console.log(JSON.stringify(asJson(shown)))
    else for (const line of describe(shown, words)) console.log(line)
    if (shown.agrees === false) process.exitCode = 1
  })
}

function asJson({ identity, card, holder, issuance, slots, agrees }: Shown) {
  const { cardUuid, chipSerial, pin } = identity
  return {
    ...{ cardUuid, chipSerial, pinTriesLeft: pin.triesLeft },
    ...{ kind: card?.kind ?? null, state: card?.state ?? null },
    holder: holder === null ? null : { id: holder.id, name: holder.displayName },
    unfinishedStep: issuance?.step ?? null,
    ...(slots !== undefined && { slots, agrees }),
  }
}

function describe({ identity, card, holder, issuance, slots, agrees }: Shown, words: CardWords) {
  const { cardUuid, chipSerial, pin } = identity
  const { onCard } = words
  return [
    cardUuid === null ? onCard.blank : onCard.named(cardUuid),
    ...(chipSerial === null ? [] : [onCard.chip(chipSerial)]),
    ...(cardUuid !== null && card === null ? [onCard.unknown] : []),
    ...(card === null ? [] : [words.state(words.states[card.state])]),
    ...(holder === null ? [] : [words.holder(holder.displayName)]),
    ...(issuance === null ? [] : [onCard.attempt(issuance.step)]),
    ...(pin.triesLeft === null ? [] : [onCard.tries(String(pin.triesLeft))]),
    ...(slots ?? []).map((slot) => describeSlot(slot, words)),
    ...(agrees === undefined ? [] : [agrees ? onCard.agrees : onCard.differs]),
  ]
}

function describeSlot({ slot, standing, subject, notAfter }: SlotInspection, words: CardWords) {
  const until = notAfter === null ? '' : `, ${notAfter.toISOString().slice(0, 10)}`
  const about = subject === null ? '' : `: ${subject}${until}`
  return `${slot}  ${words.slots[standing]}${about}`
}
