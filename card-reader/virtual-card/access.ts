/** Who may read what and use which key, on which side of the card (SP 800-73pt1-5 §3, §5). */
import type { StoredKey } from './card-state.ts'
import { policies } from './card-state.ts'
import { Refusal, status } from './reply.ts'
import type { CardContext } from './session.ts'

/** Fingerprints, printed information, facial image, iris, pairing code: the PIN, on any side. */
const pinObjects: readonly string[] = ['5fc103', '5fc109', '5fc108', '5fc121', '5fc123']
/** CHUID, 9E certificate, discovery, biometric group, secure-messaging signer. */
const contactlessObjects: readonly string[] = ['5fc102', '5fc101', '7e', '7f61', '5fc122']
/** What PivApplet built with S keeps to the contact side: 9A, 9C, 9D certificates, fingerprints. */
const strictObjects: readonly string[] = ['5fc105', '5fc10a', '5fc10b', '5fc103']
const freeKey = '9e'

/** @throws Refusal `6982` */
export function checkMayRead(card: CardContext, tag: string): void {
  if (isKeptFromContactless(card, tag)) throw new Refusal(status.securityNotSatisfied)
  if (!pinObjects.includes(tag)) return
  noteAccessCheck(card)
  if (!card.session.pinVerified) throw new Refusal(status.securityNotSatisfied)
}

function isKeptFromContactless(card: CardContext, tag: string): boolean {
  if (!isContactless(card)) return false
  const policy = card.state.behaviour.contactlessPolicy
  if (policy === 'strict') return strictObjects.includes(tag)
  return policy === 'nist' && !contactlessObjects.includes(tag)
}

/**
 * Passes when the key may be used now. A key with PIN policy *always* uses the PIN up, whatever
 * becomes of the command.
 *
 * @throws Refusal `6982`
 */
export function checkMayUseKey(card: CardContext, reference: string, key: StoredKey): void {
  const { session, state } = card
  const fresh = session.pinFresh
  noteAccessCheck(card)
  if (key.pinPolicy === policies.always) session.pinFresh = false
  const kept = isContactless(card) && state.behaviour.contactlessPolicy !== 'open'
  if (kept && reference !== freeKey) throw new Refusal(status.securityNotSatisfied)
  const allowed = key.pinPolicy === policies.always ? fresh : session.pinVerified
  if (key.pinPolicy !== policies.never && !allowed) throw new Refusal(status.securityNotSatisfied)
}

function noteAccessCheck(card: CardContext): void {
  if (card.state.behaviour.pinAlwaysEndsWith === 'access-check') card.session.pinFresh = false
}

/** NIST's rule for what exists on the contact side only. @throws Refusal `6A81` */
export function checkContactSide(card: CardContext): void {
  const refused = isContactless(card) && card.state.behaviour.contactlessPolicy === 'nist'
  if (refused) throw new Refusal(status.unsupportedHere)
}

/** @throws Refusal `6982` */
export function checkAdministrator(card: CardContext): void {
  if (!card.session.administrator) throw new Refusal(status.securityNotSatisfied)
}

export function isContactless(card: CardContext): boolean {
  return card.state.behaviour.interface === 'contactless'
}
