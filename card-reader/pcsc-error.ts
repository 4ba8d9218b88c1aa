import { CardError, type CardErrorReason } from './status-word.ts'

/** PC/SC result codes (winscard.h, PC/SC part 5) by what they mean for a card in use. */
const reasons: Readonly<Partial<Record<number, CardErrorReason>>> = {
  0x8010000c: 'card-removed', // no smart card
  0x80100016: 'card-removed', // not transacted: what a reader says when a card leaves the field
  0x8010002f: 'card-removed', // communication data lost
  0x80100067: 'card-removed', // unpowered
  0x80100069: 'card-removed',
  0x80100066: 'card-defect', // unresponsive: present, but it does not start
  0x8010000f: 'card-defect', // no protocol in common
  0x80100068: 'selection-lost', // another program has reset it
}

export const sharingViolation = 0x8010000b

/** The PC/SC result code in a message of the binding, which keeps it nowhere else; null without. */
export function pcscCodeOf(error: Error): number | null {
  const digits = /\(0x([0-9a-f]{8,16})\)$/i.exec(error.message)?.[1]
  // A LONG of 64 bits comes sign-extended on some platforms.
  return digits === undefined ? null : Number.parseInt(digits.slice(-8), 16)
}

/** A failure of PC/SC as the card error that the agent acts on. */
export function cardErrorOf(error: Error): CardError {
  const reason = reasons[pcscCodeOf(error) ?? 0] ?? 'reader-unavailable'
  return new CardError(reason, { cause: error })
}
