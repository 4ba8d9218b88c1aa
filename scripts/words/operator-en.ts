import type { Denial } from '../../src/operators/operator-refused.ts'
import type { OperatorRole } from '../../src/operators/operator.ts'
import type { OperatorWords } from './operator-words.ts'

const roles: Readonly<Record<OperatorRole, string>> = {
  administrator: 'administrator',
  'issuing-officer': 'issuing officer',
  'help-desk': 'help desk',
  auditor: 'auditor',
}

const actions: OperatorWords['actions'] = {
  'agency.change': 'changing offices',
  'audit.checkpoint': 'signing the audit log',
  'authority.change': 'changing certification authorities',
  'batch.approve': 'approving a batch',
  'batch.prepare': 'preparing a batch',
  'card.issue': 'issuing a card',
  'card.read-out-puk': 'reading out an unblock code',
  'card.reinstate': 'reinstating a card',
  'card.renew': 'renewing a card',
  'card.reset': 'making a card blank',
  'card.revoke': 'revoking a card',
  'card.suspend': 'suspending a card',
  'card.unblock': 'unblocking a PIN',
  'certificate.change': 'changing certificates',
  'client.change': 'changing applications',
  'crl.publish': 'publishing revocation lists',
  'holder.change': 'changing holders',
  'holder.export': 'exporting holders',
  'operator.change': 'granting or taking away roles',
  'pass.issue': 'giving out a temporary pass',
  'pass.withdraw': 'withdrawing a temporary pass',
  'passkey.change': 'changing which passkeys are taken',
  'passkey.revoke': 'revoking a passkey',
  'terminal.change': 'changing terminals',
}

const what = ({ action }: Denial): string => (action === null ? 'this' : actions[action])
const needed = ({ rolesNeeded }: Denial): string =>
  rolesNeeded.map((role) => roles[role]).join(' or ')

export const operatorEn: OperatorWords = {
  roles,
  actions,
  place: (code) => code ?? 'whole province',
  help: {
    operator: 'who may administer what',
    bootstrap: 'appoint the first administrator, of the whole province; works once',
    bootstrapNotes: `
The holder needs a civil-servant card, to sign in with. From then on every changing command asks for
an operator who is signed in. Appoint a second administrator soon: nobody can replace the card of the
only one.

Example:
  ecard operator bootstrap --holder 000085000101 --apply`,
    recover: 'appoint an administrator where none is left who can sign in',
    recoverNotes: `
For when the cards of all administrators of the whole province are lost, expired or suspended. It
works on the machine with the keys of the certification authorities alone, and is kept in the audit
log, also where it is refused. With --reader or --terminal the person gets a civil-servant card at
once: as the administrator does whose only card is lost.

Examples:
  ecard operator recover --holder 000085000101 --reason "QĐ 12/2026" --apply
  ecard operator recover --holder 000085000101 --lost 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071 \\
    --reader ACR1252 --reason "lost on 21/11" --apply`,
    lost: 'card of an administrator that is gone; it is revoked',
    grant: 'give a person a role in an office and all below it',
    grantNotes: `
Nobody grants a role to themselves. Without --agency the role is for the whole province.

Example:
  ecard operator grant --holder 000085000101 --role issuing-officer --agency MH-SNV \\
    --reason "QĐ 12/2026" --apply`,
    revoke: 'take a role away; with the last one the person is signed out',
    revokeNotes: `
Example:
  ecard operator revoke --holder 000085000101 --role issuing-officer --agency MH-SNV \\
    --reason "moved" --apply`,
    list: 'list who has which role where',
    listNotes: '\nExample:\n  ecard operator list --all',
    login: 'sign in with your own card and its PIN',
    loginNotes: `
The session ends after 15 minutes without a command, after 8 hours, at "ecard logout", and at once when
the card, the holder or the last role ends. It is kept in ECARD_STATE_DIR, by default
~/.local/state/ecard, for your eyes only. At a terminal the PIN is typed there; any terminal will do,
and its prompt says that an operator signs in.

Example:
  ecard login --reader ACR1252
  ecard login --terminal "Quầy số 1"`,
    logout: 'sign out on this computer',
    logoutNotes: '\nExample:\n  ecard logout',
    whoami: 'show who is signed in, with which roles and until when',
    whoamiNotes: '\nExample:\n  ecard whoami --json',
    holder: 'id or national number',
    role: 'which role',
    agency: 'code of the office; without this, the whole province',
    reason: 'why; kept with the grant and in the audit log',
    all: 'with those that have ended',
    json: 'as JSON',
    apply: 'do it; without this, only say what would change',
  },
  noOperatorYet:
    'No operator is appointed yet, so anyone who reaches this registry may change it: for evaluation only. See: ecard operator bootstrap --help',
  bootstrapDone:
    'The first administrator has been appointed already. An administrator grants roles: ecard operator grant --help',
  signInRequired: 'Nobody is signed in here. Sign in with your card: ecard login --reader NAME',
  denials: {
    'no-role': () =>
      'You have no role. An administrator can grant you one: ecard operator grant --help',
    role: (denial) => `You may not do this: ${what(denial)} needs the role ${needed(denial)}.`,
    scope: (denial) =>
      `This lies outside the offices of your role. For ${what(denial)} ask somebody who is ${needed(denial)} there, or for the whole province.`,
    oneself: (denial) => `Nobody does this for themselves: ${what(denial)}. Ask another operator.`,
  },
  grantRefusals: {
    'administrator-left':
      'An administrator of the whole province has a good card and can do this. If the card is gone, say so: --lost CARD. See: ecard operator list, ecard card list',
    'before-bootstrap':
      'No operator is appointed yet. Appoint the first administrator: ecard operator bootstrap --help',
    'granted-already': 'The person has this role there already.',
    'holder-inactive': 'The holder has left. Bring them back first: ecard holder reactivate',
    'holder-without-card':
      'The holder has no civil-servant card to sign in with. Issue one first: ecard card issue --kind civil-servant',
    'keystore-not-ours':
      'The keystore here has no key of a certification authority of this registry. Run this on the machine that has them.',
    'last-administrator':
      'This is the last administrator of the whole province. Appoint another one first.',
    'not-a-person': 'An organisation cannot be an operator. Name a person.',
    'not-an-administrators-card': 'This is no good card of an administrator of the whole province.',
    'not-granted': 'The person does not have this role there. See: ecard operator list',
    'to-oneself': 'Nobody grants a role to themselves. Ask another administrator.',
  },
  cardRefusals: {
    'card-kind-not-admitted': 'Operators sign in with a civil-servant card.',
    'challenge-used': 'This sign-in has been used already. Run the command again.',
    'challenge-unknown': 'This sign-in is no longer valid. Run the command again.',
    'challenge-expired': 'Timed out. Run the command again.',
  },
  wouldBootstrap: (name) => `${name} would become the first administrator, of the whole province.`,
  bootstrapped: (name) => `${name} is the first administrator. Sign in: ecard login --reader NAME`,
  wouldRecover: (name) => `${name} would be administrator, of the whole province.`,
  wouldEndLost: (uuid) => `Card ${uuid} would be revoked as lost, with its certificates.`,
  wouldIssue: (desk) => `A civil-servant card would be issued to them at ${desk}.`,
  recovered: (name) =>
    `${name} is administrator, of the whole province. Sign in: ecard login --reader NAME`,
  issueAgain: 'The card is not issued yet. Run the same command again, without --lost.',
  wouldGrant: ({ name, role, place }) => `${name} would become ${role} (${place}).`,
  granted: ({ name, role, place }) => `${name} is ${role} (${place}).`,
  wouldRevoke: ({ name, role, place }) => `${name} would no longer be ${role} (${place}).`,
  revoked: ({ name, role, place }) => `${name} is no longer ${role} (${place}).`,
  headings: ['Holder', 'Role', 'Where', 'Since', 'Granted by', 'Reason'],
  endedAt: (date) => `until ${date}`,
  nobody: 'No operator is appointed yet. See: ecard operator bootstrap --help',
  noSuchAgency: (code) => `There is no office ${code}. See: ecard agency list`,
  signedIn: (name, held) => `Signed in: ${name} (${held}).`,
  sessionEnds: (time) => `Ends at ${time} unless used before.`,
  signedOut: 'Signed out.',
  notSignedIn: 'Nobody was signed in.',
  card: (uuid) => `Card ${uuid}`,
  folderUnusable: (path) =>
    `The folder ${path} cannot be used. Make it writable, or name another: ECARD_STATE_DIR`,
  fileReadable: (path) => `Others can read ${path}. Run: chmod 600 '${path}'`,
  dryRun: 'Nothing changed. Add --apply to do it.',
}
