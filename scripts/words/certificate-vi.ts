import type { CertificateWords } from './certificate-words.ts'

export const certificateVi: CertificateWords = {
  commands: {
    list: 'liệt kê chứng thư số, mới nhất trước',
    find: 'tìm chứng thư số bằng bất cứ thông tin nào bạn có',
    expiring: 'liệt kê chứng thư số đang dùng sắp hết hạn, gần nhất trước',
    show: 'hiện một chứng thư số, kèm PEM',
    export: 'ghi chứng thư số ra CSV hoặc PEM',
    revoke: 'thu hồi hẳn một chứng thư số; từ đó không ai đăng nhập bằng nó được',
    hold: 'tạm dừng một chứng thư số cho đến khi mở lại (certificateHold)',
    release: 'mở lại chứng thư số đang tạm dừng',
    issueServer: 'cấp chứng thư số cho khóa TLS của máy chủ nội bộ từ yêu cầu PKCS #10',
  },
  options: {
    authority: 'chỉ những gì tổ chức này cấp',
    card: 'chỉ của thẻ này',
    holder: 'chỉ của các thẻ của chủ thẻ này',
    terminal: 'chỉ của máy đọc thẻ này',
    service: 'chỉ của máy chủ này, hoặc ocsp',
    status: 'chỉ những trạng thái này',
    limit: 'nhiều nhất bấy nhiêu',
    findText:
      'số sê-ri, dấu vân tay SHA-256, UUID của thẻ, chủ thẻ hoặc máy đọc thẻ, số định danh cá nhân, mã số thuế hoặc tên máy chủ',
    days: 'số ngày kể từ bây giờ',
    certificate: 'số sê-ri hoặc dấu vân tay SHA-256',
    whichAuthority: 'khi hai tổ chức cùng dùng số sê-ri này',
    expiring: 'chỉ chứng thư số đang dùng hết hạn trong bấy nhiêu ngày',
    format: 'một bảng, hoặc chính các chứng thư số',
    outOrStandard: 'một tệp mới; không có thì in ra màn hình',
    note: 'lý do bằng lời; lưu trong nhật ký kiểm soát',
    reason: 'lý do, ghi vào OCSP và danh sách thu hồi',
    csr: 'tệp yêu cầu, PEM hoặc DER; chỉ lấy khóa trong đó',
    dns: 'các tên của máy chủ, tên chính đứng đầu',
    out: 'một tệp mới cho chứng thư số và của bên cấp, PEM',
  },
  exportNotes: `
Dòng mới chuẩn bị chưa có chứng thư số nên chỉ có trong bảng. Ô mà bảng tính sẽ coi là công thức (bắt
đầu bằng = + - @) được thêm dấu nháy đơn phía trước. --json ghi mỗi dòng một đối tượng.
`,
  issueServerNotes: `
Tên phải nằm dưới dnsDomains của certs/tls-server.json. Chứng thư số đang dùng với cùng tên chính sẽ
được thay thế.
`,
  none: 'Không có.',
  headings: ['số sê-ri', 'tổ chức cấp', 'trạng thái', 'hết hạn', 'cấp cho', 'chủ thẻ'],
  statuses: {
    prepared: 'đã chuẩn bị',
    active: 'đang dùng',
    suspended: 'tạm dừng',
    revoked: 'đã thu hồi',
    superseded: 'đã thay thế',
  },
  ofCard: (slot, cardUuid) => `${slot} của thẻ ${cardUuid}`,
  ofTerminal: (terminalId) => `máy đọc thẻ ${terminalId}`,
  labels: {
    serialNumber: 'Số sê-ri',
    authority: 'Tổ chức cấp',
    subject: 'Chủ thể',
    for: 'Cấp cho',
    holder: 'Chủ thẻ',
    status: 'Trạng thái',
    reason: 'Lý do',
    valid: 'Hiệu lực',
    key: 'Khóa',
    names: 'Tên máy chủ',
  },
  labelWidth: 13,
  since: (status, time) => `${status} từ ${time}`,
  fromTo: (from, to) => `từ ${from} đến ${to}`,
  until: (time) => `đến ${time}`,
  neverSigned: 'chưa từng được ký',
  exported: (count, path) => `Đã ghi ${count} chứng thư số vào ${path}`,
  cannotBeMade: (path) => `Không tạo được ${path}: có phải tệp đã có?`,
  one: (serialNumber, authority, bearer) =>
    `Chứng thư số ${serialNumber} của ${authority}, cấp cho ${bearer}`,
  notPossible: 'Không làm được việc này.',
  done: 'Đã xong.',
  nothingSigned: 'Chưa ký gì. Thêm --apply để thực hiện.',
  written: (serialNumber, path) => `Số sê-ri ${serialNumber}, đã ghi vào ${path}`,
}
