import type { PeopleHelpWords } from './people-help-words.ts'

export const peopleHelpEn: PeopleHelpWords = {
  importFile: 'CSV in UTF-8 (comma, semicolon or tab) or an Excel workbook (.xlsx)',
  mapping: 'JSON: the header of a column → the field that it holds',
  sheet: 'which sheet of a workbook that has several',
  skipRefused: 'leave refused rows out; without this, one of them stops the import',
  report: 'write the result of every row to a new CSV or .xlsx file',
  importJson: 'print one JSON document: counts, and every row that is not unchanged',
  rows: 'Rows',
  agency: {
    import: 'bring offices in from a list; those that are known, by their code, are changed',
    importNotes: `
Columns: Mã đơn vị, Tên đơn vị, Loại đơn vị, Đơn vị cấp trên (the code of the office above; empty for
the province). Kinds: Tỉnh; Sở, ban, ngành; Huyện; Xã, phường; Đơn vị. No office is ever removed.
A file with refused rows changes nothing, unless --skip-refused leaves them out. Exit status 1 when
rows are refused and not left out.

Example:
  ecard agency import don-vi.xlsx
  ecard agency import don-vi.csv --mapping cot.json --report ket-qua.csv --apply`,
    list: 'list all offices, each below the one that it belongs to',
    export: 'write all offices as a list that can be imported again',
  },
  holder: {
    import: 'bring persons and organisations in from a list; known ones are changed',
    importNotes: `
Persons are known by Số định danh cá nhân (Số CCCD), organisations by Mã số thuế. Other columns: Họ và
tên, Tên tổ chức, Thư điện tử, Mã đơn vị or Tên đơn vị, Chức vụ, Loại chủ thẻ. In a person's row Mã số
thuế names the organisation that the person acts for, and Chức vụ tại tổ chức what as. Several offices
stand in one cell, separated by semicolons, and their positions too.
An empty cell leaves what the registry has; a hyphen (-) empties it. Offices named in a row replace the
ones that the person had. Nobody is removed: see "ecard holder deactivate".
A file with refused rows changes nothing, unless --skip-refused leaves them out. Exit status 1 when
rows are refused and not left out. An import that was cut off is finished by running it again.
Whoever has a role for some offices only brings in and changes the people of those.

Example:
  ecard holder import can-bo.xlsx
  ecard holder import can-bo.csv --mapping cot.json --report ket-qua.csv --apply`,
    list: 'list holders by name',
    show: 'show a holder with offices and cards',
    export: 'write holders as a list that imports unchanged',
    exportNotes: `
Cells that a spreadsheet would run (they begin with = + - @) get an apostrophe in front, which imports
take away again. Excel drops leading zeros of CSV files that it opens: use .xlsx there.

Example:
  ecard holder export --agency MH-SNV --out can-bo.xlsx`,
    deactivate: 'a person leaves, an organisation closes; sessions end at once',
    reactivate: 'the holder is back; cards stay as they are',
    move: 'give a person another office, another position or both',
  },
  out: 'a new CSV or .xlsx file; without this, CSV on standard output',
  holderArgument: 'id, national number or tax code',
  reason: 'why; kept in the audit log',
  cards: 'suspend: may come back; revoke: for good',
  to: 'the office from now on',
  from: 'the office that is left, for a person with several',
  position: 'what the person is there; without this, as before',
  inAgency: 'only persons of this office and those below it',
  type: 'only these',
  all: 'with those who have left',
  search: 'part of the name, or the beginning of the number',
  limit: 'at most so many',
}
