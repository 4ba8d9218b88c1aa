import type { AuthorityKind, AuthorityState } from '../../pki/authority.ts'
import type { Text } from './language.ts'

/** What the page about our certification authorities says. */
export const pkiWords = {
  title: { vi: 'Các tổ chức cấp chứng thư số', en: 'Certification authorities' },
  lead: {
    vi: 'Chứng thư số trên thẻ điện tử và trên máy đọc thẻ do các tổ chức dưới đây cấp. Trang này dành cho quản trị viên muốn máy của mình tin các chứng thư đó. Người dùng thẻ không cần làm gì.',
    en: 'The certificates on e-cards and card readers come from the authorities below. This page is for administrators whose computers are to trust them. If you only use a card, there is nothing to do here.',
  },
  contents: { vi: 'Trên trang này', en: 'On this page' },

  authorities: { vi: 'Danh sách các tổ chức', en: 'The authorities' },
  none: {
    vi: 'Chưa có tổ chức nào. Quản trị viên hệ thống cần lập chúng trước.',
    en: 'There are none yet. An administrator of this service has to make them first.',
  },
  subject: { vi: 'Tên trong chứng thư', en: 'Name in the certificate' },
  state: { vi: 'Trạng thái', en: 'State' },
  validity: { vi: 'Hiệu lực', en: 'Valid' },
  fromTo: { vi: 'từ {from} đến {to}', en: 'from {from} to {to}' },
  notYetValid: { vi: 'Chưa có hiệu lực', en: 'Not valid yet' },
  expired: { vi: 'Đã hết hạn', en: 'Expired' },
  fingerprint: { vi: 'Dấu vân tay SHA-256', en: 'SHA-256 fingerprint' },
  downloads: { vi: 'Tải về', en: 'Download' },
  downloadDer: { vi: 'Chứng thư (.cer)', en: 'Certificate (.cer)' },
  downloadPem: { vi: 'Chứng thư dạng văn bản (.pem)', en: 'Certificate as text (.pem)' },
  downloadCrl: { vi: 'Danh sách thu hồi (.crl)', en: 'Revocation list (.crl)' },
  crlParts: {
    vi: 'Danh sách thu hồi gồm {count} phần: {first} đến {last}',
    en: 'The revocation list has {count} parts: {first} to {last}',
  },
  ofAuthority: { vi: 'của {name}', en: 'of {name}' },

  install: { vi: 'Cài đặt chứng thư gốc', en: 'Install the root certificate' },
  installWarning: {
    vi: 'Máy tin chứng thư gốc sẽ tin mọi chứng thư bắt nguồn từ nó. Trước khi cài, hãy so dấu vân tay của tệp tải về với dấu vân tay in trong công văn, hoặc do bộ phận cấp thẻ đọc qua điện thoại. Chỉ so với trang này là chưa đủ.',
    en: 'A computer that trusts the root trusts everything that comes from it. Before you install it, compare the fingerprint of the file with the one in the official letter, or have the card office read it to you by telephone. Comparing it with this page alone is not enough.',
  },
  rootFile: { vi: 'Tải chứng thư gốc', en: 'Download the root certificate' },
  compare: {
    vi: 'So dấu vân tay. Lệnh này in ra dấu vân tay của tệp:',
    en: 'Compare the fingerprint. This command prints that of the file:',
  },
  runAsAdministrator: {
    vi: 'Mở cửa sổ lệnh với quyền quản trị rồi chạy:',
    en: 'Open a terminal as administrator and run:',
  },
  run: { vi: 'Chạy:', en: 'Run:' },

  windows: { vi: 'Windows', en: 'Windows' },
  windowsByHand: {
    vi: 'Hoặc mở tệp, chọn “Install Certificate”, “Local Machine”, rồi kho “Trusted Root Certification Authorities”.',
    en: 'Or open the file, choose “Install Certificate”, “Local Machine”, then the store “Trusted Root Certification Authorities”.',
  },
  windowsDomain: {
    vi: 'Nhiều máy trong một miền: dùng Group Policy, mục “Public Key Policies”, “Trusted Root Certification Authorities”.',
    en: 'For many computers of a domain: Group Policy, “Public Key Policies”, “Trusted Root Certification Authorities”.',
  },
  macos: { vi: 'macOS', en: 'macOS' },
  macosByHand: {
    vi: 'Hoặc mở tệp bằng Keychain Access, đưa vào “System”, rồi đặt “Always Trust”.',
    en: 'Or open the file with Keychain Access, add it to “System”, then set “Always Trust”.',
  },
  linux: { vi: 'Linux', en: 'Linux' },
  linuxDebian: { vi: 'Debian và Ubuntu:', en: 'Debian and Ubuntu:' },
  linuxFedora: { vi: 'Fedora và Red Hat:', en: 'Fedora and Red Hat:' },
  linuxChromium: {
    vi: 'Chrome và Chromium trên Linux có kho riêng cho mỗi người dùng:',
    en: 'Chrome and Chromium on Linux keep a store of their own for each user:',
  },
  firefox: { vi: 'Firefox', en: 'Firefox' },
  firefoxSystem: {
    vi: 'Trên Windows và macOS, Firefox dùng chứng thư gốc của hệ điều hành: cài như trên là đủ.',
    en: 'On Windows and macOS, Firefox uses the roots of the operating system: the steps above are enough.',
  },
  firefoxOpen: {
    vi: 'Trên Linux: mở Settings, “Privacy & Security”, “View Certificates”, thẻ “Authorities”, “Import”.',
    en: 'On Linux: open Settings, “Privacy & Security”, “View Certificates”, tab “Authorities”, “Import”.',
  },
  firefoxTick: {
    vi: 'Chọn tệp vừa tải, so dấu vân tay ở “View”, rồi đánh dấu “Trust this CA to identify websites”.',
    en: 'Choose the file, compare its fingerprint under “View”, then tick “Trust this CA to identify websites”.',
  },

  programs: { vi: 'Dành cho chương trình', en: 'For programs' },
  bundle: {
    vi: 'Tất cả chứng thư trong một tệp (.p7c)',
    en: 'All certificates in one file (.p7c)',
  },
  ocsp: {
    vi: 'Tra trạng thái chứng thư bằng OCSP (RFC 6960, GET và POST)',
    en: 'Status of certificates by OCSP (RFC 6960, GET and POST)',
  },
} satisfies Record<string, Text>

export const authorityKindWords: Readonly<Record<AuthorityKind, Text>> = {
  root: { vi: 'Gốc', en: 'Root' },
  'civil-servant': { vi: 'Thẻ điện tử công chức', en: 'Civil-servant e-cards' },
  citizen: { vi: 'Thẻ điện tử công dân', en: 'Citizen e-cards' },
  enterprise: { vi: 'Thẻ điện tử doanh nghiệp', en: 'Enterprise e-cards' },
  terminal: { vi: 'Máy đọc thẻ', en: 'Card readers' },
}

export const authorityStateWords: Readonly<Record<AuthorityState, Text>> = {
  issuing: { vi: 'Đang hoạt động', en: 'In service' },
  retired: {
    vi: 'Không cấp mới; chứng thư đã cấp vẫn có hiệu lực',
    en: 'Issues no more; what it issued stays valid',
  },
  revoked: {
    vi: 'Đã thu hồi: đừng tin chứng thư do tổ chức này cấp',
    en: 'Revoked: trust none of its certificates',
  },
}

/** Said in both languages where there is no page: to whoever looks at an address for programs. */
export const pkiSentences = {
  noSuchFile: {
    vi: 'Không có tệp này. Xem danh sách ở /pki.',
    en: 'There is no such file. See the list at /pki.',
  },
  notToBeSent: {
    vi: 'Địa chỉ này chỉ để tải về.',
    en: 'There is only something to fetch here: use GET.',
  },
  unavailable: {
    vi: 'Hệ thống đang bận. Hãy thử lại sau ít giây.',
    en: 'The system is busy. Try again in a few seconds.',
  },
  pageIsElsewhere: {
    vi: 'Trang này ở địa chỉ bảo mật của hệ thống.',
    en: 'This page is at the secure address of the service.',
  },
  onlyPkiHere: {
    vi: 'Cổng này chỉ phục vụ chứng thư, danh sách thu hồi và OCSP ở /pki/.',
    en: 'This port serves certificates, revocation lists and OCSP at /pki/, and nothing else.',
  },
} satisfies Record<string, Text>
