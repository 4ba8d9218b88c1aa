import type { PasskeyCommandWords } from './passkey-words.ts'

export const passkeyEn: PasskeyCommandWords = {
  verbs: {
    list: 'list the passkeys of a holder, newest first',
    revoke: 'take passkeys out of use for good; the sessions that they opened end at once',
  },
  options: {
    holder: 'national number, tax code or id of the holder',
    all: 'also those that have been removed or revoked',
    id: 'id of the passkey, as “ecard passkey list” shows it',
    allOf: 'all passkeys of this holder, instead of one by its id',
    reason: 'why; kept with the passkey and in the audit log',
  },
  listNotes: `
Examples:
  ecard passkey list 000085000101
  ecard passkey list 000085000101 --all --json`,
  revokeNotes: `
Without --apply this only says what would change.

Examples:
  ecard passkey revoke 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071 --reason "telephone stolen"
  ecard passkey revoke --holder 000085000101 --reason "telephone and key stolen" --apply`,
  headings: ['Id', 'Name', 'State', 'Where it is kept', 'Created', 'Last used'],
  states: { active: 'in use', flagged: 'out of use: may have a copy', revoked: 'revoked' },
  synced: 'synced between devices',
  bound: 'on one device',
  never: 'never',
  none: (name) => `${name} has no passkey.`,
  revoking: ({ name, holder }) => `Passkey “${name}” of ${holder}: revoked`,
  sessionsEnd: 'Sessions that they opened end, and every application is told.',
  revoked: (count) => `${count} revoked.`,
  notThere: (id) => `There is no passkey ${id} to revoke. See: ecard passkey list.`,
  oneOrAll: 'Name one passkey by its id, or all of a holder with --holder.',
  badReason: 'Give a reason, of 500 characters at most.',
}
