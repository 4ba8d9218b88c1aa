import type { AuditWords } from './audit-words.ts'

const n = (value: number): string => value.toLocaleString('vi')
const event = (id: string | null): string => (id === null ? 'một sự kiện' : `sự kiện ${id}`)

export const auditVi: AuditWords = {
  headings: [
    'Thời gian (UTC)',
    'Sự kiện',
    'Kết quả',
    'Người làm',
    'Đối tượng',
    'Máy',
    'Lý do',
    'Phê duyệt',
  ],
  nothingFound: 'Không có sự kiện nào như vậy.',
  intact: (checked, afterSeq) =>
    afterSeq === 0
      ? `Nguyên vẹn: ${n(checked)} sự kiện.`
      : `Nguyên vẹn: ${n(checked)} sự kiện kể từ điểm ký ${n(afterSeq)}.`,
  broken: (count) => `BỊ PHÁ VỠ ở ${n(count)} chỗ. Chỗ đầu tiên là:`,
  breaks: {
    changed: ({ seq, eventId }) =>
      `${n(seq)}: ${event(eventId)} không khớp mã băm: nó đã bị sửa, hoặc phần ngay trước nó đã bị xóa không để lại dấu vết.`,
    removed: ({ seq, eventId }) => `${n(seq)}: ${event(eventId)} đã bị xóa.`,
    inserted: ({ seq, eventId }) =>
      `${n(seq)}: ${event(eventId)} được chèn vào sau; chuỗi không biết sự kiện này.`,
    reordered: ({ seq, eventId }) => `${n(seq)}: ${event(eventId)} thuộc về vị trí khác.`,
    'link-changed': ({ seq, eventId }) =>
      `${n(seq)}: mắt xích của ${event(eventId)} đã bị sửa; bản thân sự kiện vẫn khớp.`,
    'link-removed': ({ seq }) => `${n(seq)}: mắt xích đã bị xóa.`,
    truncated: ({ seq, checkpoint }) =>
      `${n(seq)}: phần cuối đã bị cắt: điểm ký ${checkpoint ?? '?'} đã ký tại đây.`,
    'checkpoint-unsigned': ({ seq, checkpoint }) =>
      `${n(seq)}: điểm ký ${checkpoint ?? '?'} không do khóa nhật ký ký.`,
    'checkpoint-mismatch': ({ seq, checkpoint, foundAtSeq }) =>
      `${n(seq)}: điểm ký ${checkpoint ?? '?'} đã ký một chuỗi khác` +
      (foundAtSeq === null ? '.' : `: phần từng ở đây nay nằm ở ${n(foundAtSeq)}.`),
    'checkpoint-removed': ({ seq, checkpoint }) =>
      `${n(seq)}: điểm ký ${checkpoint ?? '?'} trước chỗ này đã bị xóa.`,
    'checkpoint-missing': ({ seq }) => `${n(seq)}: từ đây trở đi không có điểm ký nào.`,
  },
  notShown: (count) => `… và ${n(count)} chỗ nữa.`,
  lastLink: (seq, hash) => `Cuối cùng: ${n(seq)}, ${hash}`,
  signedUpTo: (seq) => `Đã ký đến: ${n(seq)}`,
  waiting: (count, since) => `Chưa nối vào chuỗi: ${n(count)}, từ ${since}`,
  behind:
    'Có sự kiện chờ hơn một phút. Hãy khởi động dịch vụ, hoặc chạy `ecard audit checkpoint --apply`; nếu vẫn vậy thì có một giao dịch trong PostgreSQL bị treo.',
  exported: (events, path) => `Đã ghi ${n(events)} sự kiện vào ${path}.`,
  leftOut: (waiting) => `${n(waiting)} sự kiện chưa nối vào chuỗi nên không được xuất.`,
  wouldSign: (events) => `Sẽ nối và ký ${n(events)} sự kiện.`,
  wouldRestart: 'Sẽ ghi vào chuỗi rằng sổ đăng ký đã được chuyển sang một PostgreSQL khác.',
  wouldRenewKey: 'Một khóa mới sẽ ký các điểm ký; những gì khóa cũ đã ký vẫn có giá trị.',
  dryRun: 'Chưa có gì thay đổi. Thêm --apply để thực hiện.',
  nothingToSign: 'Không có gì mới kể từ điểm ký gần nhất.',
  signed: (number, seq, hash) => `Điểm ký ${number}: ${n(seq)} sự kiện, ${hash}`,
  kept: (path) =>
    `Đã ghi vào ${path}. Hãy giữ ở nơi mà người vận hành sổ đăng ký này không sửa được.`,
  keyRenewed: (name) => `Từ nay khóa ${name} sẽ ký. Hãy giữ cả khóa công khai của nó.`,
  outputExists: (path) => `Đã có ${path}. Hãy đặt tên khác.`,
  unreadable: (path) => `Không đọc hoặc ghi được ${path}. Hãy kiểm tra đường dẫn và quyền sử dụng.`,
  noKey:
    'Kho khóa chưa có khóa nhật ký. Dịch vụ tạo khóa này cùng điểm ký đầu tiên; ở máy khác, hãy nêu khóa công khai bằng --public-key.',
  notACheckpoint: (path) => `${path} không phải là điểm ký do khóa nhật ký ký.`,
}
