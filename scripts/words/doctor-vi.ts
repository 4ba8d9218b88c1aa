import type { Facts } from '../../src/errors.ts'
import type { DoctorCode, DoctorWords, PartCode, Said, Say } from './doctor-words.ts'

const said = (subject: string, message: string, advice: string | null = null): Said => ({
  ...{ subject, message, advice },
})
const authority = ({ slug }: Facts): string => `tổ chức cấp chứng thư số ${String(slug)}`
const list = (facts: Facts): string => `danh sách thu hồi ${String(facts['list'])}`
const signer = ({ slug }: Facts): string => `bên ký OCSP của ${String(slug)}`
const reader = (facts: Facts): string => `đầu đọc ${String(facts['reader'])}`
const within = (count: unknown): string => `trong ${String(count)} ngày tới`

const successor = ({ kind }: Facts): string =>
  kind === 'root'
    ? 'tổ chức lễ tạo khóa mới trước khi gốc hết hạn: mọi thứ bên dưới hết hạn cùng nó'
    : `tạo tổ chức kế nhiệm: ecard ca rollover --kind ${String(kind)}`

const newList = ({ isMadeHere }: Facts): string =>
  isMadeHere === true
    ? 'xem crl.not-published trong nhật ký dịch vụ; rồi: ecard crl publish --apply'
    : 'ký danh sách ở nơi giữ khóa của tổ chức: ecard crl install TỆP --apply'

const parts: Readonly<Record<PartCode, Say>> = {
  failed: ({ subject, problem }) => said(String(subject), String(problem)),
  'authority.issues': (facts) => said(authority(facts), `cấp đến ${String(facts['end'])}`),
  'authority.idle': (facts) =>
    said(authority(facts), `${String(facts['state'])}, đến ${String(facts['end'])}`),
  'authority.not-yet': (facts) =>
    said(
      authority(facts),
      `chưa có hiệu lực trước ${String(facts['from'])}`,
      'chỉnh lại đồng hồ của máy này',
    ),
  'authority.ended': (facts) =>
    said(
      authority(facts),
      `đã hết hạn lúc ${String(facts['end'])}: không cấp được gì`,
      successor(facts),
    ),
  'authority.near-end': (facts) =>
    said(
      authority(facts),
      `còn ${String(facts['days'])} ngày, hết hạn lúc ${String(facts['end'])}`,
      successor(facts),
    ),
  'authority.unsound': (facts) =>
    said(
      authority(facts),
      `không tin được (${String(facts['fault'])}): chứng thư số của nó bị từ chối`,
      'khôi phục bảng các tổ chức từ bản sao lưu',
    ),
  'authority.missing': ({ kind }) =>
    said(
      `tổ chức cấp chứng thư số ${String(kind)}`,
      `chưa có tổ chức nào cấp cho ${String(kind)}`,
      'tổ chức lễ tạo khóa: ecard ca init',
    ),
  'key.elsewhere': ({ slug }) => said(`khóa của ${String(slug)}`, 'ở máy khác'),
  'key.opens': ({ slug, key }) => said(`khóa của ${String(slug)}`, `mở được ${String(key)}`),
  'key.fails': ({ slug, problem }) => said(`khóa của ${String(slug)}`, String(problem)),
  'crl.current': (facts) => said(list(facts), `có hiệu lực đến ${String(facts['until'])}`),
  'crl.ending': (facts) =>
    said(list(facts), `sắp hết hiệu lực, lúc ${String(facts['until'])}`, newList(facts)),
  'crl.ended': (facts) =>
    said(list(facts), `đã hết hiệu lực lúc ${String(facts['until'])}`, newList(facts)),
  'crl.missing': (facts) => said(list(facts), 'chưa có', newList(facts)),
  'ocsp.signs': (facts) => said(signer(facts), `ký đến ${String(facts['until'])}`),
  'ocsp.missing': (facts) => said(signer(facts), 'chưa có', 'khởi động dịch vụ: dịch vụ sẽ tự tạo'),
  'ocsp.overdue': (facts) =>
    said(
      signer(facts),
      `chưa được gia hạn, hết hạn lúc ${String(facts['until'])}`,
      'xem ocsp.no-signer trong nhật ký dịch vụ',
    ),
  'ocsp.ended': (facts) =>
    said(
      signer(facts),
      `đã hết hạn lúc ${String(facts['until'])}`,
      'xem ocsp.no-signer trong nhật ký dịch vụ',
    ),
}

const own: Readonly<Record<DoctorCode, Say>> = {
  'database.answers': ({ version, migration }) =>
    said('cơ sở dữ liệu', `PostgreSQL ${String(version)} trả lời; lược đồ ${String(migration)}`),
  'redis.answers': () => said('Redis', 'trả lời'),
  'redis.embedded': () =>
    said(
      'Redis',
      'chưa đặt REDIS_URL: một nút giữ phiên trong bộ nhớ; thêm nút thứ hai thì cần Redis',
    ),
  'keystore.opens': () => said('kho khóa', 'mở được'),
  'clock.agrees': ({ seconds }) =>
    said('đồng hồ', `khớp với cơ sở dữ liệu (lệch ${String(seconds)} giây)`),
  'clock.off': ({ seconds }) =>
    said(
      'đồng hồ',
      `máy này và cơ sở dữ liệu lệch nhau ${String(seconds)} giây`,
      'chỉnh cả hai theo cùng một máy chủ thời gian (NTP)',
    ),
  'disk.enough': ({ free, folder }) =>
    said('ổ đĩa', `còn trống ${String(free)} GB cho ${String(folder)}`),
  'disk.low': ({ free, folder }) =>
    said('ổ đĩa', `chỉ còn ${String(free)} GB cho ${String(folder)}`, 'dọn bớt chỗ ở đó'),
  'certificates.well': ({ days }) =>
    said('chứng thư số của thẻ', `không cái nào hết hạn ${within(days)}`),
  'certificates.ending': ({ count, days }) =>
    said(
      'chứng thư số của thẻ',
      `${String(count)} cái hết hạn ${within(days)}`,
      'ecard certificate expiring --days 30, rồi gia hạn các thẻ đó: ecard card renew',
    ),
  'terminals.well': ({ days }) =>
    said('chứng thư số của máy đọc thẻ', `không cái nào hết hạn ${within(days)}`),
  'terminals.ending': ({ count, days }) =>
    said(
      'chứng thư số của máy đọc thẻ',
      `${String(count)} cái hết hạn ${within(days)}`,
      'xem ecard terminal list; ghi danh lại các máy đó',
    ),
  'operators.none': () =>
    said(
      'người vận hành',
      'chưa chỉ định ai: ai vào được sổ đăng ký này đều thay đổi được',
      'ecard operator bootstrap --holder NGƯỜI --apply',
    ),
  'operators.locked-out': () =>
    said(
      'người vận hành',
      'không còn quản trị viên toàn tỉnh nào có thẻ dùng được',
      'trên máy có kho khóa: ecard operator recover --help',
    ),
  'operators.one': () =>
    said(
      'người vận hành',
      'chỉ một quản trị viên toàn tỉnh có thẻ dùng được: mất thẻ đó thì không ai thay được',
      'ecard operator grant --holder NGƯỜI --role administrator --reason "..." --apply',
    ),
  'operators.well': ({ count }) =>
    said('người vận hành', `${String(count)} quản trị viên toàn tỉnh có thẻ dùng được`),
  'audit.well': ({ linked }) => said('nhật ký kiểm soát', `${String(linked)} sự kiện trong chuỗi`),
  'audit.behind': ({ waiting }) =>
    said(
      'nhật ký kiểm soát',
      `${String(waiting)} sự kiện chờ nối vào chuỗi hơn một phút`,
      'khởi động dịch vụ, hoặc: ecard audit checkpoint --apply',
    ),
  'audit.moved': () =>
    said(
      'nhật ký kiểm soát',
      'sổ đăng ký đến từ một PostgreSQL khác: chưa nối sự kiện nào',
      'ecard audit checkpoint --moved --apply',
    ),
  'audit.unsigned': ({ unsigned, since }) =>
    said(
      'nhật ký kiểm soát',
      `${String(unsigned)} sự kiện chưa được ký; điểm ký gần nhất: ${String(since)}`,
      'khởi động dịch vụ, hoặc: ecard audit checkpoint --apply',
    ),
  'issuances.none': () => said('thẻ cấp dở', 'không có'),
  'issuances.unfinished': ({ count, since }) =>
    said(
      'thẻ cấp dở',
      `${String(count)} thẻ, cũ nhất từ ${String(since)}`,
      'xem ecard card issuances; đặt thẻ lên đầu đọc và cấp tiếp, hoặc hủy bỏ',
    ),
  'puk.none': () => said('mã PUK đã đọc cho người khác', 'không có'),
  'puk.read-out': ({ count }) =>
    said(
      'mã PUK đã đọc cho người khác',
      `${String(count)} thẻ vẫn mang mã PUK đã có người biết`,
      'mở khóa các thẻ đó tại bàn hoặc gia hạn chúng: mã PUK sẽ được thay',
    ),
  'logout.none': () => said('thông báo đăng xuất', 'đã gửi hết'),
  'logout.stuck': ({ open, waiting }) =>
    said(
      'thông báo đăng xuất',
      `${String(open)} ứng dụng chưa trả lời, ${String(waiting)} lần chấm dứt phiên còn chờ`,
      'kiểm tra dịch vụ và các ứng dụng đó có chạy không: ecard client list',
    ),
  'mail.none': () => said('thư điện tử', '7 ngày qua không thư nào hỏng, không thư nào chờ lâu'),
  'mail.failed': ({ count, error }) =>
    said(
      'thư điện tử',
      `7 ngày qua ${String(count)} thư không gửi được; lần cuối: ${String(error)}`,
      'kiểm tra địa chỉ của những người đó (ecard holder show) và mail.failed trong nhật ký dịch vụ',
    ),
  'mail.waiting': ({ count, since }) =>
    said(
      'thư điện tử',
      `${String(count)} thư chờ gửi, cũ nhất từ ${String(since)}`,
      'kiểm tra dịch vụ có chạy với ECARD_SMTP_HOST và máy chủ thư có trả lời không',
    ),
  'reader.no-library': () =>
    said('đầu đọc thẻ', 'máy này chưa cài thư viện PC/SC; chỉ bàn cấp thẻ mới cần'),
  'reader.no-service': () =>
    said('đầu đọc thẻ', 'pcscd không chạy', 'systemctl enable --now pcscd.socket'),
  'reader.none': () =>
    said('đầu đọc thẻ', 'không thấy đầu đọc nào', 'kiểm tra dây cắm, nếu máy này là bàn cấp thẻ'),
  'reader.empty': (facts) => said(reader(facts), 'không có thẻ'),
  'reader.card': (facts) => said(reader(facts), 'có thẻ'),
  'reader.storage-card': (facts) =>
    said(
      reader(facts),
      'thẻ trên đó chỉ lưu dữ liệu (MIFARE, NTAG), không thể là thẻ điện tử',
      'nhấc thẻ đó ra và dùng thẻ PIV',
    ),
  'reader.several': ({ count }) =>
    said(
      'đầu đọc thẻ',
      `có thẻ trên ${String(count)} đầu đọc`,
      'chỉ để lại một thẻ, hoặc chọn đầu đọc bằng --reader',
    ),
  'agent.none': () => said('phần mềm đọc thẻ', 'máy này không phải máy đọc thẻ'),
  'agent.unreadable': ({ problem }) =>
    said('phần mềm đọc thẻ', String(problem), 'ghi danh lại máy: ecard-agent enrol'),
  'agent.not-running': ({ terminal }) =>
    said('phần mềm đọc thẻ', `đã ghi danh là ${String(terminal)}, chưa chạy`, 'ecard-agent run'),
  'agent.offline': ({ terminal, channel }) =>
    said(
      'phần mềm đọc thẻ',
      `đang chạy là ${String(terminal)}, kênh ${String(channel)}`,
      'kiểm tra dịch vụ có chạy không và máy này có tới được dịch vụ không',
    ),
  'agent.well': ({ terminal }) =>
    said('phần mềm đọc thẻ', `đang chạy là ${String(terminal)}, đã kết nối`),
  'agent.not-paired': ({ terminal }) =>
    said(
      'phần mềm đọc thẻ',
      `đang chạy là ${String(terminal)}; chưa trình duyệt nào được ghép`,
      'ecard-agent pair',
    ),
}

export const doctorVi: DoctorWords = {
  levels: { green: 'xanh', amber: 'vàng', red: 'đỏ' },
  headings: ['', 'mục', 'tình trạng'],
  toDo: (advice) => `Cần làm: ${advice}`,
  notes: `
Mỗi dòng bắt đầu bằng một dấu: ✓ tốt (xanh), ! cần chú ý (vàng), ✗ không hoạt động (đỏ).
Mã thoát: 0 không có gì đỏ, 1 có điều đỏ.
`,
  findings: { ...parts, ...own },
}
