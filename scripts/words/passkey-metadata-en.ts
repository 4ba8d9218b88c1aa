import type { PasskeyMetadataWords } from './passkey-metadata-words.ts'

export const passkeyMetadataEn: PasskeyMetadataWords = {
  verb: 'check what is known of models of devices (FIDO metadata), and take it over',
  options: {
    file: 'the signed file of the FIDO Alliance (blob.jwt), or its payload as JSON',
    root: 'certificate that its signer has to lead to (PEM or DER); without it nothing is proven',
    signer: 'host that the signer’s certificate has to name',
    older: 'take it although the one in place is newer',
  },
  notes: `
Nothing is fetched: download the file where there is a network, such as from mds3.fidoalliance.org,
and the root certificate from its own publisher. It is written to where ECARD_PASSKEY_METADATA
points; a running service reads it when it next starts.

Examples:
  ecard passkey metadata blob.jwt --root root-r3.crt
  ecard passkey metadata blob.jwt --root root-r3.crt --apply`,
  knows: ({ no, models, nextUpdate }) =>
    `Metadata no. ${no} of ${models} models; the next one is due on ${nextUpdate}.`,
  overdue: '! A newer one should have come out by now. Download it if you can.',
  origins: {
    proven: (signer) => `✓ Signed by ${signer}, proven by the root.`,
    unproven: (signer) =>
      `! The origin is not proven: it is signed by ${signer}, and anybody can name themselves so. Add --root.`,
    unsigned: () =>
      '! The origin is not proven: this is bare payload. Take the signed file and --root.',
  },
  replaces: (no) => `In place now: no. ${no}.`,
  headings: ['Model', 'Passkeys', 'AAGUID', 'Description'],
  standings: {
    vouched: '✓ known',
    withdrawn: '✗ compromised',
    unknown: '! not known',
    unsaid: '- does not say',
  },
  none: 'No passkey is in use yet.',
  revokeThose: '✗ Passkeys on compromised models go on working: see ecard passkey revoke --help.',
  goesTo: (file) => `Goes to ${file}.`,
  noPlace:
    'The service reads no metadata that this command knows of. Set ECARD_PASSKEY_METADATA to an absolute path, for the service and here.',
  done: 'Written. A running service reads it when it next starts.',
  tooLarge: (path) => `The file ${path} is larger than 100 MB: this is no metadata.`,
  unreadable: (path) => `The file ${path} cannot be read.`,
  noCertificate: (path) => `There is no certificate in ${path}.`,
  refusals: {
    'not-metadata': () =>
      'This is not FIDO metadata (version 3). Download the file again, as it is: blob.jwt.',
    'not-signed': () => 'This file is not signed, so --root proves nothing. Take blob.jwt.',
    'signature-wrong': () =>
      'The signature is wrong: the file was changed or damaged. Download it again.',
    'root-wrong': ({ signer }) =>
      `The signer, ${String(signer)}, does not lead to that root, or a certificate is not in its time. Check --root, and download the file again.`,
    'signer-wrong': ({ signer }) =>
      `The root has vouched for somebody else: ${String(signer)}. Do not use this file.`,
    older: ({ no, replacedNo }) =>
      `No. ${String(replacedNo)} is in place, and this is no. ${String(no)}: what has become known since would be forgotten. If you mean it: --older.`,
  },
}
