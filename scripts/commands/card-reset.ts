import type { Command } from 'commander'
import { recogniseCard } from '../../src/cards/inspect-card.ts'
import { activateAtDesk } from '../../src/cards/activate-on-first-use.ts'
import { resetPresentedCard } from '../../src/cards/reset-presented-card.ts'
import { askedPins } from '../desk/ask-pin.ts'
import { noPins } from '../desk/no-pins.ts'
import { languageOf } from '../words/language.ts'
import { cardWords } from '../words/card-words.ts'
import { issuingParts } from './issue-parts.ts'
import { withAuthorities } from './open-authorities.ts'
import { withRegistry } from './open-registry.ts'
import { withDesk, type DeskCommandOptions } from './with-desk.ts'

interface ResetOptions extends DeskCommandOptions {
  readonly reason: string
  readonly apply?: boolean
}

export function addReset(card: Command): void {
  card
    .command('reset')
    .description('revoke the card in the reader and make it blank')
    .requiredOption('--reader <name>', 'the reader, or virtual:<file> for a virtual card')
    .requiredOption('--reason <text>', 'why; kept with the card and in the audit log')
    .option('--trace', 'tell every exchange with the card')
    .option('--apply', 'do it; without this, only say what would be done')
    .addHelpText(
      'after',
      '\nExample:\n  ecard card reset --reader ACR1252 --reason "returned by its holder" --apply',
    )
    .action(reset)
  card
    .command('activate')
    .description('unlock an issued card: its holder enters the PIN here')
    .requiredOption('--reader <name>', 'the reader, or virtual:<file> for a virtual card')
    .option('--trace', 'tell every exchange with the card')
    .addHelpText('after', '\nExample:\n  ecard card activate --reader ACR1252')
    .action(activate)
}

async function reset(options: ResetOptions): Promise<void> {
  const words = cardWords(languageOf(process.env))
  const desk = { ...options, pins: noPins, words }
  await withAuthorities(async (parts) => {
    if (options.apply !== true) {
      const { identity, issuance } = await withDesk(desk, (card) => recogniseCard(parts.db, card))
      const cardUuid = identity.cardUuid ?? issuance?.cardUuid ?? null
      console.log(cardUuid === null ? words.blankAlready : words.wouldReset(cardUuid))
      console.log(words.dryRun)
      return
    }
    const { secrets } = await issuingParts(parts)
    const deps = { db: parts.db, clock: parts.clock, secrets }
    const asked = { actor: 'ecard', reason: options.reason }
    const cardUuid = await withDesk(desk, (card) => resetPresentedCard(deps, card, asked))
    console.log(cardUuid === null ? words.blankAlready : words.reset(cardUuid))
  })
}

async function activate(options: DeskCommandOptions): Promise<void> {
  const language = languageOf(process.env)
  const words = cardWords(language)
  await withRegistry(async (registry) => {
    const desk = { ...options, pins: askedPins(language), words }
    const { cardUuid } = await withDesk(desk, (card) => activateAtDesk(registry, card))
    console.log(words.activated(cardUuid))
  })
}
