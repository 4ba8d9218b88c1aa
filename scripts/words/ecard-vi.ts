import type { EcardWords } from './ecard-words.ts'

export const ecardVi: EcardWords = {
  description: 'Quản trị dịch vụ đăng nhập: con người, thẻ, máy đọc thẻ, tổ chức cấp chứng thư số.',
  debugOption: 'khi có lỗi ngoài dự kiến, hiện vị trí lỗi trong chương trình',
  notes: `
Lệnh làm thay đổi dữ liệu chỉ nói sẽ làm gì. Thêm --apply để thực hiện; trên màn hình dòng lệnh, gõ
“có” cũng được.
Sổ đăng ký là của DATABASE_URL hoặc, nếu không có, của dịch vụ đang chạy trên ECARD_DATA_DIR. Ở nơi
không có dịch vụ, như máy giữ khóa gốc ngoại tuyến, các lệnh ca, crl và doctor tự mở sổ đăng ký.
ECARD_LANG=vi hoặc en chọn ngôn ngữ.

Mã thoát: 0 đã làm hoặc đã hiện, 1 bị từ chối hoặc thất bại, 2 dùng sai, 130 bị ngắt (Ctrl+C).

Ví dụ:
  ecard doctor
  ecard holder import can-bo.xlsx
  ecard card show 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071`,
  nouns: {
    agency: 'các cơ quan của tỉnh',
    holder: 'chủ thẻ: cá nhân và tổ chức',
    card: 'thẻ: cấp, đọc, tạm khóa, thu hồi và mọi việc với thẻ',
    batch: 'cấp nhiều thẻ, lần lượt từng thẻ',
    pass: 'mã tạm thời cho người không mang thẻ',
    print: 'in mặt thẻ ra tệp PDF',
    passkey: 'khóa truy cập (passkey) của chủ thẻ',
    terminal: 'các máy đọc thẻ',
    client: 'các ứng dụng đăng nhập qua dịch vụ',
    operator: 'ai được dùng lệnh này và được làm gì',
    login: 'cho biết ai đang dùng lệnh này, bằng thẻ và mã PIN',
    logout: 'nhường lệnh này cho người khác',
    whoami: 'ai đang dùng lệnh này, với vai trò nào, đến khi nào',
    certificate: 'chứng thư số của thẻ, máy đọc thẻ và máy chủ',
    ca: 'tổ chức cấp chứng thư số và lễ tạo khóa',
    crl: 'danh sách chứng thư số bị thu hồi',
    audit: 'nhật ký kiểm soát, và bằng chứng rằng không ai sửa nó',
    doctor: 'khám mọi thứ mà dịch vụ dựa vào; mã thoát 1 khi có điều đỏ',
    complete: 'in đoạn mã giúp shell tự điền lệnh này bằng phím Tab',
  },
  completeShell: 'shell nào: bash, zsh, fish hoặc powershell',
  completeNotes: `
Ví dụ:
  source <(ecard complete bash)
  ecard complete fish > ~/.config/fish/completions/ecard.fish`,
  example: 'Ví dụ:',
  examples: 'Ví dụ:',
  applyOption: 'thực hiện; không có thì chỉ nói điều gì sẽ thay đổi',
  jsonOption: 'in một tài liệu JSON',
  jsonLinesOption: 'in mỗi dòng một đối tượng JSON',
  byOption: 'ai thực hiện; ghi vào nhật ký kiểm soát',
  numberFrom: (min, max) => `Hãy cho một số từ ${min} đến ${max}.`,
  aUuid: 'Hãy cho một UUID, như 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071.',
  dryRun: 'Chưa có gì thay đổi. Thêm --apply để thực hiện.',
  goOn: 'Thực hiện? Gõ có (hoặc yes) để tiếp tục: ',
  notYes: 'Bạn chưa gõ “có”.',
  details: (message) => `  Chi tiết: ${message}`,
  internalError: (name) =>
    `Có lỗi ngoài dự kiến (${name}). Hãy xem tình trạng hiện tại bằng “ecard doctor”.`,
  moreWithDebug: 'Chạy lại lệnh này với --debug để thấy lỗi ở đâu, và báo cho người bảo trì.',
  stopping: 'Đang dừng … (bấm Ctrl+C lần nữa để thoát ngay)',
  interrupted:
    'Đã ngắt. Những gì đã làm xong vẫn còn; việc đang dở không được ghi. Hãy xem lại trước khi chạy lại lệnh.',
}
