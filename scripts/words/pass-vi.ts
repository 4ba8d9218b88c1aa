import type { PassWords } from './pass-words.ts'

export const passVi: PassWords = {
  verbs: {
    issue: 'cấp mã tạm thời cho người đang có mặt mà không mang thẻ',
    list: 'liệt kê các mã tạm thời, mã mới trước; mã số thì không ai xem lại được',
    withdraw: 'hủy một mã tạm thời; các phiên đăng nhập bằng mã đó kết thúc ngay',
  },
  options: {
    holder: 'số định danh cá nhân, mã số thuế hoặc id',
    lasts: 'dùng được trong bao lâu: 30m, 4h; nhiều nhất 24h',
    from: 'dùng được từ lúc nào, như 2026-11-23T08:00+07:00; không nêu thì từ bây giờ',
    uses: 'đăng nhập được mấy lần, từ 1 đến 20',
    application: 'chỉ cho các ứng dụng này; không nêu thì mọi ứng dụng nhận mức cơ bản',
    comesAs:
      'đăng nhập như chủ của loại thẻ nào; không nêu thì theo loại thẻ duy nhất của người đó',
    mayRegister: 'cho phép dùng mã để đăng ký một khóa truy cập (passkey)',
    reason: 'lý do và giấy tờ đã xem; ghi vào nhật ký kiểm soát',
    slip: 'ghi thêm phiếu để in vào tệp PDF mới này; tệp chứa mã, in xong hãy xóa',
    id: 'id của mã, như “ecard pass list” cho biết',
    all: 'cả những mã đã hết hạn, đã dùng hết hoặc đã hủy',
    ofHolder: 'chỉ của người này',
  },
  issueNotes: `
Chỉ cấp khi đã gặp trực tiếp và xem giấy tờ của người đó. Mã hiện một lần; chỉ người đó được biết.
Mỗi người có nhiều nhất một mã: cấp mã mới thì mã cũ bị hủy.

Ví dụ:
  ecard pass issue --holder 000085000101 --reason "quên thẻ, đã xem CCCD"
  ecard pass issue --holder 000085000101 --for 4h --uses 3 --application van-ban lich-hop \\
    --reason "quên thẻ, đã xem CCCD" --apply
  ecard pass issue --holder 000085000101 --for 15m --may-register-passkey \\
    --reason "điện thoại mới" --slip phieu.pdf --apply`,
  listNotes: `
Ví dụ:
  ecard pass list
  ecard pass list --holder 000085000101 --all`,
  withdrawNotes: `
Ví dụ:
  ecard pass withdraw 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071 --reason "đã tìm thấy thẻ" --apply`,
  refusals: {
    'holder-inactive': () => 'Người này không còn hoạt động. Hãy kích hoạt lại trước.',
    'holder-without-number': () =>
      'Số định danh hoặc mã số thuế của người này không đúng dạng, nên không gõ vào được. Hãy sửa trước: ecard holder import.',
    'kind-open': () =>
      'Người này có nhiều loại thẻ hoặc chưa có thẻ. Nêu rõ đăng nhập như chủ loại thẻ nào: --as.',
    'kind-wrong': () => 'Tổ chức đăng nhập như doanh nghiệp, cá nhân như các loại còn lại.',
    'lasts-wrong': () => 'Mã dùng được từ 5 phút đến 24 giờ: --for 4h.',
    'uses-wrong': () => 'Mã dùng được từ 1 đến 20 lần.',
    'application-unknown': (id) =>
      `Không có ứng dụng ${id} đang hoạt động. Xem: ecard client list.`,
    'application-level': (id) =>
      `Ứng dụng ${id} cần cách đăng nhập mạnh hơn mã tạm thời. Xem: ecard client show ${id}.`,
    'application-kind': (id) => `Ứng dụng ${id} dành cho loại chủ thẻ khác.`,
  },
  badSpan: 'Hãy cho một khoảng thời gian như 30m hoặc 4h.',
  badTime: 'Hãy cho một thời điểm như 2026-11-23T08:00+07:00.',
  badReason: 'Hãy nêu lý do, nhiều nhất 500 ký tự.',
  kinds: { 'civil-servant': 'công chức', citizen: 'công dân', enterprise: 'doanh nghiệp' },
  states: {
    live: 'còn dùng được',
    'used-up': 'đã dùng hết',
    withdrawn: 'đã hủy',
    expired: 'hết hạn',
  },
  plan: ({ name, kind, from, until }) =>
    `Mã tạm thời cho ${name} (${kind}), từ ${from} đến ${until}.`,
  opens: (uses, applications) => `Đăng nhập được ${uses} lần, vào: ${applications}.`,
  everyApplication: 'mọi ứng dụng nhận mức cơ bản',
  registers: (address) => `Được đăng ký một khóa truy cập tại ${address}.`,
  code: (code) => `Mã:  ${code}`,
  once: 'Mã chỉ hiện lần này. Hãy đọc hoặc đưa cho chính người đó.',
  replaced: 'Mã trước đó của người này đã bị hủy.',
  slipWritten: (path) => `Đã ghi phiếu vào ${path}. In xong hãy xóa tệp.`,
  headings: ['Id', 'Chủ thẻ', 'Trạng thái', 'Còn', 'Đến', 'Ứng dụng', 'Lý do'],
  nobody: 'Không có mã tạm thời nào.',
  withdrawing: (name) =>
    `Mã tạm thời của ${name} sẽ bị hủy; các phiên đăng nhập bằng mã đó kết thúc.`,
  withdrawn: 'Đã hủy.',
  notThere: (id) => `Không có mã ${id} nào hủy được. Xem: ecard pass list --all.`,
  slip: {
    title: 'Mã đăng nhập tạm thời',
    holder: 'Cấp cho',
    code: 'Mã',
    valid: 'Dùng được',
    rules: [
      'Trên trang đăng nhập, chọn “Mã tạm thời”, nhập số định danh và mã này.',
      'Không đưa mã cho ai khác. Cán bộ không bao giờ gọi điện hỏi mã.',
      'Tìm thấy thẻ rồi? Hãy báo cán bộ cấp thẻ hủy mã này.',
    ],
    secret: 'Xé bỏ phiếu khi dùng xong.',
  },
}
