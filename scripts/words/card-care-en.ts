import type { CardCareWords } from './card-care-words.ts'

export const cardCareEn: CardCareWords = {
  summaries: {
    abandon: 'give an unfinished card up, because its chip is lost',
    activate: 'unlock an issued card: its holder enters the PIN here',
    'change-pin': 'let the holder of the card in the reader choose another PIN',
    issuances: 'list cards that are half made or half renewed, and what to do',
    issue: 'make the card in the reader the card of a holder',
    list: 'list cards',
    read: 'show what is on the card in the reader, and whether the registry agrees',
    'read-out-puk': 'show the PUK of a card once, where its holder has no agent',
    renew: 'renew the certificates on the card in the reader, before they run out',
    replace: 'end a card and issue another in its place',
    reset: 'revoke the card in the reader and make it blank',
    unblock: 'let the holder of a blocked card choose a new PIN, here or at their terminal',
    whose: 'show whose card is in the reader: lost and found',
  },
  notes: {
    issue:
      'Cut off at any point, the same command with the same card goes on, or wipes it and says so.',
    'read-out-puk': `The PUK goes to standard output and nowhere else. The card is marked until the PUK has been replaced
at a desk: by “ecard card unblock” or “ecard card renew”.`,
    renew: `The holder enters the PIN. 9A, 9C and 9E get new keys; 9D keeps its key, so that what was encrypted for
the holder stays readable. Cut off at any point, the same command with the same card goes on.
A card that has expired cannot be renewed: replace it.`,
    replace: `The old card and its certificates are revoked at once, before the new one is begun: for lost and stolen cards.
A damaged one (--cause damaged) is good until the new one is finished, unless --revoke-old says otherwise.
Cut off, the same command goes on.`,
    unblock: `With --reader the holder is here. With --terminal and the card's number, the holder is at that terminal: this
authorises one unblocking of that card there, for 15 minutes, and waits for it. The PUK goes sealed to the
agent, is used once and is replaced at once.`,
  },
  reasons: {
    returned: 'returned by its holder',
    forgotten: 'PIN forgotten, known by voice and date of birth',
    lost: 'the chip was thrown away',
  },
  options: {
    active: 'usable at once, instead of from its first tap and PIN on',
    after: 'the page after that card',
    agency: 'only cards of persons of this office and those below it',
    cardUuid: 'the number of the card',
    cause: 'what became of the old card',
    csv: 'all of them as CSV on standard output',
    early: 'also more than 60 days before the end',
    endingBefore: 'only cards in use that end before that date',
    holder: 'national number, tax code or id',
    keepOld: 'the old card is good until the new one is finished',
    kind: 'which card',
    limit: 'at most so many',
    listHolder: 'only cards of that holder: national number, tax code or id',
    oldUuid: 'the number of the card that is replaced',
    onlyCard: 'with --terminal: the number of the one card',
    out: 'all of them into a new CSV or .xlsx file',
    pin: 'the holder chooses it, or a random one for a sealed slip',
    pinSlip: 'where the slip with the PIN is written, once',
    reason: 'why; kept with the card and in the audit log',
    replaces: 'the card that this one stands in for',
    revokeOld: 'the old card is revoked at once',
    state: 'only cards in that state',
    until: 'a temporary card that ends then by itself: 2026-12-31, 8h or 3d',
  },
  defaultReasons: {
    issue: 'first card',
    renew: 'runs out',
    replace: {
      lost: 'lost',
      stolen: 'stolen',
      misused: 'misused',
      left: 'left the office',
      damaged: 'damaged',
      returned: 'returned',
      other: 'replaced',
    },
  },
  badUntil: (given) => `--until ${given}: give a date (2026-12-31), hours (8h) or days (3d).`,
  untilIsOver: (given) => `--until ${given} is over already.`,
  notADate: (given) => `${given} is not a date. Write 2026-12-31.`,
  noReason: 'The reason is empty. Say why.',
  date: (date) =>
    date.toLocaleString('en-GB', {
      ...{ day: '2-digit', month: '2-digit', year: 'numeric' },
      ...{ hour: '2-digit', minute: '2-digit', timeZone: 'Asia/Ho_Chi_Minh' },
    }),
  list: {
    headings: ['Card', 'Kind', 'State', 'Ends', 'Holder', 'Note'],
    temporary: 'temporary',
    pukReadOut: 'PUK read out',
    nothing: 'There is no such card.',
    more: (after) => `There are more. Add --after ${after}`,
    written: (count, path) => `${String(count)} cards written to ${path}.`,
  },
  warnings: {
    pukReadOut: (since) =>
      `The PUK was read out on ${since}. Replace it: the next “card unblock” or “card renew” does.`,
    pukOwed: 'The PUK waits to be replaced: the next “card unblock” or “card renew” does it.',
    renewal: (step) => `A renewal was cut off at ${step}. Go on with “ecard card renew”.`,
    temporary: (until) => `Temporary: ends by itself on ${until}.`,
    replaces: (uuid) => `Stands in for card ${uuid}.`,
    replacedBy: (uuid) => `Replaced by card ${uuid}.`,
  },
  advice: {
    requested: 'It is half made. Finish it, or give it to the issuing desk.',
    issued: 'It is good, but not unlocked yet. Please return it to its holder or the issuing desk.',
    active: 'It is good. Please return it to its holder; their office is glad to help.',
    suspended: 'It is suspended. Please hand it to the issuing desk, which tells its holder.',
    revoked: 'It has been revoked and opens nothing. Please hand it to the issuing desk.',
    expired: 'It has expired and opens nothing. Please hand it to the issuing desk.',
    replaced: 'It has been replaced and opens nothing. Please hand it to the issuing desk.',
    unknown: 'It is not one of ours. Please give it to lost property.',
    blank: 'It belongs to nobody: it is blank.',
  },
  offices: (path) => `Office    ${path}`,
  replace: {
    already: (uuid, by) =>
      `Card ${uuid} has been replaced already: card ${by} stands in for it. Revoke that one first, or replace that one.`,
    wouldRevoke: (uuid) => `Card ${uuid} would be revoked at once, with its certificates.`,
    wouldKeep: (uuid) => `Card ${uuid} would be good until the new one is finished.`,
    wouldStand: (uuid) => `The new card would stand in for card ${uuid}.`,
    revoked: (uuid) => `Card ${uuid} is revoked.`,
    ended: (uuid) => `Card ${uuid} has ended.`,
  },
  renew: {
    would: ({ uuid, name, until, slots }) =>
      `Card ${uuid} of ${name} would be renewed until ${until} (${slots}).`,
    wouldResume: (step) => `Its renewal was cut off (${step}): it would go on there.`,
    done: (uuid, until) => `Card ${uuid} is renewed until ${until}.`,
  },
  pin: {
    changed: (uuid) => `Card ${uuid} has the new PIN.`,
    wouldUnblock: (uuid, name) =>
      `Card ${uuid} of ${name} would get a PIN that its holder chooses, and another PUK.`,
    needsCard:
      '--terminal needs the number of the card: ecard card unblock <card-uuid> --terminal …',
    wouldAuthorise: (uuid, terminal) =>
      `Card ${uuid} could be unblocked once at terminal ${terminal}, within 15 minutes.`,
    authorised: (terminal, until) =>
      `Authorised until ${until}. The holder lays the card on the reader of ${terminal} and chooses a PIN there.`,
    unblocked: (uuid) => `Card ${uuid} is unblocked. Its PUK has been replaced.`,
  },
  puk: {
    would: (uuid, name) =>
      `The PUK of card ${uuid} of ${name} would be shown once, and the card marked until it is replaced.`,
    told: (uuid) => `Card ${uuid} is marked. Replace its PUK at a desk soon.`,
    first: 'PUK',
    second: 'If that is wrong (a change was cut off; one try less)',
  },
  issuances: {
    headings: ['Card', 'What', 'For', 'Desk', 'Step', 'Age'],
    nothing: 'Nothing is unfinished.',
    issuing: 'issuing',
    renewing: 'renewing',
    age: (minutes) =>
      minutes < 60
        ? `${String(minutes)} min`
        : minutes < 2880
          ? `${String(Math.floor(minutes / 60))} h`
          : `${String(Math.floor(minutes / 1440))} days`,
    toDo: (uuid) =>
      `Run the command that began it again with the same card: it goes on. Is the chip lost: ecard card abandon ${uuid}`,
    none: (uuid) => `Nothing is being issued as card ${uuid}. “ecard card issuances” lists them.`,
    wouldAbandon: (uuid, step) =>
      `The issuing of card ${uuid} (stopped at ${step}) would be given up, and its row revoked.`,
    abandoned: (uuid) => `The issuing of card ${uuid} is given up.`,
  },
}
