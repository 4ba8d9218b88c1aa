import type { Command } from 'commander'
import { authoriseUnblock } from '../../src/cards/authorise-unblock.ts'
import { changePinAtDesk } from '../../src/cards/change-pin.ts'
import { readCardKindProfiles } from '../../src/cards/card-kind-profile.ts'
import {
  planUnblocking,
  unblockCard,
  type UnblockDeps,
  type UnblockRequest,
} from '../../src/cards/unblock-card.ts'
import { InputInvalid } from '../../src/errors.ts'
import { createHolderStore } from '../../src/holders/holder-store.ts'
import { readProfiles } from '../../src/pki/profiles.ts'
import { findTerminal } from '../../src/terminals/find-terminal.ts'
import { createTerminalStore } from '../../src/terminals/terminal-store.ts'
import { askedPins } from '../desk/ask-pin.ts'
import { noPins } from '../desk/no-pins.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { cardCareWords } from '../words/card-care-words.ts'
import { cardWords } from '../words/card-words.ts'
import { languageOf } from '../words/language.ts'
import { actingOnPresented } from './acting-on-card.ts'
import { actingOperator } from './acting-operator.ts'
import { confirmed } from './confirm.ts'
import { careLines } from './describe-care.ts'
import { findCard } from './find-card.ts'
import { issuingParts } from './issue-parts.ts'
import { withAuthorities, type OpenAuthorities } from './open-authorities.ts'
import { withRegistry } from './open-registry.ts'
import { createOutput, type Output } from './output.ts'
import {
  addDeskOptions,
  deskNameOf,
  inCardWords,
  withDesk,
  type DeskCommandOptions,
} from './with-desk.ts'

interface UnblockOptions extends DeskCommandOptions {
  readonly reason: string
  readonly apply?: boolean
  readonly json?: boolean
}

/** `ecard card change-pin` and `unblock`. */
export function addPin(card: Command): void {
  const { summaries, notes, options, reasons } = cardCareWords()
  const { example, examples, applyOption, jsonOption } = ecardWords()
  addDeskOptions(card.command('change-pin'))
    .description(summaries['change-pin'])
    .option('--json', jsonOption)
    .addHelpText('after', `\n${example}\n  ecard card change-pin --reader ACR1252`)
    .action(changePin)
  addDeskOptions(card.command('unblock'))
    .description(summaries.unblock)
    .argument('[card-uuid]', options.onlyCard)
    .requiredOption('--reason <text>', options.reason)
    .option('--apply', applyOption)
    .option('--json', jsonOption)
    .addHelpText(
      'after',
      `
${notes.unblock ?? ''}

${examples}
  ecard card unblock --reader ACR1252 --reason "${reasons.forgotten}" --apply
  ecard card unblock 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071 --terminal "Quầy số 1" \\
    --reason "${reasons.forgotten}" --apply`,
    )
    .action(unblock)
}

async function changePin(options: DeskCommandOptions & { readonly json?: boolean }): Promise<void> {
  const language = languageOf(process.env)
  const words = cardWords(language)
  const desk = deskNameOf(options)
  await withRegistry(async ({ db, clock }) => {
    const profiles = await readCardKindProfiles(await readProfiles())
    const card = await withDesk({ ...options, pins: askedPins(language), words }, (presented) =>
      changePinAtDesk({ db, clock, profiles }, presented, { desk }),
    )
    const { cardUuid } = card
    const output = createOutput(options)
    output.say(cardCareWords().pin.changed(cardUuid))
    for (const line of await careLines(db, card)) output.say(line)
    output.tell({ applied: true, cardUuid })
  })
}

async function unblock(given: string | undefined, options: UnblockOptions): Promise<void> {
  const reason = options.reason.trim()
  if (reason === '') throw new InputInvalid(cardCareWords().noReason, { field: 'reason' })
  const output = createOutput(options)
  await withAuthorities(async (parts) => {
    const { db, secrets, profiles } = await issuingParts(parts)
    const run = { parts, deps: { db, secrets, profiles, clock: parts.clock }, output, reason }
    if (options.terminal === undefined) await unblockHere(run, options)
    else await unblockFarAway(run, { ...options, terminal: options.terminal, given })
  })
}

interface Run {
  readonly parts: OpenAuthorities
  readonly deps: UnblockDeps
  readonly output: Output
  readonly reason: string
}

async function unblockHere(run: Run, options: UnblockOptions): Promise<void> {
  const { parts, deps, output, reason } = run
  const language = languageOf(process.env)
  const words = cardWords(language)
  const { pin } = cardCareWords()
  if (options.apply !== true) {
    const { card } = await withDesk({ ...options, pins: noPins, words }, async (presented) => {
      await actingOnPresented(parts, 'card.unblock', presented)
      return planUnblocking(deps, presented, { authorised: null })
    })
    const holder = await createHolderStore(parts.db).find(card.holderId)
    output.say(pin.wouldUnblock(card.cardUuid, holder?.displayName ?? ''))
    output.say(words.dryRun)
    output.tell({ applied: false, cardUuid: card.cardUuid })
    if (!(await confirmed(options))) return
  }
  const asked = { desk: deskNameOf(options), reason, authorised: null }
  const desk = { ...options, pins: askedPins(language), words }
  const { cardUuid } = await withDesk(desk, async (presented) => {
    const { actor } = await actingOnPresented(parts, 'card.unblock', presented)
    return unblockCard(deps, presented, { ...asked, actor })
  })
  output.say(pin.unblocked(cardUuid))
  output.tell({ applied: true, cardUuid })
}

async function unblockFarAway(
  { parts, deps, output, reason }: Run,
  options: UnblockOptions & { readonly terminal: string; readonly given: string | undefined },
): Promise<void> {
  const words = cardWords(languageOf(process.env))
  const { pin, date } = cardCareWords()
  if (options.given === undefined) throw new InputInvalid(pin.needsCard, { field: 'card-uuid' })
  const { card } = await findCard(parts.db, options.given)
  const { cardUuid } = card
  await inCardWords(words, async () => {
    const terminal = await findTerminal(createTerminalStore(parts.db), options.terminal)
    const scope = { kind: 'card', cardUuid } as const
    const { actor } = await actingOperator(parts, 'card.unblock', scope)
    if (options.apply !== true) {
      output.say(pin.wouldAuthorise(cardUuid, terminal.name))
      output.say(words.dryRun)
      output.tell({ applied: false, cardUuid, terminalId: terminal.id })
      if (!(await confirmed(options))) return
    }
    const authorised = { cardUuid, terminalId: terminal.id }
    const { expiresAt } = await authoriseUnblock(parts, { ...authorised, actor, reason })
    output.say(pin.authorised(terminal.name, date(expiresAt)))
    const request: UnblockRequest = { desk: terminal.name, actor, reason, authorised }
    // The terminal's own prompt asks the holder there.
    const desk = { ...options, terminal: terminal.id, pins: noPins, words }
    await withDesk({ ...desk, purpose: 'unblock' }, (presented) =>
      unblockCard(deps, presented, request),
    )
    output.say(pin.unblocked(cardUuid))
    output.tell({ applied: true, cardUuid, terminalId: terminal.id })
  })
}
