import type { CardWords } from './card-words.ts'

export const cardEn: CardWords = {
  states: {
    requested: 'being made',
    issued: 'issued, locked until its first tap and PIN',
    active: 'active',
    suspended: 'suspended',
    revoked: 'revoked',
    expired: 'expired',
    replaced: 'replaced',
  },
  faults: {
    'another-card': ({ cardUuid, expected }) =>
      `This is card ${String(cardUuid)}. The unblocking was authorised for card ${String(expected)}.`,
    'attestation-missing': () =>
      'The chip does not say that it made the keys. Take a card whose chip attests, or change "attestation" in the card profile.',
    'attestation-refused': ({ fault }) =>
      `What the chip says of its keys does not hold (${String(fault)}). Do not use this card, and keep it for the supplier.`,
    'card-blank': () => 'The card is blank. Issue it first: ecard card issue.',
    'card-defect': () => 'The card reports a defect. Try once more, then take another card.',
    'card-ended': () =>
      'The card has ended. To issue it anew, run the command again; else take another card.',
    'card-full': () => 'The card has no room left. Reset it, or take another card.',
    'card-in-use': ({ cardUuid, state }) =>
      `This is card ${String(cardUuid)}, ${String(state)} already. Revoke or reset it first, or take a blank card.`,
    'card-removed': () =>
      'The card left the reader. Put it back and run the same command: it goes on where it stopped.',
    'card-suspended': () =>
      'The card is suspended. Reinstate it first, or leave it as it is: ecard card reinstate.',
    'card-temporary': () =>
      'This is a temporary card. Say until when it is to be good: --until <date, 8h or 3d>.',
    'card-unfinished': ({ cardUuid }) =>
      `Card ${String(cardUuid)} is half made. Finish it with the command that began it: ecard card issuances lists it.`,
    'does-not-verify': () =>
      'What was written does not verify. Run the command again: it does that part of the card anew.',
    'holder-inactive': () => 'The holder is inactive. Reactivate the holder first.',
    'holder-of-another-kind': ({ kind }) =>
      `The holder cannot have a ${String(kind)} card: enterprises have enterprise cards, people the others.`,
    'no-card': () => 'There is no card in the reader. Put one in and try again.',
    'no-such-reader': ({ reader }) =>
      `There is no reader ${String(reader)}. Check the cable and its name: ecard doctor lists the readers.`,
    'not-a-piv-card': () => 'This is not a PIV card. Take a blank PIV card.',
    'not-authorised': () =>
      'Nobody has authorised unblocking this card at this terminal, or the time for it is over. Authorise it anew.',
    'not-due': ({ due }) =>
      `The certificates are good until ${String(due).slice(0, 10)}. Renew later, or add --early.`,
    'not-over-this-interface': () =>
      'The card does not allow this over the air. Use a reader with contacts.',
    'not-supported': () => 'The card does not offer what issuing needs. Take another make of card.',
    'pin-blocked': () => 'The PIN is blocked. Unblock it at the desk.',
    'pin-cancelled': () => 'No PIN was entered. Run the same command again: it goes on there.',
    'pin-too-simple': () => 'A PIN has 6 to 8 digits and is not easy to guess.',
    'puk-blocked': () =>
      'The PUK is blocked, so the card cannot be unblocked. Replace it: ecard card replace. A half-made card is wiped when the command runs again.',
    'reader-gone': () => 'The reader is gone. Check its cable and run the same command again.',
    'selection-lost': () =>
      'Another program spoke to the card. Close it and run the same command again.',
    'someone-elses-card': () =>
      'This card was not issued here and is not blank. It is left as it is; take another card.',
    'storage-card': () =>
      'This card only stores data (MIFARE or the like) and can hold no keys. Take a PIV card.',
    'two-cards': () =>
      'There are several cards on the readers. Leave only one, or name its reader.',
    'unexpected-answer': () => 'The card gave an answer that makes no sense. Try again.',
    'unknown-card': ({ cardUuid }) =>
      `The registry does not know card ${String(cardUuid)}. It is left as it is; take a card of ours.`,
    'wrong-management-key': () =>
      'The card has a management key that is not ours. It is left as it is; take another card.',
    'wrong-pin': () => 'Wrong PIN.',
    'wrong-puk': () =>
      'The card has another PUK than ours. Do not try again, that would block it: replace or reset the card.',
  },
  wipes: {
    'card-ended': 'it has ended',
    'half-made-and-given-up': 'it was half made and given up',
    'half-made-for-another': 'it was half made for somebody else',
    'puk-blocked': 'its PUK is blocked',
    'unknown-to-registry': 'it is ours, but the registry has lost it',
  },
  slots: {
    same: 'as registered',
    other: 'NOT the registered certificate',
    missing: 'MISSING on the card',
    empty: 'empty',
  },
  onCard: {
    blank: 'The card is blank.',
    named: (uuid) => `Card      ${uuid}`,
    unknown: 'Registry  does not know this card',
    chip: (serial) => `Chip      ${serial}`,
    tries: (left) => `PIN       ${left} tries left`,
    attempt: (step) => `Issuing   not finished, stopped at ${step}`,
    agrees: 'The card is what the registry says.',
    differs: 'The card is NOT what the registry says.',
  },
  holder: (name) => `Holder    ${name}`,
  state: (state) => `State     ${state}`,
  wouldIssue: ({ name, profile, slots }) =>
    `The blank card would become a card of ${name} (${profile}; keys in ${slots}).`,
  wouldResume: (step) => `The card is half made for this holder (${step}): it would be finished.`,
  wouldWipe: (why) => `The card would be wiped first, because ${why}, then issued.`,
  resumed: 'An attempt that had been cut off was taken up and finished.',
  wiped: (why) => `The card was wiped first, because ${why}.`,
  issued: (uuid) => `Card ${uuid} is issued.`,
  locked: 'It is locked until its holder taps it and enters the PIN for the first time.',
  active: 'It is active.',
  slip: (path) => `The PIN is in ${path}. Seal it and remove the file.`,
  wouldReset: (uuid) => `Card ${uuid} would be revoked and made blank.`,
  reset: (uuid) => `Card ${uuid} was revoked and is blank.`,
  blankAlready: 'The card is blank already.',
  activated: (uuid) => `Card ${uuid} is active.`,
  dryRun: 'Nothing changed. Add --apply to do it.',
  slipNeedsFile: '--pin slip needs --pin-slip <file>.',
}
