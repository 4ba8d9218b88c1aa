import type { PassWords } from './pass-words.ts'

export const passEn: PassWords = {
  verbs: {
    issue: 'make a temporary pass for a person who stands there without a card',
    list: 'list the temporary passes, newest first; the codes themselves nobody sees again',
    withdraw: 'withdraw a temporary pass; the sessions that it opened end at once',
  },
  options: {
    holder: 'national number, tax code or id',
    lasts: 'for how long: 30m, 4h; 24h at most',
    from: 'from when on, such as 2026-11-23T08:00+07:00; from now on if not said',
    uses: 'how many sign-ins, from 1 to 20',
    application: 'only these applications; if not said, all that are content with level low',
    comesAs: 'as the holder of which kind of card; if not said, of the only kind the person has',
    mayRegister: 'let the person register one passkey with it',
    reason: 'why, and which document was seen; kept in the audit log',
    slip: 'also write a slip to print to this new PDF file; it holds the code: print, then delete',
    id: 'id of the pass, as “ecard pass list” shows it',
    all: 'also those that are expired, used up or withdrawn',
    ofHolder: 'only of this person',
  },
  issueNotes: `
Only for a person whom you see, and whose papers you have seen. The code is shown once, and is for
nobody else. A person has one pass at most: a new one withdraws the old one.

Examples:
  ecard pass issue --holder 000085000101 --reason "card forgotten, identity card seen"
  ecard pass issue --holder 000085000101 --for 4h --uses 3 --application van-ban lich-hop \\
    --reason "card forgotten, identity card seen" --apply
  ecard pass issue --holder 000085000101 --for 15m --may-register-passkey \\
    --reason "new telephone" --slip slip.pdf --apply`,
  listNotes: `
Examples:
  ecard pass list
  ecard pass list --holder 000085000101 --all`,
  withdrawNotes: `
Example:
  ecard pass withdraw 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071 --reason "card found" --apply`,
  refusals: {
    'holder-inactive': () => 'This person is not active. Reactivate them first.',
    'holder-without-number': () =>
      'The number of this holder has another form than one that can be typed. Correct it first: ecard holder import.',
    'kind-open': () =>
      'This person has cards of several kinds, or none. Say what they come as: --as.',
    'kind-wrong': () => 'Organisations come as enterprises, persons as one of the other kinds.',
    'lasts-wrong': () => 'A pass lasts from 5 minutes to 24 hours: --for 4h.',
    'uses-wrong': () => 'A pass has from 1 to 20 uses.',
    'application-unknown': (id) => `There is no active application ${id}. See: ecard client list.`,
    'application-level': (id) =>
      `Application ${id} needs a stronger sign-in than a pass. See: ecard client show ${id}.`,
    'application-kind': (id) => `Application ${id} is for holders of other kinds of cards.`,
  },
  badSpan: 'Give a span such as 30m or 4h.',
  badTime: 'Give an instant such as 2026-11-23T08:00+07:00.',
  badReason: 'Give a reason, of 500 characters at most.',
  kinds: { 'civil-servant': 'civil servant', citizen: 'citizen', enterprise: 'enterprise' },
  states: { live: 'usable', 'used-up': 'used up', withdrawn: 'withdrawn', expired: 'expired' },
  plan: ({ name, kind, from, until }) =>
    `Temporary pass for ${name} (${kind}), from ${from} to ${until}.`,
  opens: (uses, applications) =>
    `Good for ${uses} ${uses === 1 ? 'sign-in' : 'sign-ins'} to: ${applications}.`,
  everyApplication: 'all applications that are content with level low',
  registers: (address) => `One passkey may be registered at ${address}.`,
  code: (code) => `Code:  ${code}`,
  once: 'The code is shown this once. Read it out or give it to the very person.',
  replaced: 'The pass that this person had has been withdrawn.',
  slipWritten: (path) => `The slip is in ${path}. Print it, then delete the file.`,
  headings: ['Id', 'Holder', 'State', 'Left', 'Until', 'Applications', 'Reason'],
  nobody: 'There are no temporary passes.',
  withdrawing: (name) => `The pass of ${name} would be withdrawn; its sessions would end.`,
  withdrawn: 'Withdrawn.',
  notThere: (id) => `There is no pass ${id} to withdraw. See: ecard pass list --all.`,
  slip: {
    title: 'Temporary pass',
    holder: 'For',
    code: 'Code',
    valid: 'Good',
    rules: [
      'On the sign-in page choose “Temporary pass” and enter your national number and this code.',
      'Give it to nobody. An officer never telephones to ask for it.',
      'Card found? Tell the issuing officer to withdraw this pass.',
    ],
    secret: 'Tear this slip up after use.',
  },
}
