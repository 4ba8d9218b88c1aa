import type { AuditHelpWords } from './audit-help-words.ts'

export const auditHelpVi: AuditHelpWords = {
  list: 'hiện các sự kiện mới nhất, mới nhất trước',
  verify: 'chứng minh không sự kiện nào bị sửa, xóa, đảo chỗ hoặc chèn thêm, hoặc chỉ ra chỗ đó',
  verifyNotes: `
Mã thoát: 0 nguyên vẹn, 1 bị phá vỡ (hoặc không kết luận được, kèm mã lỗi).
Ai ghi được vào cả PostgreSQL và kho khóa thì có thể viết lại phần cuối của chuỗi. Chỉ điểm ký và khóa
được giữ ở nơi khác mới cho thấy điều đó.
`,
  export: 'ghi các sự kiện thành dòng JSON, kèm vị trí và mã băm của mỗi sự kiện trong chuỗi',
  exportNotes: `
Mỗi dòng tự kiểm tra được: hash là SHA-256 của các byte trong previous và nội dung event đúng như trong
dòng. Khi không lọc, previous là hash của dòng trước. Dòng loại checkpoint chứa một chữ ký (JWS rút
gọn, ES256) trên mã băm đến lúc đó.
`,
  checkpoint: 'nối và ký mọi sự kiện đến lúc này',
  checkpointNotes: `
Dịch vụ đang chạy tự ký mỗi năm phút.
`,
  key: 'hiện các khóa công khai dùng để kiểm tra điểm ký, cũ nhất trước',
  limit: 'nhiều nhất bấy nhiêu',
  event: 'chỉ loại sự kiện này, như card.suspended',
  outcome: 'chỉ kết quả này',
  actor: 'chỉ việc do chủ thẻ hoặc chương trình này yêu cầu',
  holder: 'chỉ sự kiện về chủ thẻ này',
  card: 'chỉ sự kiện về thẻ này',
  terminal: 'chỉ sự kiện tại máy đọc thẻ này',
  client: 'chỉ sự kiện của ứng dụng này',
  from: 'từ ngày hoặc thời điểm này, như 2026-03-01',
  to: 'đến trước ngày hoặc thời điểm này',
  aTime: 'Hãy cho một ngày như 2026-03-01 hoặc thời điểm như 2026-03-01T08:00+07:00.',
  sinceCheckpoint: 'chỉ phần sau điểm ký gần nhất, hoặc sau --checkpoint',
  checkpointFile: 'chuỗi phải chứa điểm ký này, vốn được giữ ở nơi khác',
  publicKey: 'các khóa nhật ký được giữ ở nơi khác, dạng PEM',
  exportOut: 'một tệp mới; không có thì in ra màn hình',
  checkpointOut: 'ghi điểm ký gần nhất vào một tệp mới, để giữ ở nơi khác',
  moved: 'ghi vào chuỗi rằng sổ đăng ký đã được khôi phục trên một PostgreSQL khác',
  keyOut: 'ghi chúng vào một tệp mới, để giữ ở nơi khác',
  renew: 'từ nay dùng một khóa mới để ký',
  renewApply: 'đi với --renew: thực hiện; không có thì chỉ nói điều gì sẽ thay đổi',
  events: 'Sự kiện',
}
