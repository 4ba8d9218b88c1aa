import type { CardAloneReason } from '../../oidc/sign-in-policy.ts'
import type { Text } from './language.ts'

/** Passkeys on the sign-in page and on their holder's own page. */
export const passkeyWords = {
  signInHeading: {
    vi: 'Không có thẻ hoặc đầu đọc ở đây?',
    en: 'No card or no reader here?',
  },
  signInFirst: { vi: 'Đăng nhập bằng khóa truy cập', en: 'Sign in with a passkey' },
  signInFirstAdvice: {
    vi: 'Bằng vân tay, khuôn mặt hoặc mã mở khóa của thiết bị này, của điện thoại, hoặc bằng khóa bảo mật.',
    en: 'By fingerprint, face or screen lock of this device or your phone, or with a security key.',
  },
  fieldLabel: { vi: 'Khóa truy cập (passkey)', en: 'Passkey' },
  fieldHint: { vi: 'Bấm để chọn khóa đã lưu', en: 'Press to choose a saved one' },
  use: { vi: 'Dùng khóa truy cập', en: 'Use a passkey' },

  title: { vi: 'Khóa truy cập của tôi', en: 'My passkeys' },
  about: {
    vi: 'Khóa truy cập (passkey) giúp bạn đăng nhập ở nơi không có đầu đọc thẻ: bằng vân tay, khuôn mặt hoặc mã mở khóa của điện thoại, máy tính hoặc khóa bảo mật.',
    en: 'A passkey signs you in where there is no card reader: by fingerprint, face or screen lock of your phone, computer or security key.',
  },
  signedInAs: { vi: 'Bạn đang đăng nhập với tên', en: 'You are signed in as' },
  listHeading: { vi: 'Khóa truy cập đã đăng ký', en: 'Registered passkeys' },
  none: { vi: 'Bạn chưa có khóa truy cập nào.', en: 'You have no passkey yet.' },
  neverUsed: { vi: 'Chưa dùng lần nào', en: 'Never used' },
  flagged: {
    vi: 'Đã ngừng dùng vì có dấu hiệu bị sao chép',
    en: 'Out of use because there may be a copy of it',
  },
  addHeading: { vi: 'Thêm khóa truy cập', en: 'Add a passkey' },
  addAdvice: {
    vi: 'Đặt tên để sau này nhận ra, rồi làm theo hướng dẫn của trình duyệt.',
    en: 'Give it a name that you will recognise, then follow your browser.',
  },
  name: { vi: 'Tên gọi', en: 'Name' },
  add: { vi: 'Thêm khóa truy cập', en: 'Add a passkey' },
  proveAdvice: {
    vi: 'Để thêm khóa truy cập, hãy xác nhận bằng thẻ và mã PIN. Lần xác nhận có hiệu lực năm phút.',
    en: 'To add a passkey, confirm with your card and PIN. The confirmation is good for five minutes.',
  },
  prove: { vi: 'Xác nhận bằng thẻ', en: 'Confirm with your card' },
  asking: {
    vi: 'Làm theo hướng dẫn của trình duyệt hoặc thiết bị',
    en: 'Follow your browser or device',
  },
  notMade: { vi: 'Chưa tạo được khóa truy cập', en: 'No passkey was made' },
  notMadeAdvice: {
    vi: 'Bạn đã hủy, hoặc thiết bị này đã có khóa truy cập của bạn. Hãy thử lại.',
    en: 'You cancelled, or this device holds a passkey of yours already. Try again.',
  },
  unsupported: {
    vi: 'Trình duyệt này chưa hỗ trợ khóa truy cập.',
    en: 'This browser does not know passkeys.',
  },
  impossible: {
    vi: 'Ở địa chỉ này không dùng được khóa truy cập.',
    en: 'Passkeys cannot be used at this address.',
  },
  noConnection: { vi: 'Mất kết nối mạng. Hãy thử lại', en: 'No network. Try again' },
} satisfies Record<string, Text>

/** Why the sign-in page offers the card alone. */
export const cardAloneWords: Readonly<Record<CardAloneReason, Text>> = {
  level: {
    vi: 'Ứng dụng này cần mức cao, nên chỉ nhận thẻ điện tử và mã PIN.',
    en: 'This application needs level high, so it accepts the e-card with PIN alone.',
  },
  compulsory: {
    vi: 'Từ ngày {date}, ứng dụng này chỉ nhận thẻ điện tử.',
    en: 'Since {date} this application accepts the e-card alone.',
  },
}
