import type { CardChannel } from '../../card-reader/card-port.ts'
import { cardOperations, type CardOperations } from '../../card-reader/desk/card-operations.ts'
import type { DeskCard } from '../../src/cards/desk-card.ts'
import { asCardFault } from './card-faults.ts'
import type { PinSource } from './holder-pin.ts'

export interface PivDeskOptions {
  readonly pins: PinSource
  readonly randomBytes: (count: number) => Buffer
}

/**
 * A presented card at a desk of this machine, by the PIV library. What the holder gave as PIN stays
 * here, to verify it, until `forget`.
 */
export function pivDeskCard(
  channel: CardChannel,
  options: PivDeskOptions,
): { readonly card: DeskCard; readonly forget: () => void } {
  const { operations, forget } = cardOperations(channel, options)
  return { card: inCardFaults(operations), forget }
}

/** The same card, with what the PIV library throws in the desk's own words. */
function inCardFaults(card: CardOperations): DeskCard {
  return {
    identify: () => asCardFault(() => card.identify()),
    authenticate: (key) => asCardFault(() => card.authenticate(key)),
    setManagementKey: (key) => asCardFault(() => card.setManagementKey(key)),
    setTries: (tries) => asCardFault(() => card.setTries(tries)),
    changePuk: (puks) => asCardFault(() => card.changePuk(puks)),
    setPin: (puk, rules) => asCardFault(() => card.setPin(puk, rules)),
    enterPin: () => asCardFault(() => card.enterPin()),
    changePin: (rules) => asCardFault(() => card.changePin(rules)),
    generateKey: (slot, options) => asCardFault(() => card.generateKey(slot, options)),
    attest: (slot) => asCardFault(() => card.attest(slot)),
    attestationAuthority: () => asCardFault(() => card.attestationAuthority()),
    sign: (slot, what) => asCardFault(() => card.sign(slot, what)),
    signChallenge: (question) => asCardFault(() => card.signChallenge(question)),
    readObject: (name) => asCardFault(() => card.readObject(name)),
    putObject: (name, content) => asCardFault(() => card.putObject(name, content)),
    readCertificate: (slot) => asCardFault(() => card.readCertificate(slot)),
    putCertificate: (slot, der) => asCardFault(() => card.putCertificate(slot, der)),
    reset: () => asCardFault(() => card.reset()),
  }
}
