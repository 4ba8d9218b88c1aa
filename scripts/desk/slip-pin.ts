import { existsSync } from 'node:fs'
import { link, rm, writeFile } from 'node:fs/promises'
import { CardFault } from '../../src/cards/card-fault.ts'
import { Duplicate } from '../../src/errors.ts'
import { systemRandom } from '../../src/random.ts'
import { randomPin, type PinSource } from './holder-pin.ts'

export interface SlipPins extends PinSource {
  /** Once the card is issued: the slip is there, and only now. */
  keep(): Promise<void>
  /** Where no card came of it. Does nothing after `keep`. */
  discard(): Promise<void>
}

/**
 * A random PIN for a sealed slip: one file of mode 0600, written once. It is drafted before the
 * card gets the PIN, so that a PIN is never on a card and nowhere else.
 *
 * @param head - what stands above the PIN: whose it is, and of which card
 * @throws Duplicate when the file is there
 */
export function slipPins(path: string, head: readonly string[]): SlipPins {
  if (existsSync(path)) {
    throw new Duplicate(`${path} is there already. Name another file for the PIN slip.`)
  }
  const draft = `${path}.draft`
  return {
    choose: async (rules) => {
      const pin = randomPin(rules, (limit) => systemRandom.below(limit))
      await rm(draft, { force: true })
      const options = { mode: 0o600, flag: 'wx', flush: true } as const
      await writeFile(draft, [...head, `PIN  ${pin.toString('latin1')}`, ''].join('\n'), options)
      return pin
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
