import { Option, type Command } from 'commander'
import { revocationCauses, type RevocationCause } from '../../src/cards/card-certificates.ts'
import { planIssuing, type IssueCardRequest } from '../../src/cards/issue-card.ts'
import { findToReplace, replaceCard } from '../../src/cards/replace-card.ts'
import type { Card } from '../../src/cards/card.ts'
import { cardTransitions } from '../../src/cards/card.ts'
import { Duplicate } from '../../src/errors.ts'
import { noPins } from '../desk/no-pins.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { cardCareWords } from '../words/card-care-words.ts'
import { cardWords } from '../words/card-words.ts'
import { languageOf } from '../words/language.ts'
import { actingOperator } from './acting-operator.ts'
import { untilOf } from './card-dates.ts'
import { describePlan, planAsJson, tellIssued } from './card-issue.ts'
import { addPinOptions, withPins, type PinOptions } from './card-pins.ts'
import { confirmed } from './confirm.ts'
import { findCard } from './find-card.ts'
import { agencyPathOf, issuingParts } from './issue-parts.ts'
import { tellEnded } from './logout-report.ts'
import { withAuthorities, type OpenAuthorities } from './open-authorities.ts'
import { createOutput, type Output } from './output.ts'
import {
  addDeskOptions,
  deskNameOf,
  inCardWords,
  withDesk,
  type DeskCommandOptions,
} from './with-desk.ts'

interface ReplaceOptions extends DeskCommandOptions, PinOptions {
  readonly cause: RevocationCause
  readonly keepOld?: boolean
  readonly revokeOld?: boolean
  readonly reason?: string
  readonly until?: string
  readonly active?: boolean
  readonly apply?: boolean
  readonly json?: boolean
}

export function addReplace(card: Command): void {
  const { summaries, notes, options } = cardCareWords()
  const { examples, applyOption, jsonOption } = ecardWords()
  const command = addDeskOptions(card.command('replace'))
    .description(summaries.replace)
    .argument('<old-uuid>', options.oldUuid)
    .addOption(
      new Option('--cause <cause>', options.cause).choices(revocationCauses).makeOptionMandatory(),
    )
    .addOption(new Option('--keep-old', options.keepOld).conflicts('revokeOld'))
    .option('--revoke-old', options.revokeOld)
    .option('--reason <text>', options.reason)
    .option('--until <when>', options.until)
    .option('--active', options.active)
  addPinOptions(command)
    .option('--apply', applyOption)
    .option('--json', jsonOption)
    .addHelpText(
      'after',
      `
${notes.replace ?? ''}

${examples}
  ecard card replace 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071 --cause lost --reader ACR1252 --apply
  ecard card replace 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071 --cause damaged --reader ACR1252 --apply`,
    )
    .action(replace)
}

async function replace(given: string, options: ReplaceOptions): Promise<void> {
  const words = cardWords(languageOf(process.env))
  await withAuthorities((parts) =>
    inCardWords(words, async () => {
      const { card: old, holder } = await findCard(parts.db, given)
      const scope = { kind: 'card', cardUuid: old.cardUuid } as const
      const { actor } = await actingOperator(parts, 'card.issue', scope)
      await actingOperator(parts, 'card.revoke', scope)
      await checkReplaceable(parts, old)
      const keepsOld =
        options.keepOld === true || (options.cause === 'damaged' && options.revokeOld !== true)
      const now = parts.clock.now()
      const request: Omit<IssueCardRequest, 'kind'> = {
        ...{ holder, desk: deskNameOf(options), actor },
        reason: options.reason ?? cardCareWords().defaultReasons.replace[options.cause],
        agencyPath: await agencyPathOf(parts, holder),
        active: options.active === true,
        endsAt: options.until === undefined ? null : untilOf(options.until, now),
      }
      const deps = await issuingParts(parts)
      const output = createOutput(options)
      if (options.apply !== true) {
        const plan = { ...request, kind: old.kind }
        const presented = await withDesk({ ...options, pins: noPins, words }, (card) =>
          planIssuing(deps, card, plan),
        )
        for (const line of describeOld(old, keepsOld)) output.say(line)
        for (const line of describePlan(presented, { deps, request: plan })) output.say(line)
        output.tell({ ...planAsJson(presented), replaces: old.cardUuid, keepsOld })
        if (!(await confirmed(options))) return
      }
      const { oldUuid, cause } = { oldUuid: old.cardUuid, cause: options.cause }
      const head = { name: holder.displayName, kind: old.kind, at: now }
      const tellOld = () => tellOldEnded(parts, { old, keepsOld, output })
      let replaced = {}
      const issued = await withPins(options, head, (pins) =>
        replaceCard(deps, { ...request, oldUuid, cause, keepsOld }, async (work) => {
          if (!keepsOld) replaced = await tellOld()
          return withDesk({ ...options, pins, words }, work)
        }),
      )
      if (keepsOld) replaced = await tellOld()
      tellIssued(issued, { options, output, replaced })
    }),
  )
}

/** What became of its sessions; of those of a card that had ended before, it was told then. */
async function tellOldEnded(
  parts: OpenAuthorities,
  { old, keepsOld, output }: { old: Card; keepsOld: boolean; output: Output },
): Promise<object> {
  const { cardUuid, state } = old
  const { ended, revoked } = cardCareWords().replace
  output.say(keepsOld ? ended(cardUuid) : revoked(cardUuid))
  if (!cardTransitions[state].includes('revoked')) return { cardUuid }
  const told = await tellEnded(parts, [{ kind: 'card', id: cardUuid }], { of: 'card', output })
  return { cardUuid, ...told }
}

async function checkReplaceable({ db }: OpenAuthorities, { cardUuid }: Card): Promise<void> {
  try {
    await findToReplace(db, cardUuid)
  } catch (error) {
    if (!(error instanceof Duplicate)) throw error
    const by = String(error.facts['replacedBy'])
    const sentence = cardCareWords().replace.already(cardUuid, by)
    throw new Duplicate(sentence, error.facts, error)
  }
}

function describeOld({ cardUuid, state }: Card, keepsOld: boolean): string[] {
  const { wouldKeep, wouldRevoke, wouldStand } = cardCareWords().replace
  const hasEnded = !cardTransitions[state].includes('revoked')
  const old = keepsOld ? wouldKeep(cardUuid) : wouldRevoke(cardUuid)
  return [...(hasEnded ? [] : [old]), wouldStand(cardUuid)]
}
