import type { CertificateWords } from './certificate-words.ts'

export const certificateEn: CertificateWords = {
  commands: {
    list: 'list certificates, newest first',
    find: 'find certificates by whatever you have',
    expiring: 'list active ones that end soon, soonest first',
    show: 'show one certificate, as PEM too',
    export: 'write certificates as CSV or PEM',
    revoke: 'end a certificate for good; nobody signs in with it from then on',
    hold: 'stop a certificate until it is released (certificateHold)',
    release: 'let a held certificate count again',
    issueServer: 'certify the TLS key of an inner server from its PKCS #10 request',
  },
  options: {
    authority: 'only what this authority issued',
    card: 'only of this card',
    holder: 'only of this holder’s cards',
    terminal: 'only of this terminal',
    service: 'only of this server, or ocsp',
    status: 'only these',
    limit: 'at most so many',
    findText:
      'serial number, SHA-256 fingerprint, UUID of a card, holder or terminal, national number, tax code or server name',
    days: 'from now',
    certificate: 'serial number or SHA-256 fingerprint',
    whichAuthority: 'where two authorities have used the serial number',
    expiring: 'only active ones that end within so many days',
    format: 'a table, or the certificates themselves',
    outOrStandard: 'a new file; without this, standard output',
    note: 'why, in words; kept in the audit log',
    reason: 'why, for OCSP and the revocation list',
    csr: 'the request, PEM or DER; only its key is taken',
    dns: 'the names of the server, the first one its own',
    out: 'a new file for certificate and issuer, PEM',
  },
  exportNotes: `
Prepared rows have no certificate yet and are in the table alone. Cells that a spreadsheet would run
(they begin with = + - @) get an apostrophe in front. --json writes one object a line.
`,
  issueServerNotes: `
Names lie below the dnsDomains of certs/tls-server.json. A certificate that is in use under the same
first name is superseded.
`,
  none: 'None.',
  headings: ['serial number', 'authority', 'status', 'ends', 'for', 'holder'],
  statuses: {
    prepared: 'prepared',
    active: 'active',
    suspended: 'suspended',
    revoked: 'revoked',
    superseded: 'superseded',
  },
  ofCard: (slot, cardUuid) => `${slot} of card ${cardUuid}`,
  ofTerminal: (terminalId) => `terminal ${terminalId}`,
  labels: {
    serialNumber: 'Serial number',
    authority: 'Authority',
    subject: 'Subject',
    for: 'For',
    holder: 'Holder',
    status: 'Status',
    reason: 'Reason',
    valid: 'Valid',
    key: 'Key',
    names: 'Names',
  },
  labelWidth: 15,
  since: (status, time) => `${status} since ${time}`,
  fromTo: (from, to) => `${from} to ${to}`,
  until: (time) => `until ${time}`,
  neverSigned: 'never signed',
  exported: (count, path) => `${count} certificates, written to ${path}`,
  cannotBeMade: (path) => `${path} cannot be made: is it there already?`,
  one: (serialNumber, authority, bearer) =>
    `Certificate ${serialNumber} of ${authority}, for ${bearer}`,
  notPossible: 'This is not possible.',
  done: 'Done.',
  nothingSigned: 'Nothing was signed. Add --apply to do it.',
  written: (serialNumber, path) => `Serial number ${serialNumber}, written to ${path}`,
}
