import type { ProgressStep } from './protocol.ts'
import type { CardErrorReason } from './status-word.ts'

/** What a sign-in at this terminal has come to. */
export interface Progress {
  readonly step: ProgressStep
  /** With `wrong-pin` and `pin-needed`, where the card said so. */
  readonly triesLeft?: number
}

/** After these no other card is asked for under the same challenge. */
export function isFinal(step: ProgressStep): boolean {
  return step === 'pin-blocked' || step === 'cancelled-at-terminal'
}

/** Whether the page should go on showing this fault until the next card comes. */
export function isFault(step: ProgressStep): boolean {
  return faults.has(step)
}

const faults: ReadonlySet<ProgressStep> = new Set([
  'card-removed',
  'wrong-pin',
  'pin-blocked',
  'not-our-card',
  'insert-card',
  'card-unreadable',
  'cancelled-at-terminal',
])

/** What the person at the terminal is told when a card fails. */
export const stepOfCardError: Readonly<Record<CardErrorReason, ProgressStep>> = {
  'card-removed': 'card-removed',

  // A card without our applet, our objects or our keys was not issued by us, or never finished.
  'not-a-piv-card': 'not-our-card',
  'object-not-found': 'not-our-card',
  'no-key': 'not-our-card',

  'not-over-this-interface': 'insert-card',
  'pin-blocked': 'pin-blocked',
  'wrong-pin': 'wrong-pin',

  'bad-data': 'card-unreadable',
  'card-defect': 'card-unreadable',
  'card-full': 'card-unreadable',
  'card-not-blank': 'card-unreadable',
  'malformed-answer': 'card-unreadable',
  'not-possible-now': 'card-unreadable',
  'not-supported': 'card-unreadable',
  'pin-malformed': 'card-unreadable',
  'pin-required': 'card-unreadable',
  protocol: 'card-unreadable',
  'puk-blocked': 'card-unreadable',
  'reader-unavailable': 'card-unreadable',
  'selection-lost': 'card-unreadable',
  'wrong-management-key': 'card-unreadable',
  'wrong-puk': 'card-unreadable',
}
