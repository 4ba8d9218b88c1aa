import type { PeopleWords } from './people-words.ts'

const place = (at: string | null): string => (at === null ? '' : `${at}: `)
const quoted = (found: string | null): string => (found === null ? '' : ` (“${found}”)`)

export const peopleVi: PeopleWords = {
  outcomes: { new: 'mới', changed: 'thay đổi', unchanged: 'không đổi', refused: 'bị từ chối' },
  line: 'Dòng',
  counts: (counts) =>
    `${counts.new} mới, ${counts.changed} thay đổi, ${counts.unchanged} không đổi, ${counts.refused} bị từ chối`,
  unknownColumns: (names) => `Các cột bị bỏ qua vì không rõ tiêu đề: ${names}`,
  dryRun: 'Chưa có gì thay đổi. Thêm --apply để thực hiện.',
  dryRunRefused:
    'Chưa có gì thay đổi. Với --apply cũng sẽ không nhập: hãy sửa các dòng bị từ chối, hoặc bỏ qua chúng bằng --skip-refused.',
  applied: 'Đã thực hiện.',
  nothingToDo: 'Không có gì cần làm.',
  reportHeader: ['Dòng', 'Kết quả', 'Số hoặc mã', 'Tên', 'Chi tiết'],
  fields: {
    type: 'loại chủ thẻ',
    nationalNumber: 'số định danh cá nhân',
    taxCode: 'mã số thuế',
    displayName: 'họ và tên',
    organisationName: 'tên tổ chức',
    organisation: 'tổ chức',
    email: 'thư điện tử',
    agency: 'đơn vị',
    agencyName: 'tên đơn vị',
    position: 'chức vụ',
    organisationPosition: 'chức vụ tại tổ chức',
    code: 'mã',
    name: 'tên',
    kind: 'loại',
    parent: 'đơn vị cấp trên',
  },
  agencyKinds: {
    province: 'Tỉnh',
    department: 'Sở, ban, ngành',
    district: 'Huyện',
    commune: 'Xã, phường',
    office: 'Đơn vị',
  },
  holderTypes: { person: 'Cá nhân', organisation: 'Tổ chức' },
  none: 'không có',
  states: { active: 'đang hoạt động', inactive: 'đã nghỉ' },
  rowFaults: {
    'above-itself': ({ at, found }) =>
      `${place(at)}đơn vị trở thành cấp trên của chính nó${quoted(found)}`,
    'ambiguous-name': ({ at, found }) =>
      `${place(at)}nhiều đơn vị cùng tên này${quoted(found)}; hãy ghi mã đơn vị`,
    'broken-cell': ({ at }) => `${place(at)}ô chứa giá trị lỗi; hãy ghi chính giá trị đó`,
    'code-malformed': ({ at, found }) =>
      `${place(at)}mã chỉ gồm chữ, số, dấu chấm và gạch nối, không có dấu cách${quoted(found)}`,
    'control-characters': ({ at, found }) =>
      `${place(at)}có ký tự xuống dòng hoặc ký tự ẩn${quoted(found)}`,
    'duplicate-in-file': ({ found }) => `trùng số hoặc mã với dòng ${found ?? '?'}`,
    'email-malformed': ({ at, found }) =>
      `${place(at)}không phải địa chỉ thư điện tử${quoted(found)}`,
    formula: ({ at }) => `${place(at)}ô chứa công thức; hãy dán dưới dạng giá trị`,
    inactive: () => 'chủ thẻ đã nghỉ; trước hết hãy dùng "ecard holder reactivate"',
    'list-repeats': ({ at, found }) => `${place(at)}có mục trống hoặc lặp lại${quoted(found)}`,
    'list-uneven': ({ at, found }) =>
      `${place(at)}mỗi đơn vị ghi một chức vụ, cách nhau bằng dấu chấm phẩy${quoted(found)}`,
    'lost-zeros': ({ at, found }) =>
      `${place(at)}bảng tính đã làm mất các số 0 ở đầu${quoted(found)}; hãy định dạng cột là văn bản`,
    'merged-cells': ({ at }) => `${place(at)}ô bị gộp; hãy bỏ gộp và điền đủ từng ô`,
    'national-number-malformed': ({ at, found }) =>
      `${place(at)}số định danh cá nhân gồm 12 chữ số${quoted(found)}`,
    'outside-area': ({ at, found }) =>
      `${place(at)}nằm ngoài các cơ quan thuộc vai trò của bạn${quoted(found)}`,
    'parent-missing': ({ at, found }) => `${place(at)}không có đơn vị ${found ?? ''}`,
    'parent-refused': ({ at, found }) => `${place(at)}dòng của đơn vị ${found ?? ''} bị từ chối`,
    'position-without-office': ({ at }) => `${place(at)}có chức vụ thì phải có đơn vị`,
    'province-is-root': ({ at }) => `${place(at)}tỉnh không có đơn vị cấp trên`,
    'second-province': ({ found }) => `chỉ có một tỉnh, ${found ?? ''}`,
    'tax-code-check-digit': ({ at, found }) =>
      `${place(at)}chữ số kiểm tra của mã số thuế không đúng${quoted(found)}`,
    'tax-code-malformed': ({ at, found }) =>
      `${place(at)}mã số thuế gồm 10 chữ số, hoặc 10 chữ số, gạch nối và 3 chữ số${quoted(found)}`,
    'too-long': ({ at, found }) => `${place(at)}quá dài cho thẻ và chứng thư số${quoted(found)}`,
    'unknown-agency': ({ at, found }) => `${place(at)}không có đơn vị ${found ?? ''}`,
    'unknown-kind': ({ at, found }) => `${place(at)}loại không rõ${quoted(found)}`,
    'unknown-organisation': ({ at, found }) =>
      `${place(at)}không có tổ chức với mã số thuế ${found ?? ''}`,
    'value-missing': ({ at }) => `${place(at)}còn thiếu`,
    'wrong-kind': ({ at, found }) => `${place(at)}không hợp với loại của dòng này${quoted(found)}`,
  },
  fileFaults: {
    'columns-ambiguous': ({ header, column }) =>
      `Cột ${column ?? ''} (“${header ?? ''}”) trùng ý nghĩa với cột khác, hoặc tiêu đề bị gộp ô hay là công thức. Hãy giữ lại một cột.`,
    'columns-missing': ({ columns }) =>
      `Tệp không có cột ${columns ?? ''}. Hãy đặt tên cột như vậy, hoặc dùng --mapping để chỉ rõ cột.`,
    'csv-broken': ({ line }) =>
      `Không đọc được tệp CSV ở gần dòng ${line ?? '?'}: thiếu hoặc thừa dấu ngoặc kép.`,
    empty: () => 'Tệp không có dòng nào.',
    encrypted: () => 'Tệp Excel được bảo vệ bằng mật khẩu. Hãy lưu một bản không có mật khẩu.',
    'entry-too-large': () =>
      'Tệp Excel giải nén ra quá lớn so với một danh sách nên không được giải nén.',
    'file-too-large': ({ limit }) => `Tệp lớn hơn ${limit ?? ''} byte. Hãy chia nhỏ tệp.`,
    'mapping-column-missing': ({ column }) =>
      `Tệp ánh xạ nói đến cột “${column ?? ''}” nhưng danh sách không có cột này.`,
    'mapping-invalid': ({ fields }) =>
      `Tệp ánh xạ không phải là đối tượng JSON gồm tiêu đề và trường. Các trường là: ${fields ?? ''}.`,
    'not-a-workbook': () => 'Tệp không phải CSV, cũng không phải tệp Excel có trang tính.',
    'not-readable': ({ path }) => `Không đọc được tệp ${path ?? ''}. Hãy kiểm tra tên tệp.`,
    'not-utf-8': () =>
      'Tệp không dùng mã UTF-8 (có thể là windows-1258 hoặc bảng mã cũ). Hãy lưu lại dạng “CSV UTF-8”.',
    'old-workbook': () => 'Tệp Excel thuộc định dạng trước năm 2007. Hãy lưu lại dạng .xlsx.',
    'output-exists': ({ path }) => `Tệp ${path ?? ''} đã có và được giữ nguyên.`,
    'sheet-choice': ({ names }) =>
      `Tệp Excel có nhiều trang tính: ${names ?? ''}. Hãy chọn một trang bằng --sheet.`,
    'sheet-unknown': ({ sheet, names }) =>
      `Tệp không có trang tính “${sheet ?? ''}”. Các trang tính: ${names ?? ''}.`,
    'too-many-merges': () => 'Trang tính có quá nhiều ô gộp. Hãy bỏ gộp.',
    'too-many-rows': ({ limit }) => `Tệp có hơn ${limit ?? ''} dòng. Hãy chia nhỏ tệp.`,
    'utf-16': () => 'Tệp dùng mã UTF-16 (“Unicode Text”). Hãy lưu lại dạng “CSV UTF-8”.',
    'workbook-damaged': () => 'Tệp Excel bị hỏng. Hãy mở bằng Excel rồi lưu lại.',
  },
  cardStates: {
    requested: 'đã yêu cầu',
    issued: 'đã cấp',
    active: 'đang dùng',
    suspended: 'tạm khóa',
    revoked: 'đã thu hồi',
    expired: 'đã hết hạn',
    replaced: 'đã cấp lại',
  },
  leaves: (name) => `${name} nghỉ: không ai đăng nhập dưới tên chủ thẻ này nữa.`,
  returns: (name) => `${name} trở lại.`,
  moves: ({ name, from, to }) => `${name}: ${from} -> ${to}`,
  card: ({ uuid, kind, from, to }) => `Thẻ ${uuid} (${kind}): ${from} -> ${to}`,
  cardStays: ({ uuid, kind, state }) =>
    `Thẻ ${uuid} (${kind}) giữ nguyên (${state}): chỉ tạm khóa được thẻ đang dùng. Thẻ này không đăng nhập được.`,
  noCards: 'Không còn thẻ nào cần khóa.',
  cardsAsTheyAre:
    'Các thẻ giữ nguyên trạng thái. Mở lại từng thẻ bằng "ecard card reinstate", hoặc cấp thẻ mới.',
  oldOfficeOnCard: 'Thẻ vẫn ghi đơn vị lúc cấp cho đến khi được gia hạn.',
  nobody: (given) =>
    `Không có chủ thẻ ${given}. Hãy ghi mã chủ thẻ, số định danh cá nhân hoặc mã số thuế.`,
  more: (limit) => `Chỉ hiện ${limit} chủ thẻ đầu tiên. Dùng --limit để xem thêm.`,
  exported: (count, path) => `Đã ghi ${count} dòng vào ${path}.`,
  importRefused: ({ refused }) =>
    `Có ${refused} dòng không nhập được nên chưa dòng nào được nhập. Hãy sửa, hoặc bỏ qua chúng bằng --skip-refused.`,
}
