import type { EcardWords } from './ecard-words.ts'

export const ecardEn: EcardWords = {
  description: 'Administers the sign-in service: people, cards, terminals, authorities.',
  debugOption: 'where something unexpected fails, show where in the program',
  notes: `
Commands that change something only say what they would do. --apply does it; on a terminal a typed
“yes” does too.
The registry is the one of DATABASE_URL or, without it, of the service that runs on ECARD_DATA_DIR.
Where no service runs there, as on the machine of an offline root, ca, crl and doctor open it
themselves. ECARD_LANG=vi or en chooses the language.

Exit status: 0 done or shown, 1 refused or failed, 2 wrong usage, 130 interrupted (Ctrl+C).

Examples:
  ecard doctor
  ecard holder import holders.xlsx
  ecard card show 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071`,
  nouns: {
    agency: 'offices of the province',
    holder: 'persons and organisations that cards stand for',
    card: 'cards: issue, read, suspend, revoke and all that happens to them',
    batch: 'issue many cards, one after the other',
    pass: 'temporary passes for people without their card',
    print: 'write card faces as PDF files',
    passkey: 'passkeys of holders',
    terminal: 'machines with card readers',
    client: 'applications that people sign in to',
    operator: 'who may use this command, and for what',
    login: 'say who is at this command, with card and PIN',
    logout: 'leave this command to somebody else',
    whoami: 'who is at this command, with which roles and until when',
    certificate: 'certificates of cards, terminals and servers',
    ca: 'certification authorities and the key ceremony',
    crl: 'revocation lists',
    audit: 'what happened, and proof that nobody changed it',
    doctor: 'look at everything that the service rests on; status 1 when something is red',
    complete: 'print what lets a shell complete this command with the Tab key',
  },
  completeShell: 'which shell: bash, zsh, fish or powershell',
  completeNotes: `
Examples:
  source <(ecard complete bash)
  ecard complete fish > ~/.config/fish/completions/ecard.fish`,
  example: 'Example:',
  examples: 'Examples:',
  applyOption: 'do it; without this, only say what would change',
  jsonOption: 'print one JSON document',
  jsonLinesOption: 'print one JSON object a line',
  byOption: 'who does it; in the audit log',
  numberFrom: (min, max) => `A number from ${min} to ${max}.`,
  aUuid: 'A UUID, such as 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071.',
  dryRun: 'Nothing changed. Add --apply to do it.',
  goOn: 'Do it? Type yes to go on: ',
  notYes: 'That was not a yes.',
  details: (message) => `  ${message}`,
  internalError: (name) =>
    `Something that nobody expected went wrong (${name}). Look at what stands as it was with “ecard doctor”.`,
  moreWithDebug: 'Run the same command with --debug to see where, and tell those who maintain it.',
  stopping: 'Stopping … (Ctrl+C again ends at once)',
  interrupted:
    'Interrupted. What was finished until then stays; what was under way was not written. Show it before you run the command again.',
}
