import type { Command } from 'commander'
import type { Holder } from '../../src/holders/holder.ts'
import {
  planRecovery,
  recoverOperators,
  type RecoveryRequest,
} from '../../src/operators/recover-operators.ts'
import { cardCareWords } from '../words/card-care-words.ts'
import { operatorWords } from '../words/operator-words.ts'
import { issueTo } from './card-issue.ts'
import { addPinOptions, type PinOptions } from './card-pins.ts'
import { confirmed } from './confirm.ts'
import { inOperatorWords } from './in-operator-words.ts'
import { tellEnded } from './logout-report.ts'
import { withAuthorities, type OpenAuthorities } from './open-authorities.ts'
import { findGrantee } from './operator-grants.ts'
import { createOutput, type Output } from './output.ts'
import { addDeskOptions, deskNameOf, type DeskCommandOptions } from './with-desk.ts'

interface RecoverOptions extends DeskCommandOptions, PinOptions {
  readonly holder: string
  readonly lost?: readonly string[]
  readonly active?: boolean
  readonly reason: string
  readonly apply?: boolean
  readonly json?: boolean
}

const actor = 'ecard'

/** Asks for no operator, but for the keys of the certification authorities. */
export function addRecover(operator: Command): void {
  const { help } = operatorWords()
  const command = addDeskOptions(
    operator
      .command('recover')
      .description(help.recover)
      .requiredOption('--holder <who>', help.holder)
      .option('--lost <card-uuid...>', help.lost)
      .requiredOption('--reason <text>', help.reason),
  )
  addPinOptions(command)
    .option('--active', cardCareWords().options.active)
    .option('--json', help.json)
    .option('--apply', help.apply)
    .addHelpText('after', help.recoverNotes)
    .action((options: RecoverOptions) => inOperatorWords(() => recover(options)))
}

async function recover(options: RecoverOptions): Promise<void> {
  const output = createOutput(options)
  await withAuthorities(async (parts) => {
    const holder = await findGrantee(parts, options.holder)
    const getsCard = options.reader !== undefined || options.terminal !== undefined
    const { lost: lostCards = [], reason } = options
    const request = { holderId: holder.id, actor, reason, lostCards, getsCard }
    await planRecovery(parts, request)
    for (const line of describe(request, { holder, options })) output.say(line)
    const applied = await confirmed(options)
    const document = { applied, holderId: holder.id, role: 'administrator', agency: null }
    if (!applied) {
      output.say(operatorWords().dryRun)
      output.tell({ ...document, lostCards, getsCard })
      return
    }
    await recoverOperators(parts, request)
    const ended = await tellLost(parts, request, output)
    const card = getsCard ? await issueAtOnce(parts, { holder, options, output }) : null
    output.say(operatorWords().recovered(holder.displayName))
    output.tell({ ...document, ...ended, card })
  })
}

function describe(
  { lostCards, getsCard }: RecoveryRequest,
  { holder, options }: { readonly holder: Holder; readonly options: RecoverOptions },
): string[] {
  const words = operatorWords()
  return [
    ...lostCards.map(words.wouldEndLost),
    words.wouldRecover(holder.displayName),
    ...(getsCard ? [words.wouldIssue(deskNameOf(options))] : []),
  ]
}

async function tellLost(
  parts: OpenAuthorities,
  { lostCards }: RecoveryRequest,
  output: Output,
): Promise<object> {
  if (lostCards.length === 0) return { lostCards }
  const ended = lostCards.map((id) => ({ kind: 'card', id }))
  return { lostCards, ...(await tellEnded(parts, ended, { of: 'card', output })) }
}

/** The card that they sign in with. @returns what programs are told of it */
async function issueAtOnce(
  parts: OpenAuthorities,
  to: { readonly holder: Holder; readonly options: RecoverOptions; readonly output: Output },
): Promise<unknown> {
  const { holder, options, output } = to
  let told: unknown = null
  const keeping: Output = {
    say: (line) => {
      output.say(line)
    },
    tell: (document) => {
      told = document
    },
  }
  try {
    const wanted = { ...options, kind: 'civil-servant', apply: true } as const
    await issueTo(parts, { holder, actor, output: keeping }, wanted)
  } catch (error) {
    console.error(operatorWords().issueAgain)
    throw error
  }
  return told
}
