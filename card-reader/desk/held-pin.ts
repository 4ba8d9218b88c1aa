import type { CardChannel } from '../card-port.ts'
import { changePin, unblockPin } from '../piv-administration.ts'
import { pinTriesLeft, verifyPin } from '../piv-commands.ts'
import type { KeySlot } from '../piv-keys.ts'
import { CardError } from '../status-word.ts'
import type { PinRules, PinSource } from './pin-source.ts'
import { unlessRefused } from './refusals.ts'

/** The holder's PIN while the card is there; see `CardOperations`. */
export interface HeldPin {
  set(puk: Buffer, rules: PinRules): Promise<void>
  enter(): Promise<void>
  change(rules: PinRules): Promise<void>
  /** Verifies the PIN for a key that wants it: for 9C each time, else once until power-off. */
  verifyFor(slot: KeySlot): Promise<void>
  /** What was verified does not count any more. */
  distrust(): void
  /** Overwrites the PIN. */
  forget(): void
}

export function holdPin(channel: CardChannel, pins: PinSource): HeldPin {
  let pin: Buffer | null = null
  let isVerified = false
  const keep = (given: Buffer): void => {
    pin?.fill(0)
    pin = given
    isVerified = false
  }
  const verify = async (): Promise<void> => {
    if (pin === null) throw new CardError('pin-required')
    await verifyPin(channel, pin)
    isVerified = true
  }
  /** Until it is right. */
  const enter = async (): Promise<Buffer> => {
    for (let isAgain = false; ; isAgain = true) {
      const triesLeft = await pinTriesLeft(channel)
      if (triesLeft === 0) throw new CardError('pin-blocked', { triesLeft })
      const given = await pins.enter({ triesLeft, isAgain })
      keep(given)
      if (await unlessRefused(verify, ['wrong-pin', 'pin-malformed'])) return given
    }
  }
  return {
    set: async (puk, rules) => {
      const chosen = await pins.choose(rules)
      keep(chosen)
      await unblockPin(channel, { puk, newPin: chosen })
    },
    enter: async () => {
      await enter()
    },
    change: async (rules) => {
      const old = await enter()
      const chosen = await pins.choose(rules)
      try {
        await changePin(channel, { old, new: chosen })
      } catch (error) {
        chosen.fill(0)
        throw error
      }
      keep(chosen)
    },
    verifyFor: async (slot) => {
      if (slot === '9C' || (slot !== '9E' && !isVerified)) await verify()
    },
    distrust: () => {
      isVerified = false
    },
    forget: () => {
      pin?.fill(0)
      pin = null
    },
  }
}
