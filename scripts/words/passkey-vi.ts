import type { PasskeyCommandWords } from './passkey-words.ts'

export const passkeyVi: PasskeyCommandWords = {
  verbs: {
    list: 'liệt kê khóa truy cập của một chủ thẻ, mới nhất trước',
    revoke: 'thu hồi hẳn khóa truy cập; các phiên đã mở bằng khóa đó kết thúc ngay',
  },
  options: {
    holder: 'số định danh cá nhân, mã số thuế hoặc mã của chủ thẻ',
    all: 'kể cả khóa đã gỡ hoặc đã thu hồi',
    id: 'mã của khóa truy cập, như “ecard passkey list” hiện ra',
    allOf: 'mọi khóa truy cập của chủ thẻ này, thay vì một khóa theo mã',
    reason: 'vì sao; lưu cùng khóa truy cập và trong nhật ký kiểm soát',
  },
  listNotes: `
Ví dụ:
  ecard passkey list 000085000101
  ecard passkey list 000085000101 --all --json`,
  revokeNotes: `
Không có --apply thì chỉ cho biết điều sẽ thay đổi.

Ví dụ:
  ecard passkey revoke 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071 --reason "mất điện thoại"
  ecard passkey revoke --holder 000085000101 --reason "mất điện thoại và khóa" --apply`,
  headings: ['Mã', 'Tên gọi', 'Tình trạng', 'Nơi lưu', 'Tạo lúc', 'Dùng lần cuối'],
  states: { active: 'đang dùng', flagged: 'ngừng dùng: có thể bị sao chép', revoked: 'đã thu hồi' },
  synced: 'đồng bộ giữa các thiết bị',
  bound: 'trên một thiết bị',
  never: 'chưa lần nào',
  none: (name) => `${name} không có khóa truy cập nào.`,
  revoking: ({ name, holder }) => `Khóa truy cập “${name}” của ${holder}: thu hồi`,
  sessionsEnd: 'Các phiên đã mở bằng khóa đó kết thúc, và mọi ứng dụng được báo.',
  revoked: (count) => `Đã thu hồi ${count}.`,
  notThere: (id) => `Không có khóa truy cập ${id} để thu hồi. Xem: ecard passkey list.`,
  oneOrAll: 'Nêu một khóa truy cập theo mã, hoặc mọi khóa của một chủ thẻ bằng --holder.',
  badReason: 'Hãy nêu lý do, nhiều nhất 500 ký tự.',
}
