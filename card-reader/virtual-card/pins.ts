import { timingSafeEqual } from 'node:crypto'
import { checkContactSide, isContactless } from './access.ts'
import type { StoredSecret } from './card-state.ts'
import type { CommandApdu } from './command-apdu.ts'
import { done, Refusal, status, type Reply } from './reply.ts'
import type { CardContext } from './session.ts'

const fieldBytes = 8
const leastPinBytes = 6
const pinReference = 0x80
const pukReference = 0x81
const logOut = 0xff

/** VERIFY (SP 800-73pt2-5 §3.2.1): present the PIN, ask for the tries, or log out. */
export function verify(card: CardContext, { p1, p2, data }: CommandApdu): Reply {
  checkContactSide(card)
  if (p2 !== pinReference) throw new Refusal(status.referenceNotFound)
  if (p1 === logOut) return forgetPin(card, data)
  if (p1 !== 0x00) throw new Refusal(status.wrongParameters)
  if (data.length === 0) return sayTries(card)
  checkFields(data, 1)
  forget(card)
  spendTry(card, card.state.pin, data)
  card.session.pinVerified = true
  card.session.pinFresh = true
  return done()
}

function forgetPin(card: CardContext, data: Buffer): Reply {
  if (data.length > 0) throw new Refusal(status.badData)
  forget(card)
  return done()
}

function forget({ session }: CardContext): void {
  session.pinVerified = false
  session.pinFresh = false
}

function sayTries(card: CardContext): Reply {
  if (card.session.pinVerified) return done()
  const { triesLeft } = card.state.pin
  if (isBlocked(card, card.state.pin)) throw new Refusal(status.blocked)
  throw new Refusal(status.triesLeft | Math.min(triesLeft, 15))
}

/** CHANGE REFERENCE DATA (SP 800-73pt2-5 §3.2.2), for the PIN and the PUK. */
export function changeReferenceData(card: CardContext, { p1, p2, data }: CommandApdu): Reply {
  checkContactSide(card)
  if (p1 !== 0x00) throw new Refusal(status.wrongParameters)
  const secret = secretOf(card, p2)
  checkFields(data, 2)
  if (p2 === pinReference) forget(card)
  spendTry(card, secret, data.subarray(0, fieldBytes))
  secret.value = data.subarray(fieldBytes).toString('hex')
  card.save()
  if (p2 === pinReference) card.session.pinVerified = true
  return done()
}

/** RESET RETRY COUNTER (SP 800-73pt2-5 §3.2.3): a new PIN by the PUK; does not verify it. */
export function resetRetryCounter(card: CardContext, { p1, p2, data }: CommandApdu): Reply {
  checkContactSide(card)
  if (p1 !== 0x00) throw new Refusal(status.wrongParameters)
  if (p2 !== pinReference) throw new Refusal(status.referenceNotFound)
  checkFields(data, 2)
  spendTry(card, card.state.puk, data.subarray(0, fieldBytes))
  const { pin } = card.state
  pin.value = data.subarray(fieldBytes).toString('hex')
  pin.triesLeft = pin.triesTotal
  card.save()
  return done()
}

function secretOf(card: CardContext, reference: number): StoredSecret {
  if (reference === pinReference) return card.state.pin
  if (reference === pukReference) return card.state.puk
  throw new Refusal(status.referenceNotFound)
}

/**
 * Compares a presented secret. The try is gone for good before the comparison, so that cutting the
 * power in between wins nothing; a right answer brings all tries back.
 */
function spendTry(card: CardContext, secret: StoredSecret, presented: Buffer): void {
  if (isBlocked(card, secret)) throw new Refusal(status.blocked)
  secret.triesLeft -= 1
  card.save()
  if (!timingSafeEqual(Buffer.from(secret.value, 'hex'), presented)) {
    eraseIfBothBlocked(card)
    throw new Refusal(status.triesLeft | Math.min(secret.triesLeft, 15))
  }
  secret.triesLeft = secret.triesTotal
  card.save()
}

/** By tap, a floor may keep the last tries for the contact side: a stranger cannot block a PIN. */
function isBlocked(card: CardContext, secret: StoredSecret): boolean {
  const floored = isContactless(card) && secret === card.state.pin
  return secret.triesLeft <= (floored ? card.state.behaviour.contactlessPinFloor : 0)
}

function eraseIfBothBlocked(card: CardContext): void {
  const { pin, puk, behaviour } = card.state
  if (!behaviour.eraseOnBothBlocked || pin.triesLeft > 0 || puk.triesLeft > 0) return
  card.state.keys = {}
  card.save()
}

/** Each field: 6 to 8 bytes, then FF. A badly formatted one costs no try. */
function checkFields(data: Buffer, count: number): void {
  if (data.length !== count * fieldBytes) throw new Refusal(status.badData)
  for (let offset = 0; offset < data.length; offset += fieldBytes) {
    checkField(data.subarray(offset, offset + fieldBytes))
  }
}

function checkField(field: Buffer): void {
  const end = field.indexOf(0xff)
  const length = end === -1 ? fieldBytes : end
  const padded = field.subarray(length).every((byte) => byte === 0xff)
  if (length < leastPinBytes || !padded) throw new Refusal(status.badData)
}
