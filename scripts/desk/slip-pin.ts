import { existsSync } from 'node:fs'
import { link, rm, writeFile } from 'node:fs/promises'
import { CardFault } from '../../src/cards/card-fault.ts'
import { Duplicate } from '../../src/errors.ts'
import { systemRandom } from '../../src/random.ts'
import { printWords } from '../print/print-language.ts'
import { pinSlipPdf, type SlipHead } from '../print/slip-page.ts'
import { randomPin, type PinSource } from './holder-pin.ts'

export type { SlipHead } from '../print/slip-page.ts'

export interface SlipPins extends PinSource {
  /** Once the card is issued: the slip is there, and only now. */
  keep(): Promise<void>
  /** Where no card came of it. Does nothing after `keep`. */
  discard(): Promise<void>
}

/**
 * A random PIN for a sealed slip: one PDF of mode 0600, written once. It is drafted before the
 * card gets the PIN, so that a PIN is never on a card and nowhere else.
 *
 * @throws Duplicate when the file is there
 */
export function slipPins(path: string, head: SlipHead): SlipPins {
  if (existsSync(path)) throw new Duplicate(printWords().exists(path))
  const draft = draftOf(path)
  return {
    staysHere: true,
    choose: async (rules) => {
      const pin = randomPin(rules, (limit) => systemRandom.below(limit))
      await rm(draft, { force: true })
      const pdf = await pinSlipPdf(pin, head)
      try {
        await writeFile(draft, pdf, { mode: 0o600, flag: 'wx', flush: true })
        return pin
      } catch (error) {
        pin.fill(0)
        throw error
      } finally {
        pdf.fill(0)
      }
    },
    // Nobody is there to type one.
    enter: () => Promise.reject(new CardFault('pin-cancelled')),
    keep: async () => {
      await link(draft, path)
      await rm(draft, { force: true })
    },
    discard: () => rm(draft, { force: true }),
  }
}

/**
 * Keeps what was drafted for a card that was issued by a run which was cut off right then.
 *
 * @returns false where there is neither slip nor draft: it is at the desk that issued the card
 */
export async function keepDraftedSlip(path: string): Promise<boolean> {
  if (existsSync(path)) return true
  if (!existsSync(draftOf(path))) return false
  await link(draftOf(path), path)
  await rm(draftOf(path), { force: true })
  return true
}

function draftOf(path: string): string {
  return `${path}.draft`
}
