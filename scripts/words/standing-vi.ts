import type { StandingWords } from './standing-words.ts'

export const standingVi: StandingWords = {
  states: {
    requested: 'đang làm',
    issued: 'đã cấp, chờ kích hoạt',
    active: 'đang dùng',
    suspended: 'tạm khóa',
    revoked: 'đã thu hồi',
    expired: 'đã hết hạn',
    replaced: 'đã cấp lại',
  },
  kinds: {
    'civil-servant': 'thẻ điện tử công chức',
    citizen: 'thẻ điện tử công dân',
    enterprise: 'thẻ điện tử doanh nghiệp',
  },
  verbs: {
    suspend: 'tạm khóa thẻ cho đến khi mở lại; các phiên đăng nhập bằng thẻ kết thúc',
    reinstate: 'mở lại thẻ đang tạm khóa',
    revoke: 'thu hồi hẳn thẻ và chứng thư số; các phiên đăng nhập bằng thẻ kết thúc',
  },
  show: 'xem một thẻ: chủ thẻ, chứng thư số, lịch sử và ai đã làm gì',
  help: {
    cardUuid: 'số của thẻ',
    reason: 'lý do; lưu cùng thẻ và trong nhật ký kiểm soát',
    cause: 'điều đã xảy ra với thẻ; chứng thư số bị thu hồi vì lý do đó (RFC 5280)',
    limit: 'nhiều nhất bao nhiêu dòng lịch sử',
    exampleReason: 'báo mất thẻ',
  },
  noCard: (uuid) => `Không có thẻ ${uuid}. Hãy kiểm tra lại số thẻ.`,
  emptyReason: 'Lý do đang để trống. Hãy ghi lý do bằng --reason.',
  change: ({ uuid, name, from, to }) => `Thẻ ${uuid} (${name}): ${from} -> ${to}`,
  causes: {
    lost: 'bị mất',
    stolen: 'bị lấy cắp',
    misused: 'bị dùng sai mục đích',
    left: 'chủ thẻ đã nghỉ',
    damaged: 'bị hỏng',
    returned: 'đã nộp lại',
    other: 'lý do khác',
  },
  certificates: (cause, reason) => `Chứng thư số trên thẻ: thu hồi, ${cause} (${reason})`,
  notPossible: 'Không làm được việc này khi thẻ ở trạng thái hiện tại.',
  done: (uuid, state) => `Thẻ ${uuid}: ${state}.`,
  waiting: (told, all) => `Đã báo ${told}/${all} ứng dụng…`,
  waitingForService: 'Đang chờ dịch vụ kết thúc các phiên đăng nhập…',
  receiptHeadings: ['Ứng dụng', 'Tên', 'Kết quả'],
  outcomes: {
    told: (tookMs) => `đã báo sau ${tookMs} ms`,
    open: () => 'chưa báo được, sẽ tiếp tục thử',
    'not-told': () => 'không báo được, đã thôi thử',
    'not-subscribed': () => 'ứng dụng không nhận tin báo đăng xuất',
  },
  nobodyAnswered: {
    card: 'Chưa có dịch vụ nào trả lời. Thẻ không đăng nhập được nữa; các phiên đang mở kết thúc ngay khi dịch vụ chạy.',
    holder:
      'Chưa có dịch vụ nào trả lời. Chủ thẻ không đăng nhập được nữa; các phiên đang mở kết thúc ngay khi dịch vụ chạy.',
    pass: 'Chưa có dịch vụ nào trả lời. Mã không đăng nhập được nữa; các phiên đang mở kết thúc ngay khi dịch vụ chạy.',
    passkey:
      'Chưa có dịch vụ nào trả lời. Khóa truy cập không đăng nhập được nữa; các phiên đang mở kết thúc ngay khi dịch vụ chạy.',
    terminal:
      'Chưa có dịch vụ nào trả lời. Không ai đăng nhập được ở máy này nữa; các phiên đang mở kết thúc ngay khi dịch vụ chạy.',
  },
  noSessions: {
    card: 'Không có phiên đăng nhập nào bằng thẻ này.',
    holder: 'Chủ thẻ này không có phiên đăng nhập nào.',
    pass: 'Không có phiên đăng nhập nào bằng mã tạm thời này.',
    passkey: 'Không có phiên đăng nhập nào bằng khóa truy cập được thu hồi.',
    terminal: 'Không có phiên đăng nhập nào từ máy đọc thẻ này.',
  },
  allTold: (applications, tookMs) =>
    `Các phiên đã kết thúc; đã báo ${applications} ứng dụng trong ${tookMs} ms.`,
  card: {
    labels: ['Thẻ', 'Chủ thẻ', 'Trạng thái', 'Hết hạn', 'Đang cấp dở'],
    since: (state, date) => `${state}, từ ${date}`,
    unfinished: (step, date) => `dừng ở bước ${step}, bắt đầu ${date}`,
    certificates: 'Chứng thư số',
    certificateHeadings: ['Khóa', 'Trạng thái', 'Từ ngày', 'Đến ngày', 'Số', 'Lý do'],
    statuses: {
      prepared: 'đang làm',
      active: 'có hiệu lực',
      suspended: 'tạm dừng',
      revoked: 'đã thu hồi',
      superseded: 'đã thay thế',
    },
    history: 'Lịch sử, mới nhất trước',
    historyHeadings: ['Lúc', 'Việc', 'Kết quả', 'Ai làm', 'Máy đọc thẻ', 'Lý do'],
    auditOutcomes: { intended: 'định làm', succeeded: 'đã làm', refused: 'bị từ chối' },
    none: 'Chưa có.',
    more: 'Còn nữa: thêm --limit, hoặc ecard audit list --card.',
  },
}
