import type { TerminalWords } from './terminal-words.ts'

export const terminalEn: TerminalWords = {
  noun: 'machines with card readers',
  verbs: {
    list: 'list terminals: which are connected, and where they belong',
    show: 'show one terminal with its readers',
    invite: 'make a place for a terminal and its one-time enrolment code',
    withdraw: 'end a terminal for good; its connection and sessions end',
    rename: 'give a terminal another name; its users see it when they sign in',
    desk: 'say whether cards may be issued at a terminal by officers elsewhere',
  },
  options: {
    terminal: 'id or name',
    name: 'as its users know it, such as "Quầy số 1"',
    newName: 'the new name',
    mode: 'managed: the province’s own; personal: a holder’s own',
    agency: 'code of the agency where it stands',
    desk: 'an issuing desk: officers elsewhere may issue cards at it',
    setDesk: 'yes or no',
    reason: 'why; kept in the audit log',
    state: 'only those in this state',
    apply: 'do it; without this, only say what would change',
    json: 'as JSON',
  },
  examples: 'Examples:',
  deskOptions: {
    reader: 'the reader, or a part of its name; virtual:<file> for a virtual card',
    terminal: 'the terminal where the card lies, instead of a reader of this machine',
    trace: 'tell every exchange with the card: no data, only lengths and times',
    neither: 'Name the reader with --reader <name>, or the terminal with --terminal <id-or-name>.',
  },
  modes: { managed: 'managed', personal: 'personal' },
  states: { invited: 'invited', active: 'active', withdrawn: 'withdrawn' },
  headings: ['Name', 'State', 'Kind', 'Desk', 'Agency', 'Connection', 'Certificate until', 'Id'],
  yes: 'yes',
  no: 'no',
  none: '-',
  online: 'online',
  lastSeen: (when) => `seen ${when}`,
  never: 'never',
  readers: 'Reader',
  noneFound: 'No such terminals.',
  labels: {
    name: 'Terminal',
    id: 'Id',
    state: 'State',
    mode: 'Kind',
    desk: 'Desk',
    agency: 'Agency',
    connection: 'Connection',
    certificate: 'Certificate until',
  },
  wouldInvite: (mode, name, isDesk) =>
    `A new ${mode} terminal "${name}"${isDesk ? ', an issuing desk' : ''}.`,
  invited: (name, id) => `Terminal  ${id}  ${name}`,
  code: (code, until) => `Code      ${code}  (once, until ${until})`,
  howToEnrol: (code, isDesk) =>
    `Run at the terminal: ecard-agent enrol --issuer <address> --code ${code}` +
    (isDesk ? '\nThen, as an issuing desk: ecard-agent run --desk' : ''),
  wouldWithdraw: (name) => `Terminal "${name}" would be withdrawn for good.`,
  withdrawn: (name) => `Withdrawn: ${name}`,
  alreadyWithdrawn: (name) => `"${name}" was withdrawn already.`,
  wouldRename: (from, to) => `Terminal "${from}" would be called "${to}".`,
  renamed: (to) => `It is called "${to}" from now on.`,
  wouldBeDesk: (name, isDesk) =>
    isDesk
      ? `Officers elsewhere could issue cards at terminal "${name}".`
      : `Nobody elsewhere could issue cards at terminal "${name}" any more.`,
  isDesk: (name, isDesk) =>
    isDesk ? `"${name}" is an issuing desk.` : `"${name}" is no issuing desk any more.`,
  startAsDesk: 'Its agent has to be started as one too: ecard-agent run --desk',
  unchanged: 'It is so already.',
  noSuchAgency: (code) => `No agency has the code ${code}. See: ecard agency list`,
  personalDesk: 'A personal terminal cannot be an issuing desk.',
  dryRun: 'Nothing changed. Add --apply to do it.',
  atTerminal: (name, number) => `Terminal "${name}", number ${number}: the same is shown there.`,
  refusals: {
    'unknown-terminal': ({ named }) =>
      `There is no terminal "${String(named)}". See: ecard terminal list`,
    'several-terminals': ({ named }) =>
      `Several terminals are called "${String(named)}". Give the id: ecard terminal list`,
    'not-enrolled': () => 'This terminal has not enrolled yet: run ecard-agent enrol at it.',
    withdrawn: () => 'This terminal has been withdrawn. Name another one.',
    'not-a-desk': () =>
      'This terminal is no issuing desk. An administrator makes it one: ecard terminal desk <terminal> yes --apply',
    'agent-not-a-desk': () =>
      'The agent of this terminal was not started as an issuing desk. Start it there with: ecard-agent run --desk',
    offline: () => 'This terminal is not connected. Start ecard-agent at it, then try again.',
    'agent-too-old': () =>
      'The agent of this terminal does not answer. Update and restart ecard-agent at it.',
    busy: () =>
      'A sign-in or another officer has this terminal at the moment. Try again in a minute.',
    'not-the-terminal': () =>
      'The answer was not signed by this terminal. Nothing was sent to it; tell the administrator.',
    'message-altered': () =>
      'A message was altered on its way, so the desk was closed. Tell the administrator, then run the same command again.',
    'connection-lost': () =>
      'The connection to the terminal was lost. Run the same command with the same card: it goes on where it stopped.',
    'out-of-time': () =>
      'It took too long, so the terminal let go of the card. Run the same command again.',
    'no-prompt': () =>
      'The terminal has no way to ask for a PIN. Install pinentry there, or start ecard-agent in a terminal window.',
    'not-allowed': () => 'The terminal does not do this with a card for what was asked.',
    'answer-malformed': () => 'The terminal gave an answer that makes no sense. Update its agent.',
    'slip-is-here': () =>
      'A PIN for a slip never travels, so it cannot be set at a terminal. Let the holder choose there: --pin ask',
  },
}
