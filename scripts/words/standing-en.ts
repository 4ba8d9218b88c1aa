import type { StandingWords } from './standing-words.ts'

export const standingEn: StandingWords = {
  states: {
    requested: 'being made',
    issued: 'issued, not activated yet',
    active: 'active',
    suspended: 'suspended',
    revoked: 'revoked',
    expired: 'expired',
    replaced: 'replaced',
  },
  kinds: {
    'civil-servant': 'civil-servant e-card',
    citizen: 'citizen e-card',
    enterprise: 'enterprise e-card',
  },
  verbs: {
    suspend: 'stop a card until it is reinstated; its sessions end',
    reinstate: 'let a suspended card sign in again',
    revoke: 'end a card for good, and its certificates; its sessions end',
  },
  show: 'show a card: holder, certificates, history and who touched it',
  help: {
    cardUuid: 'the number of the card',
    reason: 'why; kept with the card and in the audit log',
    cause: 'what became of it; its certificates are revoked for that (RFC 5280)',
    limit: 'at most so many lines of history',
    exampleReason: 'reported missing',
  },
  noCard: (uuid) => `There is no card ${uuid}. Check the number.`,
  emptyReason: 'The reason is empty. Say why with --reason.',
  change: ({ uuid, name, from, to }) => `Card ${uuid} (${name}): ${from} -> ${to}`,
  causes: {
    lost: 'lost',
    stolen: 'stolen',
    misused: 'misused',
    left: 'its holder has left',
    damaged: 'damaged',
    returned: 'returned',
    other: 'for another reason',
  },
  certificates: (cause, reason) => `Its certificates: revoked, ${cause} (${reason})`,
  notPossible: 'This is not possible in the state that the card is in.',
  done: (uuid, state) => `Card ${uuid}: ${state}.`,
  waiting: (told, all) => `${told} of ${all} applications told…`,
  waitingForService: 'Waiting for the service to end the sessions…',
  receiptHeadings: ['Application', 'Name', 'Result'],
  outcomes: {
    told: (tookMs) => `told in ${tookMs} ms`,
    open: () => 'not told yet, goes on being tried',
    'not-told': () => 'could not be told, given up',
    'not-subscribed': () => 'takes no notices',
  },
  nobodyAnswered: {
    card: 'No service has answered. The card signs nobody in any more; open sessions end as soon as the service runs.',
    holder:
      'No service has answered. Nobody signs in as this holder any more; open sessions end as soon as the service runs.',
    pass: 'No service has answered. The code signs nobody in any more; open sessions end as soon as the service runs.',
    passkey:
      'No service has answered. It signs nobody in any more; open sessions end as soon as the service runs.',
    terminal:
      'No service has answered. Nobody signs in at this terminal any more; open sessions end as soon as the service runs.',
  },
  noSessions: {
    card: 'There was no session of this card.',
    holder: 'There was no session of this holder.',
    pass: 'There was no session of this temporary pass.',
    passkey: 'There was no session of a passkey named here.',
    terminal: 'There was no session from this terminal.',
  },
  allTold: (applications, tookMs) =>
    `Sessions ended; ${applications} applications told in ${tookMs} ms.`,
  card: {
    labels: ['Card', 'Holder', 'State', 'Expires', 'Unfinished'],
    since: (state, date) => `${state} since ${date}`,
    unfinished: (step, date) => `stopped at ${step}, begun ${date}`,
    certificates: 'Certificates',
    certificateHeadings: ['Key', 'Status', 'From', 'Until', 'Serial', 'Why'],
    statuses: {
      prepared: 'being made',
      active: 'active',
      suspended: 'on hold',
      revoked: 'revoked',
      superseded: 'superseded',
    },
    history: 'History, newest first',
    historyHeadings: ['At', 'What', 'Outcome', 'By', 'Terminal', 'Why'],
    auditOutcomes: { intended: 'intended', succeeded: 'succeeded', refused: 'refused' },
    none: 'None.',
    more: 'There is more: use --limit, or ecard audit list --card.',
  },
}
