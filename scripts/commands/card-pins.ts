import { Option, type Command } from 'commander'
import { readConfig } from '../../src/config.ts'
import { InputInvalid } from '../../src/errors.ts'
import { askedPins } from '../desk/ask-pin.ts'
import type { PinSource } from '../desk/holder-pin.ts'
import { slipPins, type SlipHead } from '../desk/slip-pin.ts'
import { cardCareWords } from '../words/card-care-words.ts'
import { cardWords } from '../words/card-words.ts'
import { languageOf } from '../words/language.ts'

export interface PinOptions {
  readonly pin: 'ask' | 'slip'
  readonly pinSlip?: string
}

/** `--pin` and `--pin-slip`: where the PIN of a new card comes from. */
export function addPinOptions(command: Command): Command {
  const { options } = cardCareWords()
  return command
    .addOption(new Option('--pin <how>', options.pin).choices(['ask', 'slip']).default('ask'))
    .option('--pin-slip <file>', options.pinSlip)
}

/**
 * Issues with the PIN that the holder chooses, or with one for a slip, which is there once the card
 * is issued and only then.
 *
 * @throws InputInvalid where a slip is wanted and no file named
 */
export async function withPins<T>(
  { pin, pinSlip }: PinOptions,
  head: Omit<SlipHead, 'operator'>,
  work: (pins: PinSource) => Promise<T>,
): Promise<T> {
  if (pin === 'ask') return work(askedPins(languageOf(process.env)))
  const words = cardWords(languageOf(process.env))
  if (pinSlip === undefined) throw new InputInvalid(words.slipNeedsFile, { field: 'pin-slip' })
  const { operator } = readConfig(process.env).config
  const slip = slipPins(pinSlip, { ...head, operator })
  try {
    const done = await work(slip)
    await slip.keep()
    return done
  } catch (error) {
    await slip.discard()
    throw error
  }
}
