import type { PeopleWords } from './people-words.ts'

const place = (at: string | null): string => (at === null ? '' : `${at}: `)
const quoted = (found: string | null): string => (found === null ? '' : ` (“${found}”)`)

export const peopleEn: PeopleWords = {
  outcomes: { new: 'new', changed: 'changed', unchanged: 'unchanged', refused: 'refused' },
  line: 'Line',
  counts: (counts) =>
    `${counts.new} new, ${counts.changed} changed, ${counts.unchanged} unchanged, ${counts.refused} refused`,
  unknownColumns: (names) => `Columns left out, because their headers mean nothing here: ${names}`,
  dryRun: 'Nothing changed. Add --apply to do it.',
  dryRunRefused:
    'Nothing changed. With --apply nothing would be: correct the refused rows, or leave them out with --skip-refused.',
  applied: 'Done.',
  nothingToDo: 'There is nothing to do.',
  reportHeader: ['Line', 'Result', 'Number or code', 'Name', 'Details'],
  fields: {
    type: 'holder type',
    nationalNumber: 'national number',
    taxCode: 'tax code',
    displayName: 'name',
    organisationName: 'organisation name',
    organisation: 'organisations',
    email: 'e-mail',
    agency: 'office',
    agencyName: 'office name',
    position: 'position',
    organisationPosition: 'position at organisation',
    code: 'code',
    name: 'name',
    kind: 'kind',
    parent: 'parent office',
  },
  agencyKinds: {
    province: 'Province',
    department: 'Department',
    district: 'District',
    commune: 'Commune',
    office: 'Office',
  },
  holderTypes: { person: 'Person', organisation: 'Organisation' },
  none: 'none',
  states: { active: 'active', inactive: 'inactive' },
  rowFaults: {
    'above-itself': ({ at, found }) =>
      `${place(at)}the office would be above itself${quoted(found)}`,
    'ambiguous-name': ({ at, found }) =>
      `${place(at)}several offices have this name${quoted(found)}; give the code`,
    'broken-cell': ({ at }) => `${place(at)}the cell holds an error value; write the value itself`,
    'code-malformed': ({ at, found }) =>
      `${place(at)}a code has letters, digits, dots and hyphens, no spaces${quoted(found)}`,
    'control-characters': ({ at, found }) =>
      `${place(at)}line breaks or invisible characters${quoted(found)}`,
    'duplicate-in-file': ({ found }) =>
      `the same number or code stands on line ${found ?? '?'} too`,
    'email-malformed': ({ at, found }) => `${place(at)}this is no e-mail address${quoted(found)}`,
    formula: ({ at }) => `${place(at)}a formula; paste it as values`,
    inactive: () => 'the holder has left; use "ecard holder reactivate" first',
    'list-repeats': ({ at, found }) => `${place(at)}an empty or repeated entry${quoted(found)}`,
    'list-uneven': ({ at, found }) =>
      `${place(at)}give one position for each office, separated by semicolons${quoted(found)}`,
    'lost-zeros': ({ at, found }) =>
      `${place(at)}the spreadsheet dropped leading zeros${quoted(found)}; format the column as text`,
    'merged-cells': ({ at }) => `${place(at)}merged cells; unmerge them and fill every cell`,
    'national-number-malformed': ({ at, found }) =>
      `${place(at)}a national number has 12 digits${quoted(found)}`,
    'outside-area': ({ at, found }) =>
      `${place(at)}this lies outside the offices of your role${quoted(found)}`,
    'parent-missing': ({ at, found }) => `${place(at)}there is no office ${found ?? ''}`,
    'parent-refused': ({ at, found }) => `${place(at)}the row of office ${found ?? ''} is refused`,
    'position-without-office': ({ at }) => `${place(at)}a position needs an office`,
    'province-is-root': ({ at }) => `${place(at)}the province stands below nothing`,
    'second-province': ({ found }) => `there is one province, ${found ?? ''}`,
    'tax-code-check-digit': ({ at, found }) =>
      `${place(at)}the check digit of the tax code is wrong${quoted(found)}`,
    'tax-code-malformed': ({ at, found }) =>
      `${place(at)}a tax code has 10 digits, or 10, a hyphen and 3${quoted(found)}`,
    'too-long': ({ at, found }) =>
      `${place(at)}too long for a card and certificate${quoted(found)}`,
    'unknown-agency': ({ at, found }) => `${place(at)}there is no office ${found ?? ''}`,
    'unknown-kind': ({ at, found }) => `${place(at)}an unknown kind${quoted(found)}`,
    'unknown-organisation': ({ at, found }) =>
      `${place(at)}there is no organisation with tax code ${found ?? ''}`,
    'value-missing': ({ at }) => `${place(at)}missing`,
    'wrong-kind': ({ at, found }) =>
      `${place(at)}does not fit the kind of this row${quoted(found)}`,
  },
  fileFaults: {
    'columns-ambiguous': ({ header, column }) =>
      `Column ${column ?? ''} (“${header ?? ''}”) says what another column says already, or its header is merged or computed. Keep one of them.`,
    'columns-missing': ({ columns }) =>
      `The file has no column ${columns ?? ''}. Name the columns so, or say with --mapping which ones they are.`,
    'csv-broken': ({ line }) =>
      `The CSV file cannot be read near line ${line ?? '?'}: a quotation mark is missing or too many.`,
    empty: () => 'The file has no rows.',
    encrypted: () => 'The workbook is protected by a password. Save a copy without one.',
    'entry-too-large': () =>
      'The workbook unpacks to more than any list needs, so it was not unpacked.',
    'file-too-large': ({ limit }) => `The file is larger than ${limit ?? ''} bytes. Split it.`,
    'mapping-column-missing': ({ column }) =>
      `The mapping speaks of the column “${column ?? ''}”, which the file does not have.`,
    'mapping-invalid': ({ fields }) =>
      `The mapping is not a JSON object of headers and fields. The fields are: ${fields ?? ''}.`,
    'not-a-workbook': () => 'The file is neither a CSV file nor an Excel workbook with a sheet.',
    'not-readable': ({ path }) => `The file ${path ?? ''} cannot be read. Check its name.`,
    'not-utf-8': () =>
      'The file is not in UTF-8 (it may be in windows-1258 or an older code). Save it as “CSV UTF-8”.',
    'old-workbook': () => 'The workbook is in the format from before 2007. Save it as .xlsx.',
    'output-exists': ({ path }) => `The file ${path ?? ''} exists already and was left as it is.`,
    'sheet-choice': ({ names }) =>
      `The workbook has several sheets: ${names ?? ''}. Say which one with --sheet.`,
    'sheet-unknown': ({ sheet, names }) =>
      `The file has no sheet “${sheet ?? ''}”. Its sheets: ${names ?? ''}.`,
    'too-many-merges': () => 'The sheet has too many merged cells. Unmerge them.',
    'too-many-rows': ({ limit }) => `The file has more than ${limit ?? ''} rows. Split it.`,
    'utf-16': () => 'The file is in UTF-16 (“Unicode Text”). Save it as “CSV UTF-8”.',
    'workbook-damaged': () => 'The workbook is damaged. Open it in Excel and save it again.',
  },
  cardStates: {
    requested: 'requested',
    issued: 'issued',
    active: 'active',
    suspended: 'suspended',
    revoked: 'revoked',
    expired: 'expired',
    replaced: 'replaced',
  },
  leaves: (name) => `${name} leaves: nobody signs in as this holder any more.`,
  returns: (name) => `${name} is back.`,
  moves: ({ name, from, to }) => `${name}: ${from} -> ${to}`,
  card: ({ uuid, kind, from, to }) => `Card ${uuid} (${kind}): ${from} -> ${to}`,
  cardStays: ({ uuid, kind, state }) =>
    `Card ${uuid} (${kind}) stays ${state}: only a card in use can be suspended. It does not sign in.`,
  noCards: 'There is no card left to end.',
  cardsAsTheyAre:
    'Cards stay as they are. Let each sign in again with "ecard card reinstate", or issue a new one.',
  oldOfficeOnCard:
    'Cards go on naming the office that they were issued for, until they are renewed.',
  nobody: (given) =>
    `There is no holder ${given}. Give the id, the national number or the tax code.`,
  more: (limit) => `Only the first ${limit} are shown. Ask for more with --limit.`,
  exported: (count, path) => `${count} rows written to ${path}.`,
  importRefused: ({ refused }) =>
    `${refused} rows cannot be imported, so none was. Correct them, or leave them out with --skip-refused.`,
}
