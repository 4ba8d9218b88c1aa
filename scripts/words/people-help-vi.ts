import type { PeopleHelpWords } from './people-help-words.ts'

export const peopleHelpVi: PeopleHelpWords = {
  importFile: 'CSV mã UTF-8 (dấu phẩy, chấm phẩy hoặc tab) hoặc bảng tính Excel (.xlsx)',
  mapping: 'JSON: tiêu đề của cột → trường dữ liệu tương ứng',
  sheet: 'trang tính nào, khi bảng tính có nhiều trang',
  skipRefused: 'bỏ qua các dòng bị từ chối; không có thì một dòng như vậy dừng cả lần nhập',
  report: 'ghi kết quả từng dòng vào một tệp CSV hoặc .xlsx mới',
  importJson: 'in một tài liệu JSON: số lượng, và mọi dòng có thay đổi',
  rows: 'Dòng',
  agency: {
    import: 'nhập danh sách cơ quan; cơ quan đã có mã thì được sửa',
    importNotes: `
Các cột: Mã đơn vị, Tên đơn vị, Loại đơn vị, Đơn vị cấp trên (mã của đơn vị cấp trên; tỉnh thì để
trống). Loại: Tỉnh; Sở, ban, ngành; Huyện; Xã, phường; Đơn vị. Không cơ quan nào bị xóa.
Tệp có dòng bị từ chối thì không thay đổi gì, trừ khi --skip-refused bỏ qua chúng. Mã thoát 1 khi có
dòng bị từ chối mà không bỏ qua.

Ví dụ:
  ecard agency import don-vi.xlsx
  ecard agency import don-vi.csv --mapping cot.json --report ket-qua.csv --apply`,
    list: 'liệt kê mọi cơ quan, mỗi cơ quan dưới cơ quan cấp trên',
    export: 'ghi mọi cơ quan thành danh sách có thể nhập lại',
  },
  holder: {
    import: 'nhập danh sách cá nhân và tổ chức; ai đã có thì được sửa',
    importNotes: `
Cá nhân được nhận ra bằng Số định danh cá nhân (Số CCCD), tổ chức bằng Mã số thuế. Các cột khác: Họ và
tên, Tên tổ chức, Thư điện tử, Mã đơn vị hoặc Tên đơn vị, Chức vụ, Loại chủ thẻ. Ở dòng của cá nhân,
Mã số thuế là tổ chức mà người đó đại diện, và Chức vụ tại tổ chức là vai trò ở đó. Nhiều đơn vị viết
trong một ô, cách nhau bằng dấu chấm phẩy; chức vụ cũng vậy.
Ô trống giữ nguyên dữ liệu đang có; dấu gạch ngang (-) xóa trống. Đơn vị nêu trong dòng thay cho các
đơn vị cũ. Không ai bị xóa: xem "ecard holder deactivate".
Tệp có dòng bị từ chối thì không thay đổi gì, trừ khi --skip-refused bỏ qua chúng. Mã thoát 1 khi có
dòng bị từ chối mà không bỏ qua. Lần nhập bị ngắt giữa chừng thì chạy lại để làm nốt.
Ai chỉ có vai trò ở một số cơ quan thì chỉ nhập và sửa được người của các cơ quan đó.

Ví dụ:
  ecard holder import can-bo.xlsx
  ecard holder import can-bo.csv --mapping cot.json --report ket-qua.csv --apply`,
    list: 'liệt kê chủ thẻ theo tên',
    show: 'hiện một chủ thẻ cùng cơ quan và các thẻ',
    export: 'ghi chủ thẻ thành danh sách có thể nhập lại nguyên vẹn',
    exportNotes: `
Ô mà bảng tính sẽ coi là công thức (bắt đầu bằng = + - @) được thêm dấu nháy đơn phía trước; khi nhập
lại dấu đó được bỏ. Excel làm mất số 0 ở đầu khi mở tệp CSV: khi đó hãy dùng .xlsx.

Ví dụ:
  ecard holder export --agency MH-SNV --out can-bo.xlsx`,
    deactivate: 'cá nhân nghỉ việc, tổ chức giải thể; phiên đăng nhập kết thúc ngay',
    reactivate: 'chủ thẻ trở lại; các thẻ giữ nguyên trạng thái',
    move: 'chuyển một người sang cơ quan khác, chức vụ khác hoặc cả hai',
  },
  out: 'một tệp CSV hoặc .xlsx mới; không có thì in CSV ra màn hình',
  holderArgument: 'mã chủ thẻ, số định danh cá nhân hoặc mã số thuế',
  reason: 'lý do; lưu trong nhật ký kiểm soát',
  cards: 'suspend: tạm khóa, có thể mở lại; revoke: thu hồi hẳn',
  to: 'cơ quan từ nay',
  from: 'cơ quan sẽ rời, khi người này thuộc nhiều cơ quan',
  position: 'chức vụ ở đó; không có thì như cũ',
  inAgency: 'chỉ những người của cơ quan này và các cơ quan bên dưới',
  type: 'chỉ loại này',
  all: 'kể cả những ai đã nghỉ',
  search: 'một phần của tên, hoặc phần đầu của số',
  limit: 'nhiều nhất bấy nhiêu',
}
