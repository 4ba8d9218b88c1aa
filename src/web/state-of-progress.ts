import type { CardAuthProgress } from '../card-auth/progress.ts'
import type { StateName } from './words/state-words.ts'

/** What is sent to the page: the state to show, and the number its words may hold. */
export interface StateEvent {
  readonly state: StateName
  readonly n?: number
}

/** One row a step; `waiting` stands for whichever wording the page began with. */
const states: Readonly<Record<Exclude<CardAuthProgress['step'], 'wrong-pin'>, StateName>> = {
  'no-reader': 'no-reader',
  'waiting-for-card': 'waiting',
  reading: 'reading',
  'pin-needed': 'pin-needed',
  signing: 'signing',
  'card-removed': 'card-removed',
  'pin-blocked': 'pin-blocked',
  'not-our-card': 'not-our-card',
  'two-cards': 'two-cards',
  'insert-card': 'insert-card',
  'card-unreadable': 'card-unreadable',
  'terminal-busy': 'terminal-busy',
  'cancelled-at-terminal': 'cancelled-at-terminal',
  'signing-in': 'signing-in',
}

export function stateOfProgress({ step, triesLeft }: CardAuthProgress): StateEvent {
  if (step !== 'wrong-pin') return { state: states[step] }
  if (triesLeft === undefined) return { state: 'wrong-pin-uncounted' }
  if (triesLeft === 0) return { state: 'pin-blocked' }
  return triesLeft === 1 ? { state: 'wrong-pin-last' } : { state: 'wrong-pin', n: triesLeft }
}
