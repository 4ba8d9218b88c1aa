import type { Command } from 'commander'
import { planPukReadOut, readOutPuk } from '../../src/cards/read-out-puk.ts'
import { InputInvalid } from '../../src/errors.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { cardCareWords } from '../words/card-care-words.ts'
import { cardWords } from '../words/card-words.ts'
import { languageOf } from '../words/language.ts'
import { actingOperator } from './acting-operator.ts'
import { confirmed } from './confirm.ts'
import { findCard } from './find-card.ts'
import { issuingParts } from './issue-parts.ts'
import { withAuthorities } from './open-authorities.ts'
import { createOutput, type Output } from './output.ts'
import { inCardWords } from './with-desk.ts'

interface PukOptions {
  readonly reason: string
  readonly apply?: boolean
  readonly json?: boolean
}

export function addReadOutPuk(card: Command): void {
  const { summaries, notes, options, reasons } = cardCareWords()
  const { example, applyOption, jsonOption } = ecardWords()
  card
    .command('read-out-puk')
    .description(summaries['read-out-puk'])
    .argument('<card-uuid>', options.cardUuid)
    .requiredOption('--reason <text>', options.reason)
    .option('--apply', applyOption)
    .option('--json', jsonOption)
    .addHelpText(
      'after',
      `
${notes['read-out-puk'] ?? ''}

${example}
  ecard card read-out-puk 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071 --reason "${reasons.forgotten}" --apply`,
    )
    .action(tellPuk)
}

async function tellPuk(given: string, options: PukOptions): Promise<void> {
  const words = cardWords(languageOf(process.env))
  const { puk, noReason } = cardCareWords()
  const reason = options.reason.trim()
  if (reason === '') throw new InputInvalid(noReason, { field: 'reason' })
  const output = createOutput(options)
  await withAuthorities((parts) =>
    inCardWords(words, async () => {
      const { card, holder } = await findCard(parts.db, given)
      const { cardUuid } = card
      const scope = { kind: 'card', cardUuid } as const
      const { actor } = await actingOperator(parts, 'card.read-out-puk', scope)
      const { db, secrets } = await issuingParts(parts)
      const deps = { db, secrets, clock: parts.clock }
      await planPukReadOut(deps, cardUuid)
      if (options.apply !== true) {
        output.say(puk.would(cardUuid, holder.displayName))
        output.say(words.dryRun)
        output.tell({ applied: false, cardUuid })
        if (!(await confirmed(options))) return
      }
      const { puks } = await readOutPuk(deps, { cardUuid, actor, reason })
      tell(puks, { cardUuid, output })
    }),
  )
}

/** To standard output alone, once. */
function tell(
  puks: readonly Buffer[],
  { cardUuid, output }: { readonly cardUuid: string; readonly output: Output },
): void {
  const { first, second, told } = cardCareWords().puk
  const texts = puks.map((puk) => puk.toString('latin1'))
  for (const puk of puks) puk.fill(0)
  for (const [at, text] of texts.entries()) output.say(`${at === 0 ? first : second}  ${text}`)
  output.say(told(cardUuid))
  output.tell({ applied: true, cardUuid, puks: texts })
}
