import type { Facts } from '../../src/errors.ts'
import type { BatchWords } from './batch-words.ts'

const text = (facts: Facts, name: string): string => String(facts[name] ?? '?')
const signature = (facts: Facts): string =>
  facts['signer'] === undefined
    ? `Signature ${text(facts, 'signature')}`
    : `The signature of ${text(facts, 'signer')}`

export const batchEn: BatchWords = {
  refusals: {
    'already-loaded': (facts) =>
      `This batch (${text(facts, 'batchId')}) is in the queue already. See: ecard batch show`,
    'approval-missing': (facts) =>
      `${text(facts, 'requests')} cards need the approval of a second person (above ${text(facts, 'fourEyesAbove')}): ecard batch approve`,
    cancelled: () => 'The batch was cancelled. Prepare a new one.',
    'file-too-large': () => 'The file is larger than any batch. Split the list.',
    'lease-lost': () => 'Another desk has taken this request over. The card was left as it is.',
    malformed: (facts) =>
      `This is not a batch file, or it was damaged or altered (${text(facts, 'part')}). Prepare it anew.`,
    'not-readable': (facts) => `The file ${text(facts, 'path')} cannot be read. Check its name.`,
    'nothing-to-retry': () => 'No request of this batch has failed.',
    'own-card': (facts) =>
      `${text(facts, 'signer')} has a card in this batch and cannot be the last to sign. Somebody else has to approve.`,
    'rows-refused': () =>
      'Some requests cannot be carried out by now. Correct the list and prepare the batch anew.',
    'same-signer': (facts) =>
      `${text(facts, 'signer')} has signed already. A second signature is a second person's.`,
    'signature-invalid': (facts) =>
      `${signature(facts)} does not fit: the file was altered after it was signed. Prepare it anew.`,
    'signed-already': () =>
      'The preparer has signed already. A second person signs with: ecard batch approve',
    'signer-not-allowed': (facts) =>
      `${text(facts, 'signer')} may not sign this batch: the role is missing, or ${text(facts, 'requests')} requests lie outside of the signer's agencies.`,
    'signer-unknown': (facts) =>
      `${signature(facts)} is not by a card of ours that is active (${text(facts, 'fault')}).`,
    'too-many-requests': (facts) =>
      `A batch has at most ${text(facts, 'limit')} requests. Split the list.`,
    unsigned: () => 'The preparer has not signed yet: ecard batch sign',
  },
  rowFaults: {
    'already-has-card': (found) =>
      `the holder has such a card already (${found}); name it in the column “Replaces”`,
    'already-queued': () => 'the holder waits for such a card in another batch',
    'broken-cell': (at) => `${at}: the cell holds an error value`,
    'card-of-another': (found) => `card ${found} is another holder's or of another kind`,
    'card-unknown': (found) => `there is no card ${found}`,
    'duplicate-in-file': () => 'the same holder and kind stand in the list twice',
    formula: (at) => `${at}: a formula; paste it as values`,
    'holder-inactive': () => 'the holder is inactive; reactivate the holder first',
    'holder-unknown': (found) => `nobody has the number ${found}; import the holder first`,
    'kind-mismatch': (found) => `the holder cannot have a card of the kind ${found}`,
    'kind-unknown': (found) =>
      `an unknown card kind (“${found}”): civil-servant, citizen or enterprise`,
    'lost-zeros': (at) => `${at}: the spreadsheet dropped leading zeros; format the column as text`,
    'merged-cells': (at) => `${at}: merged cells; unmerge them and fill every cell`,
    'not-in-your-agency': () => 'the holder does not belong to your agencies',
    'photo-missing': (found) => `there is no photograph ${found}`,
    'photo-not-an-image': (found) => `${found} is neither JPEG nor PNG`,
    'photo-too-large': (found) => `PHOTO_TOO_LARGE: ${found} is larger than 5 MB`,
    'pin-unknown': (found) => `“${found}” is no way to a PIN: ask or slip`,
    'two-numbers': () => 'give a national number or a tax code, not both',
    'value-missing': (found) => `${found} is missing`,
  },
  states: {
    waiting: 'waiting',
    running: 'at a desk',
    issued: 'issued',
    failed: 'failed',
    cancelled: 'cancelled',
  },
  parts: { prepare: 'prepared', approve: 'approved' },
  pins: { ask: 'chosen at the desk', slip: 'PIN slip' },
  help: {
    batch: 'cards by the hundred: prepare, sign, approve, and make them at one or more desks',
    prepare: 'check a list of cards to be made and write it as a batch file to be signed',
    prepareNotes: `
Columns: Số định danh cá nhân or Mã số thuế (whose card), Loại thẻ (civil-servant, citizen, enterprise);
as needed Mã PIN (ask or slip; empty: slip), Thay thẻ số (the card replaced), Ảnh (file name). Without
--out the list is only checked. Exit status 1 when rows are refused and not left out.

Example:
  ecard batch prepare cards.xlsx --photos photos/ --out batch.json`,
    sign: 'sign a batch file as the one who prepared it, with your card and PIN',
    approve: 'sign a batch file as the second person, with your card and PIN',
    signNotes: (verb) => `
Example:
  ecard batch ${verb} batch.json --reader ACR1252 --apply`,
    load: 'put a signed batch file into the queue',
    run: 'make the cards of a batch at the desks named, one after the other',
    runNotes: `
Ctrl+C stops after the card in hand; the same command goes on where it stopped, here or elsewhere.
--reader may be given several times. virtual:FOLDER makes virtual cards in that folder.

Example:
  ecard batch run 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071 --reader ACR1252 --pin-slips /media/slips --apply`,
    list: 'list the batches in the queue',
    show: 'show a batch: who signed it, and each request',
    retry: 'put requests that failed back into the queue',
    cancel: 'take what is still waiting out of the queue',
    report: 'write the result of every request to a new CSV or .xlsx file',
    print: 'write the faces of the cards issued so far as one PDF',
    example: (line) => `\nExample:\n  ${line}`,
    options: {
      list: 'the list, CSV in UTF-8 or an Excel workbook (.xlsx)',
      batchFile: 'the batch file that ecard batch prepare wrote',
      batchId: 'which batch: see ecard batch list',
      out: 'the batch file to write; without this, only check',
      photos: 'the folder of the photographs; default: that of the list',
      sheet: 'which sheet of a workbook that has several',
      skipRefused: 'leave refused rows out; without this, one of them stops it',
      readers: 'a reader that is a desk of this run, or virtual:FOLDER; may be repeated',
      terminals: 'a terminal that is a desk of this run; may be repeated',
      slips: 'the folder for PIN slips',
      item: 'one request by its number; without this, all that failed',
      reason: 'why; kept in the audit log',
      reportOut: 'a new CSV or .xlsx file',
      facesOut: 'a new PDF file',
      photoFolder: 'the folder of the photographs that were signed for',
    },
  },
  line: 'Line',
  rowCounts: (good, refused) => `${good} cards to make, ${refused} rows refused`,
  prepared: ({ id, requests, path }) =>
    `Batch ${id} of ${requests} cards is in ${path}. Next: ecard batch sign ${path}`,
  nothingWritten: 'Nothing was written. Add --out <file> to write the batch file.',
  refusedStop:
    'Nothing was written: correct the refused rows, or leave them out with --skip-refused.',
  contents: ({ id, requests, created }) => `Batch ${id}: ${requests} cards, prepared ${created}`,
  signedBy: ({ name, part, at }) => `  ${part} by ${name}, ${at}`,
  notSigned: '  not signed yet',
  wouldSign: 'Your card would sign this file.',
  signed: (name, path) => `${name} has signed ${path}.`,
  needsApproval: (limit) =>
    `More than ${limit} cards: a second person has to approve, with ecard batch approve.`,
  wouldLoad: (requests) => `${requests} requests would go into the queue.`,
  loaded: (id, requests) => `${requests} requests are in the queue. Next: ecard batch run ${id}`,
  wouldRun: (waiting, desks) => `${waiting} cards would be made at ${desks}.`,
  dryRun: 'Nothing changed. Add --apply to do it.',
  label: 'Cards',
  insertCard: ({ number, name, kind, desk }) =>
    `[${desk}] Insert the next blank card: no. ${number}, ${name} (${kind})`,
  takeAway: (desk) => `[${desk}] Take the card away.`,
  tryAnother: (why) => `${why} Take it away and insert another card.`,
  itemIssued: ({ number, name, cardUuid }) => `no. ${number}  ${name}  card ${cardUuid}`,
  itemFailed: ({ number, name, why }) => `no. ${number}  ${name}  FAILED: ${why}`,
  retryWith: (id, number) => `  Again: ecard batch retry ${id} --item ${number} --apply`,
  itemLeft: (number) => `no. ${number} was left to another desk.`,
  stopping: 'Stopping after the card in hand.',
  deskStopped: (desk, why) => `[${desk}] stopped: ${why}`,
  ran: (counts) =>
    `${counts.issued} issued, ${counts.failed} failed, ${counts.waiting} waiting, ${counts.running} at desks, ${counts.cancelled} cancelled`,
  goOnWith: (id) => `Go on with: ecard batch run ${id} --reader <name> --apply`,
  slipsNeedFolder: 'The batch has PIN slips: say with --pin-slips <folder> where they go.',
  oneSlipDesk:
    'Several desks cannot ask for PINs on one keyboard. Run the command once for each reader.',
  noReader: 'Name at least one reader or terminal: --reader <name>, --terminal <name>',
  listHeadings: ['Batch', 'Loaded', 'Cards', 'Issued', 'State'],
  itemHeadings: ['No.', 'Holder', 'Kind', 'PIN', 'State', 'Card or reason'],
  reportHeadings: [
    'No.',
    'Holder',
    'Number',
    'Kind',
    'State',
    'Card',
    'Reason',
    'Desk',
    'Attempts',
    'Ended',
  ],
  none: 'There are no batches.',
  cancelledAt: (at, reason) => `Cancelled   ${at}: ${reason}`,
  approvedBy: (name) => `Approved    ${name}`,
  preparedBy: (name) => `Prepared    ${name}`,
  wouldCancel: (waiting) => `${waiting} requests would leave the queue.`,
  cancelled: (count) => `${count} requests have left the queue.`,
  wouldRetry: (failed) => `${failed} requests would go back into the queue.`,
  retried: (numbers) => `Back in the queue: no. ${numbers}`,
  reported: (rows, path) => `${rows} rows written to ${path}.`,
  exists: (path) => `The file ${path} exists already and was left as it is. Name another.`,
  nothingIssued: 'No card of this batch is issued yet.',
  noSuchBatch: (id) => `There is no batch ${id}. See: ecard batch list`,
}
