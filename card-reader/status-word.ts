/** Why a card, or the way to it, failed. People read a text chosen by the reason. */
export type CardErrorReason =
  | 'bad-data' // 6A80: the card did not accept what we sent; our bug
  | 'card-defect' // internal error, memory failure, terminated
  | 'card-full'
  | 'card-not-blank' // refused by us: personalising would overwrite a card in use
  | 'card-removed' // hold the card still and start again from SELECT
  | 'malformed-answer' // the answer has not the shape that the standard gives it
  | 'no-key' // nothing in the slot, or a key of another algorithm
  | 'not-a-piv-card'
  | 'not-over-this-interface' // insert the card instead of tapping it
  | 'not-possible-now'
  | 'not-supported' // an optional command that this card does not offer
  | 'object-not-found' // the card is not personalised
  | 'pin-blocked'
  | 'pin-malformed' // refused by us: not 6 to 8 digits, never sent to the card
  | 'pin-required'
  | 'protocol' // a status word that makes no sense here, or an endless answer
  | 'puk-blocked'
  | 'reader-unavailable'
  | 'selection-lost' // another program spoke to the card: start again from SELECT
  | 'wrong-management-key'
  | 'wrong-pin'
  | 'wrong-puk'

export interface CardErrorDetails {
  /** PIN or PUK tries left; 0 is blocked. Null where the card did not say. */
  readonly triesLeft?: number
  readonly statusWord?: number
  readonly cause?: unknown
}

/** The one error of the PIV library and of every card port. Its facts are safe to log. */
export class CardError extends Error {
  readonly code = 'CARD_ERROR'
  readonly reason: CardErrorReason
  readonly triesLeft: number | null
  readonly statusWord: number | null

  constructor(reason: CardErrorReason, details: CardErrorDetails = {}) {
    super(`card: ${reason}`, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'CardError'
    this.reason = reason
    this.triesLeft = details.triesLeft ?? null
    this.statusWord = details.statusWord ?? null
  }
}

/** What the command was for: the same status word means different things after each. */
export type Purpose =
  | 'select'
  | 'read'
  | 'pin' // VERIFY, CHANGE of the PIN
  | 'puk' // CHANGE of the PUK, RESET RETRY COUNTER
  | 'tap-signature' // a key that wants no PIN
  | 'pin-signature' // a key that wants a PIN, none was verified
  | 'verified-signature' // a key that wants a PIN, right after a good VERIFY
  | 'management-key'
  | 'write'

const done = 0x9000

/** SP 800-73pt2-5 and vendors' documents: the meaning whatever the command was. */
const meanings: Readonly<Record<number, CardErrorReason>> = {
  0x6285: 'card-defect',
  0x6581: 'card-defect',
  0x6700: 'protocol',
  0x6882: 'protocol',
  0x6883: 'protocol',
  0x6884: 'not-supported',
  0x6981: 'protocol',
  0x6982: 'not-over-this-interface',
  0x6983: 'pin-blocked',
  0x6985: 'not-possible-now',
  0x6987: 'protocol',
  0x6988: 'protocol',
  0x6999: 'selection-lost',
  0x6a80: 'bad-data',
  0x6a81: 'not-over-this-interface',
  0x6a82: 'object-not-found',
  0x6a84: 'card-full',
  0x6a86: 'no-key',
  0x6a88: 'no-key',
  0x6d00: 'not-supported',
  0x6e00: 'not-supported',
  0x6f00: 'card-defect',
}

/** Where the command changes the meaning. */
const meaningsByPurpose: Readonly<
  Record<Purpose, Readonly<Partial<Record<number, CardErrorReason>>>>
> = {
  select: {
    0x6982: 'not-a-piv-card',
    0x6999: 'not-a-piv-card',
    0x6a81: 'not-a-piv-card',
    0x6a82: 'not-a-piv-card',
    0x6a86: 'not-a-piv-card',
    0x6d00: 'not-a-piv-card',
    0x6e00: 'not-a-piv-card',
  },
  read: {},
  pin: { 0x6a86: 'not-supported', 0x6a88: 'not-supported' },
  puk: { 0x6983: 'puk-blocked', 0x6a86: 'not-supported', 0x6a88: 'not-supported' },
  'tap-signature': {},
  'pin-signature': { 0x6982: 'pin-required' },
  'verified-signature': {},
  'management-key': { 0x6982: 'wrong-management-key', 0x6a80: 'wrong-management-key' },
  write: { 0x6982: 'wrong-management-key' },
}

/**
 * Passes when the status word says success.
 *
 * @param purpose - what the command was for
 * @throws CardError by the tables above; `wrong-pin`, `wrong-puk`, `pin-blocked` and `puk-blocked`
 *   carry the tries left
 */
export function checkStatusWord(statusWord: number, purpose: Purpose): void {
  if (statusWord === done) return
  const triesLeft = triesLeftOf(statusWord)
  if (triesLeft !== null) throw wrongSecret(purpose, { triesLeft, statusWord })
  const reason = meaningsByPurpose[purpose][statusWord] ?? meanings[statusWord] ?? 'protocol'
  const blocked = reason === 'pin-blocked' || reason === 'puk-blocked'
  throw new CardError(reason, blocked ? { triesLeft: 0, statusWord } : { statusWord })
}

/** The X of `63CX`, or of `630X`, which very old cards send instead; null for any other word. */
export function triesLeftOf(statusWord: number): number | null {
  const counted = (statusWord & 0xfff0) === 0x63c0 || (statusWord & 0xfff0) === 0x6300
  return counted ? statusWord & 0x0f : null
}

/** `63C0` means: that was the last try, it is blocked now. */
function wrongSecret(
  purpose: Purpose,
  details: { triesLeft: number; statusWord: number },
): CardError {
  if (purpose !== 'pin' && purpose !== 'puk') {
    return new CardError('protocol', { statusWord: details.statusWord })
  }
  const blocked = details.triesLeft === 0
  if (purpose === 'puk') return new CardError(blocked ? 'puk-blocked' : 'wrong-puk', details)
  return new CardError(blocked ? 'pin-blocked' : 'wrong-pin', details)
}
