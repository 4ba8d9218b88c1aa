import type { CardState } from '../../../src/cards/card.ts'
import type { Text } from '../texts.ts'

export const cardStateTexts: Readonly<Record<CardState, Text>> = {
  requested: { vi: 'Đã yêu cầu', en: 'Requested' },
  issued: { vi: 'Đã cấp', en: 'Issued' },
  active: { vi: 'Đang dùng', en: 'Active' },
  suspended: { vi: 'Tạm khóa', en: 'Suspended' },
  revoked: { vi: 'Đã thu hồi', en: 'Revoked' },
  expired: { vi: 'Hết hạn', en: 'Expired' },
  replaced: { vi: 'Đã cấp lại', en: 'Replaced' },
}

export const portalTexts = {
  province: { vi: 'Tỉnh Minh Họa', en: 'Minh Họa province' },
  title: { vi: 'Một thẻ cho mọi ứng dụng', en: 'One card for every application' },
  lead: {
    vi: 'Bản trình diễn đăng nhập một lần bằng thẻ điện tử. Làm theo ba bước dưới đây.',
    en: 'A demonstration of single sign-on with an e-card. Follow the three steps below.',
  },
  online: { vi: 'Máy đọc thẻ đã kết nối', en: 'Terminal connected' },
  offline: { vi: 'Máy đọc thẻ mất kết nối', en: 'Terminal not connected' },
  done: { vi: 'Xong', en: 'Done' },
  step1: { vi: 'Ghép trình duyệt', en: 'Pair the browser' },
  step1Text: {
    vi: 'Cho trình duyệt biết nó ở cạnh máy đọc thẻ nào, rồi mở đầu đọc ở một cửa sổ nhỏ.',
    en: 'Tell the browser which terminal it stands beside, then open the reader in a small window.',
  },
  pair: { vi: 'Ghép trình duyệt này', en: 'Pair this browser' },
  openReader: { vi: 'Mở đầu đọc thẻ ảo', en: 'Open the virtual reader' },
  openTerminal: { vi: 'Mở cửa sổ máy đọc thẻ', en: 'Open the terminal window' },
  step2: { vi: 'Mở một ứng dụng', en: 'Open an application' },
  step2Text: {
    vi: 'Chọn ứng dụng trong danh sách dưới, rồi bấm “Đăng nhập bằng thẻ điện tử”.',
    en: 'Choose one from the list below and press “Sign in with your e-card”.',
  },
  step2Link: { vi: 'Xem các ứng dụng', en: 'See the applications' },
  step3: { vi: 'Chạm thẻ', en: 'Tap a card' },
  step3Text: {
    vi: 'Ở cửa sổ đầu đọc thẻ, bấm vào một thẻ. Ứng dụng thứ hai sẽ không hỏi lại.',
    en: 'In the reader window press a card. The second application will not ask again.',
  },
  step3TextReal: {
    vi: 'Đặt thẻ lên đầu đọc. Ứng dụng thứ hai sẽ không hỏi lại.',
    en: 'Place a card on the reader. The second application will not ask again.',
  },
  applications: { vi: 'Năm ứng dụng dùng chung', en: 'The five shared applications' },
  opensWith: { vi: 'Dành cho', en: 'Open to' },
  needs: { vi: 'Cần', en: 'Needs' },
  tap: { vi: 'Chạm thẻ', en: 'Tap' },
  tapAndPin: { vi: 'Chạm thẻ và mã PIN', en: 'Tap and PIN' },
  signedOut: { vi: 'Chưa đăng nhập', en: 'Not signed in' },
  signedInAs: { vi: 'Đang đăng nhập: {name}', en: 'Signed in: {name}' },
  open: { vi: 'Mở', en: 'Open' },
  passkeys: { vi: 'Khi không có đầu đọc thẻ', en: 'Where there is no card reader' },
  passkeysText: {
    vi: 'Mở trang “Khóa truy cập của tôi”, xác nhận bằng thẻ và mã PIN ở cửa sổ đầu đọc, rồi thêm một khóa truy cập (passkey) vào chính máy của bạn.',
    en: 'Open “My passkeys”, confirm with card and PIN in the reader window, then add a passkey to this very computer of yours.',
  },
  passkeysUse: {
    vi: 'Sau đó đăng xuất, mở lại một ứng dụng và bấm “Dùng khóa truy cập” thay cho chạm thẻ. Ứng dụng cần mức cao vẫn chỉ nhận thẻ.',
    en: 'Then sign out, open an application again and press “Use a passkey” instead of tapping. An application that needs level high still takes the card alone.',
  },
  passkeysOpen: { vi: 'Mở Khóa truy cập của tôi', en: 'Open My passkeys' },
  administrator: { vi: 'Quản trị viên', en: 'Administrator' },
  administratorText: {
    vi: 'Tạm khóa một thẻ rồi thử chạm thẻ đó; mọi phiên đăng nhập của thẻ kết thúc ngay.',
    en: 'Suspend a card, then try to tap it; every session of the card ends at once.',
  },
  card: { vi: 'Thẻ', en: 'Card' },
  state: { vi: 'Tình trạng', en: 'State' },
  act: { vi: 'Việc cần làm', en: 'Action' },
  suspend: { vi: 'Tạm khóa', en: 'Suspend' },
  reinstate: { vi: 'Mở lại', en: 'Reinstate' },
  unblock: { vi: 'Mở khóa PIN', en: 'Unblock PIN' },
  pinBlocked: { vi: 'PIN bị khóa', en: 'PIN blocked' },
  noCard: { vi: 'Chưa có thẻ', en: 'No card yet' },
  invented: {
    vi: 'Tỉnh Minh Họa không có thật. Mọi tên người và số hiệu ở đây là minh họa.',
    en: 'Minh Họa is an invented province. Every person and number here is an illustration.',
  },
} as const satisfies Record<string, Text>
