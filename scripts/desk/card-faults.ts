import { PinCancelled } from '../../card-reader/desk/pin-source.ts'
import { CardError, type CardErrorReason } from '../../card-reader/status-word.ts'
import { CardFault, type CardFaultReason } from '../../src/cards/card-fault.ts'

const reasons: Readonly<Record<CardErrorReason, CardFaultReason>> = {
  'bad-data': 'unexpected-answer',
  'card-defect': 'card-defect',
  'card-full': 'card-full',
  'card-not-blank': 'someone-elses-card',
  'card-removed': 'card-removed',
  'malformed-answer': 'unexpected-answer',
  'no-key': 'not-supported',
  'not-a-piv-card': 'not-a-piv-card',
  'not-over-this-interface': 'not-over-this-interface',
  'not-possible-now': 'not-supported',
  'not-supported': 'not-supported',
  'object-not-found': 'unexpected-answer',
  'pin-blocked': 'pin-blocked',
  'pin-malformed': 'pin-too-simple',
  'pin-required': 'wrong-pin',
  protocol: 'unexpected-answer',
  'puk-blocked': 'puk-blocked',
  'reader-unavailable': 'reader-gone',
  'selection-lost': 'selection-lost',
  'wrong-management-key': 'wrong-management-key',
  'wrong-pin': 'wrong-pin',
  'wrong-puk': 'wrong-puk',
}

/** @param reason - a `CardErrorReason`, or what an agent sent in the place of one: null then */
export function faultOfCardError(reason: string): CardFaultReason | null {
  return Object.entries(reasons).find(([name]) => name === reason)?.[1] ?? null
}

/** Runs a piece of work on a card; what the PIV library throws comes out in the desk's own words. */
export async function asCardFault<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof PinCancelled) throw new CardFault('pin-cancelled')
    if (!(error instanceof CardError)) throw error
    const { statusWord, triesLeft } = error
    const facts = {
      ...(statusWord !== null && { statusWord: statusWord.toString(16) }),
      ...(triesLeft !== null && { triesLeft }),
    }
    throw new CardFault(reasons[error.reason], facts, { cause: error })
  }
}
