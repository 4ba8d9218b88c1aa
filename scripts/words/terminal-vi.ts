import type { TerminalWords } from './terminal-words.ts'

export const terminalVi: TerminalWords = {
  noun: 'các máy có đầu đọc thẻ',
  verbs: {
    list: 'liệt kê máy đọc thẻ: máy nào đang kết nối, thuộc cơ quan nào',
    show: 'xem một máy đọc thẻ và các đầu đọc của máy',
    invite: 'thêm một máy đọc thẻ và tạo mã ghi danh dùng một lần',
    withdraw: 'chấm dứt hẳn một máy; kết nối và các phiên đăng nhập tại máy đều kết thúc',
    rename: 'đổi tên máy đọc thẻ; người dùng thấy tên này khi đăng nhập',
    desk: 'cho hoặc không cho cán bộ ở nơi khác cấp thẻ tại một máy',
  },
  options: {
    terminal: 'mã định danh hoặc tên máy',
    name: 'tên mà người dùng biết, ví dụ "Quầy số 1"',
    newName: 'tên mới',
    mode: 'managed: máy của tỉnh; personal: máy riêng của chủ thẻ',
    agency: 'mã cơ quan nơi đặt máy',
    desk: 'bàn cấp thẻ: cán bộ ở nơi khác được cấp thẻ tại máy này',
    setDesk: 'yes (có) hoặc no (không)',
    reason: 'lý do; được ghi vào nhật ký kiểm soát',
    state: 'chỉ những máy ở trạng thái này',
    apply: 'thực hiện; nếu không có, chỉ nói điều gì sẽ thay đổi',
    json: 'dạng JSON',
  },
  examples: 'Ví dụ:',
  deskOptions: {
    reader: 'đầu đọc thẻ, hoặc một phần tên; virtual:<file> cho thẻ ảo',
    terminal: 'máy đọc thẻ nơi đặt thẻ, thay cho đầu đọc của máy này',
    trace: 'kể từng lần trao đổi với thẻ: không có dữ liệu, chỉ có độ dài và thời gian',
    neither: 'Hãy nêu đầu đọc với --reader <tên>, hoặc máy đọc thẻ với --terminal <mã-hoặc-tên>.',
  },
  modes: { managed: 'của tỉnh', personal: 'cá nhân' },
  states: { invited: 'chờ ghi danh', active: 'đang dùng', withdrawn: 'đã chấm dứt' },
  headings: [
    ...(['Tên', 'Trạng thái', 'Loại', 'Bàn cấp thẻ', 'Cơ quan'] as const),
    ...(['Kết nối', 'Chứng thư số đến', 'Mã định danh'] as const),
  ],
  yes: 'có',
  no: 'không',
  none: '-',
  online: 'đang kết nối',
  lastSeen: (when) => `thấy lúc ${when}`,
  never: 'chưa bao giờ',
  readers: 'Đầu đọc thẻ',
  noneFound: 'Không có máy đọc thẻ nào như vậy.',
  labels: {
    name: 'Máy đọc thẻ',
    id: 'Mã định danh',
    state: 'Trạng thái',
    mode: 'Loại',
    desk: 'Bàn cấp thẻ',
    agency: 'Cơ quan',
    connection: 'Kết nối',
    certificate: 'Chứng thư số đến',
  },
  wouldInvite: (mode, name, isDesk) =>
    `Sẽ thêm máy đọc thẻ ${mode} "${name}"${isDesk ? ', là bàn cấp thẻ' : ''}.`,
  invited: (name, id) => `Máy đọc thẻ  ${id}  ${name}`,
  code: (code, until) => `Mã ghi danh  ${code}  (dùng một lần, đến ${until})`,
  howToEnrol: (code, isDesk) =>
    `Chạy tại máy đó: ecard-agent enrol --issuer <địa-chỉ> --code ${code}` +
    (isDesk ? '\nSau đó, để làm bàn cấp thẻ: ecard-agent run --desk' : ''),
  wouldWithdraw: (name) => `Máy đọc thẻ "${name}" sẽ bị chấm dứt hẳn.`,
  withdrawn: (name) => `Đã chấm dứt: ${name}`,
  alreadyWithdrawn: (name) => `"${name}" đã bị chấm dứt từ trước.`,
  wouldRename: (from, to) => `Máy đọc thẻ "${from}" sẽ mang tên "${to}".`,
  renamed: (to) => `Từ nay máy mang tên "${to}".`,
  wouldBeDesk: (name, isDesk) =>
    isDesk
      ? `Cán bộ ở nơi khác sẽ cấp được thẻ tại máy "${name}".`
      : `Không ai ở nơi khác còn cấp được thẻ tại máy "${name}".`,
  isDesk: (name, isDesk) =>
    isDesk ? `"${name}" là bàn cấp thẻ.` : `"${name}" không còn là bàn cấp thẻ.`,
  startAsDesk: 'Phần mềm đọc thẻ tại đó cũng phải được mở với: ecard-agent run --desk',
  unchanged: 'Hiện đã như vậy.',
  noSuchAgency: (code) => `Không có cơ quan nào mang mã ${code}. Xem: ecard agency list`,
  personalDesk: 'Máy cá nhân không thể là bàn cấp thẻ.',
  dryRun: 'Chưa có gì thay đổi. Thêm --apply để thực hiện.',
  atTerminal: (name, number) => `Máy đọc thẻ "${name}", số ${number}: tại đó cũng hiện số này.`,
  refusals: {
    'unknown-terminal': ({ named }) =>
      `Không có máy đọc thẻ "${String(named)}". Xem: ecard terminal list`,
    'several-terminals': ({ named }) =>
      `Có nhiều máy đọc thẻ tên "${String(named)}". Hãy dùng mã định danh: ecard terminal list`,
    'not-enrolled': () => 'Máy này chưa ghi danh: hãy chạy ecard-agent enrol tại máy.',
    withdrawn: () => 'Máy này đã bị chấm dứt. Hãy chọn máy khác.',
    'not-a-desk': () =>
      'Máy này không phải bàn cấp thẻ. Quản trị viên cho phép bằng: ecard terminal desk <máy> yes --apply',
    'agent-not-a-desk': () =>
      'Phần mềm đọc thẻ tại máy này không được mở làm bàn cấp thẻ. Hãy mở tại đó với: ecard-agent run --desk',
    offline: () => 'Máy này chưa kết nối. Hãy mở ecard-agent tại máy rồi thử lại.',
    'agent-too-old': () =>
      'Phần mềm đọc thẻ tại máy này không trả lời. Hãy cập nhật và mở lại ecard-agent tại máy.',
    busy: () =>
      'Máy này đang phục vụ một lượt đăng nhập hoặc một cán bộ khác. Thử lại sau một phút.',
    'not-the-terminal': () =>
      'Câu trả lời không do máy này ký. Chưa gửi gì đến máy; hãy báo quản trị viên.',
    'message-altered': () =>
      'Một thông điệp bị sửa trên đường đi nên đã đóng bàn cấp thẻ. Hãy báo quản trị viên, rồi chạy lại lệnh.',
    'connection-lost': () =>
      'Mất kết nối với máy đọc thẻ. Chạy lại đúng lệnh này với thẻ đó: việc sẽ tiếp tục từ chỗ dừng.',
    'out-of-time': () => 'Đã quá thời gian nên máy đã nhả thẻ. Hãy chạy lại lệnh.',
    'no-prompt': () =>
      'Máy đó không có cách hỏi mã PIN. Cài pinentry tại đó, hoặc mở ecard-agent trong cửa sổ dòng lệnh.',
    'not-allowed': () => 'Máy đọc thẻ không làm việc này với thẻ cho mục đích đã nêu.',
    'answer-malformed': () =>
      'Câu trả lời của máy đọc thẻ không hợp lệ. Hãy cập nhật phần mềm tại máy đó.',
    'slip-is-here': () =>
      'Mã PIN in trên phiếu không bao giờ được gửi đi nên không đặt được tại máy ở xa. Hãy để chủ thẻ tự chọn tại đó: --pin ask',
  },
}
