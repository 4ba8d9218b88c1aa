import type { Facts } from '../../src/errors.ts'
import type { BatchWords } from './batch-words.ts'

const text = (facts: Facts, name: string): string => String(facts[name] ?? '?')
const signature = (facts: Facts): string =>
  facts['signer'] === undefined
    ? `Chữ ký thứ ${text(facts, 'signature')}`
    : `Chữ ký của ${text(facts, 'signer')}`

export const batchVi: BatchWords = {
  refusals: {
    'already-loaded': (facts) =>
      `Lô này (${text(facts, 'batchId')}) đã ở trong hàng đợi. Xem: ecard batch show`,
    'approval-missing': (facts) =>
      `${text(facts, 'requests')} thẻ cần người thứ hai phê duyệt (khi nhiều hơn ${text(facts, 'fourEyesAbove')} thẻ): ecard batch approve`,
    cancelled: () => 'Lô đã bị hủy. Hãy lập lô mới.',
    'file-too-large': () => 'Tệp lớn hơn mọi lô thẻ. Hãy chia nhỏ danh sách.',
    'lease-lost': () => 'Bàn khác đã nhận yêu cầu này. Thẻ được giữ nguyên như đang có.',
    malformed: (facts) =>
      `Đây không phải tệp lô thẻ, hoặc tệp đã hỏng hay bị sửa (${text(facts, 'part')}). Hãy lập lại.`,
    'not-readable': (facts) => `Không đọc được tệp ${text(facts, 'path')}. Hãy kiểm tra tên tệp.`,
    'nothing-to-retry': () => 'Lô này không có yêu cầu nào thất bại.',
    'own-card': (facts) =>
      `${text(facts, 'signer')} có thẻ trong lô này nên không thể là người ký sau cùng. Người khác phải phê duyệt.`,
    'rows-refused': () => 'Có yêu cầu hiện không thực hiện được. Hãy sửa danh sách và lập lại lô.',
    'same-signer': (facts) =>
      `${text(facts, 'signer')} đã ký rồi. Chữ ký thứ hai phải của người thứ hai.`,
    'signature-invalid': (facts) =>
      `${signature(facts)} không khớp: tệp đã bị sửa sau khi ký. Hãy lập lại.`,
    'signed-already': () => 'Người lập đã ký rồi. Người thứ hai ký bằng: ecard batch approve',
    'signer-not-allowed': (facts) =>
      `${text(facts, 'signer')} không được ký lô này: thiếu vai trò, hoặc ${text(facts, 'requests')} yêu cầu nằm ngoài các cơ quan của người ký.`,
    'signer-unknown': (facts) =>
      `${signature(facts)} không phải của một thẻ do tỉnh cấp đang hoạt động (${text(facts, 'fault')}).`,
    'too-many-requests': (facts) =>
      `Một lô có tối đa ${text(facts, 'limit')} yêu cầu. Hãy chia nhỏ danh sách.`,
    unsigned: () => 'Người lập chưa ký: ecard batch sign',
  },
  rowFaults: {
    'already-has-card': (found) =>
      `chủ thẻ đã có thẻ loại này (${found}); hãy ghi vào cột “Thay thẻ số”`,
    'already-queued': () => 'chủ thẻ đang chờ thẻ loại này trong lô khác',
    'broken-cell': (at) => `${at}: ô chứa giá trị lỗi`,
    'card-of-another': (found) => `thẻ ${found} là của người khác hoặc thuộc loại khác`,
    'card-unknown': (found) => `không có thẻ ${found}`,
    'duplicate-in-file': () => 'cùng chủ thẻ và loại thẻ có hai lần trong danh sách',
    formula: (at) => `${at}: là công thức; hãy dán thành giá trị`,
    'holder-inactive': () => 'chủ thẻ đã ngừng hoạt động; hãy kích hoạt lại trước',
    'holder-unknown': (found) => `không ai có số ${found}; hãy nhập chủ thẻ trước`,
    'kind-mismatch': (found) => `chủ thẻ này không thể có thẻ loại ${found}`,
    'kind-unknown': (found) =>
      `không rõ loại thẻ (“${found}”): công chức, công dân hoặc doanh nghiệp`,
    'lost-zeros': (at) => `${at}: bảng tính làm mất số 0 ở đầu; hãy định dạng cột là văn bản`,
    'merged-cells': (at) => `${at}: ô bị gộp; hãy tách ô và điền đủ`,
    'not-in-your-agency': () => 'chủ thẻ không thuộc các cơ quan của bạn',
    'photo-missing': (found) => `không có ảnh ${found}`,
    'photo-not-an-image': (found) => `${found} không phải ảnh JPEG hoặc PNG`,
    'photo-too-large': (found) => `PHOTO_TOO_LARGE: ${found} lớn hơn 5 MB`,
    'pin-unknown': (found) => `“${found}” không phải cách đặt mã PIN: “tại bàn” hoặc “phiếu”`,
    'two-numbers': () => 'chỉ ghi số định danh hoặc mã số thuế, không ghi cả hai',
    'value-missing': (found) => `thiếu ${found}`,
  },
  states: {
    waiting: 'đang chờ',
    running: 'đang làm',
    issued: 'đã cấp',
    failed: 'thất bại',
    cancelled: 'đã hủy',
  },
  parts: { prepare: 'lập', approve: 'phê duyệt' },
  pins: { ask: 'chủ thẻ chọn tại bàn', slip: 'phiếu mã PIN' },
  help: {
    batch: 'cấp thẻ hàng loạt: lập, ký, phê duyệt, rồi làm thẻ tại một hay nhiều bàn',
    prepare: 'kiểm tra danh sách thẻ cần làm và ghi thành tệp lô để ký',
    prepareNotes: `
Các cột: Số định danh cá nhân hoặc Mã số thuế (thẻ của ai), Loại thẻ (công chức, công dân, doanh nghiệp);
khi cần thì thêm Mã PIN (tại bàn hoặc phiếu; để trống: phiếu), Thay thẻ số (thẻ bị thay), Ảnh (tên tệp).
Không có --out thì chỉ kiểm tra. Mã thoát 1 khi có dòng bị từ chối mà không bỏ ra.

Ví dụ:
  ecard batch prepare the.xlsx --photos anh/ --out lo.json`,
    sign: 'ký tệp lô với tư cách người lập, bằng thẻ và mã PIN của bạn',
    approve: 'ký tệp lô với tư cách người thứ hai, bằng thẻ và mã PIN của bạn',
    signNotes: (verb) => `
Ví dụ:
  ecard batch ${verb} lo.json --reader ACR1252 --apply`,
    load: 'đưa tệp lô đã ký vào hàng đợi',
    run: 'làm lần lượt các thẻ của một lô tại các bàn đã nêu',
    runNotes: `
Ctrl+C dừng sau thẻ đang làm; chạy lại đúng lệnh này thì làm tiếp, ở đây hay nơi khác.
Có thể ghi --reader nhiều lần. virtual:THƯ-MỤC làm thẻ ảo trong thư mục đó.

Ví dụ:
  ecard batch run 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071 --reader ACR1252 --pin-slips /media/phieu --apply`,
    list: 'liệt kê các lô trong hàng đợi',
    show: 'xem một lô: ai đã ký, và từng yêu cầu',
    retry: 'đưa các yêu cầu thất bại trở lại hàng đợi',
    cancel: 'đưa những gì còn chờ ra khỏi hàng đợi',
    report: 'ghi kết quả từng yêu cầu ra tệp CSV hoặc .xlsx mới',
    print: 'ghi mặt của các thẻ đã cấp ra một tệp PDF',
    example: (line) => `\nVí dụ:\n  ${line}`,
    options: {
      list: 'danh sách, CSV mã UTF-8 hoặc bảng tính Excel (.xlsx)',
      batchFile: 'tệp lô do ecard batch prepare ghi ra',
      batchId: 'lô nào: xem ecard batch list',
      out: 'tệp lô sẽ ghi; không có thì chỉ kiểm tra',
      photos: 'thư mục ảnh; mặc định là thư mục của danh sách',
      sheet: 'trang nào của sổ tính có nhiều trang',
      skipRefused: 'bỏ các dòng bị từ chối; không có thì một dòng bị từ chối làm dừng tất cả',
      readers: 'đầu đọc làm bàn cấp thẻ, hoặc virtual:THƯ-MỤC; có thể lặp lại',
      terminals: 'máy đọc thẻ làm bàn cấp thẻ; có thể lặp lại',
      slips: 'thư mục cho phiếu mã PIN',
      item: 'một yêu cầu theo số thứ tự; không có thì mọi yêu cầu thất bại',
      reason: 'lý do; ghi vào nhật ký kiểm soát',
      reportOut: 'tệp CSV hoặc .xlsx mới',
      facesOut: 'tệp PDF mới',
      photoFolder: 'thư mục của các ảnh đã được ký',
    },
  },
  line: 'Dòng',
  rowCounts: (good, refused) => `${good} thẻ sẽ làm, ${refused} dòng bị từ chối`,
  prepared: ({ id, requests, path }) =>
    `Lô ${id} gồm ${requests} thẻ đã ghi vào ${path}. Tiếp theo: ecard batch sign ${path}`,
  nothingWritten: 'Chưa ghi gì. Thêm --out <tệp> để ghi tệp lô.',
  refusedStop: 'Chưa ghi gì: hãy sửa các dòng bị từ chối, hoặc bỏ ra bằng --skip-refused.',
  contents: ({ id, requests, created }) => `Lô ${id}: ${requests} thẻ, lập lúc ${created}`,
  signedBy: ({ name, part, at }) => `  ${part}: ${name}, ${at}`,
  notSigned: '  chưa ai ký',
  wouldSign: 'Thẻ của bạn sẽ ký tệp này.',
  signed: (name, path) => `${name} đã ký ${path}.`,
  needsApproval: (limit) =>
    `Nhiều hơn ${limit} thẻ: cần người thứ hai phê duyệt, bằng ecard batch approve.`,
  wouldLoad: (requests) => `${requests} yêu cầu sẽ vào hàng đợi.`,
  loaded: (id, requests) => `${requests} yêu cầu đã vào hàng đợi. Tiếp theo: ecard batch run ${id}`,
  wouldRun: (waiting, desks) => `${waiting} thẻ sẽ được làm tại ${desks}.`,
  dryRun: 'Chưa có gì thay đổi. Thêm --apply để thực hiện.',
  label: 'Thẻ',
  insertCard: ({ number, name, kind, desk }) =>
    `[${desk}] Đặt thẻ trắng tiếp theo: số ${number}, ${name} (${kind})`,
  takeAway: (desk) => `[${desk}] Lấy thẻ ra.`,
  tryAnother: (why) => `${why} Hãy lấy thẻ ra và đặt thẻ khác.`,
  itemIssued: ({ number, name, cardUuid }) => `số ${number}  ${name}  thẻ ${cardUuid}`,
  itemFailed: ({ number, name, why }) => `số ${number}  ${name}  THẤT BẠI: ${why}`,
  retryWith: (id, number) => `  Làm lại: ecard batch retry ${id} --item ${number} --apply`,
  itemLeft: (number) => `số ${number} để lại cho bàn khác.`,
  stopping: 'Sẽ dừng sau thẻ đang làm.',
  deskStopped: (desk, why) => `[${desk}] dừng: ${why}`,
  ran: (counts) =>
    `${counts.issued} đã cấp, ${counts.failed} thất bại, ${counts.waiting} đang chờ, ${counts.running} đang làm, ${counts.cancelled} đã hủy`,
  goOnWith: (id) => `Làm tiếp bằng: ecard batch run ${id} --reader <tên> --apply`,
  slipsNeedFolder: 'Lô có phiếu mã PIN: hãy nêu thư mục bằng --pin-slips <thư mục>.',
  oneSlipDesk:
    'Nhiều bàn không thể cùng hỏi mã PIN trên một bàn phím. Hãy chạy lệnh riêng cho từng đầu đọc.',
  noReader: 'Hãy nêu ít nhất một đầu đọc hoặc máy đọc thẻ: --reader <tên>, --terminal <tên>',
  listHeadings: ['Lô', 'Vào hàng đợi', 'Số thẻ', 'Đã cấp', 'Tình trạng'],
  itemHeadings: ['Số', 'Chủ thẻ', 'Loại', 'Mã PIN', 'Tình trạng', 'Thẻ hoặc lý do'],
  reportHeadings: [
    'Số',
    'Chủ thẻ',
    'Số định danh hoặc mã số thuế',
    'Loại thẻ',
    'Tình trạng',
    'Số thẻ',
    'Lý do',
    'Bàn',
    'Số lần làm',
    'Xong lúc',
  ],
  none: 'Không có lô nào.',
  cancelledAt: (at, reason) => `Đã hủy      ${at}: ${reason}`,
  approvedBy: (name) => `Phê duyệt   ${name}`,
  preparedBy: (name) => `Người lập   ${name}`,
  wouldCancel: (waiting) => `${waiting} yêu cầu sẽ ra khỏi hàng đợi.`,
  cancelled: (count) => `${count} yêu cầu đã ra khỏi hàng đợi.`,
  wouldRetry: (failed) => `${failed} yêu cầu sẽ trở lại hàng đợi.`,
  retried: (numbers) => `Đã trở lại hàng đợi: số ${numbers}`,
  reported: (rows, path) => `Đã ghi ${rows} dòng vào ${path}.`,
  exists: (path) => `Tệp ${path} đã có và được giữ nguyên. Hãy chọn tên khác.`,
  nothingIssued: 'Lô này chưa có thẻ nào được cấp.',
  noSuchBatch: (id) => `Không có lô ${id}. Xem: ecard batch list`,
}
