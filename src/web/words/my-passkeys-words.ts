import type { SignInMethod } from '../../holders/authentication.ts'
import type { PasskeyDone } from '../views/passkeys-page.tsx'
import type { Text } from './language.ts'

/** A holder's own passkeys: the list, and the pages of what can be done with one. */
export const myPasskeysWords = {
  createdLabel: { vi: 'Tạo ngày', en: 'Created' },
  usedLabel: { vi: 'Dùng lần cuối', en: 'Last used' },
  whereKept: { vi: 'Nơi lưu', en: 'Kept' },
  stateLabel: { vi: 'Tình trạng', en: 'State' },
  synced: {
    vi: 'Đồng bộ giữa các thiết bị của bạn',
    en: 'Synced between your devices',
  },
  mayBeSynced: {
    vi: 'Trên một thiết bị, có thể được đồng bộ',
    en: 'On one device, may be synced to others',
  },
  bound: { vi: 'Chỉ trên một thiết bị', en: 'On one device only' },
  active: { vi: 'Đang dùng được', en: 'In use' },
  thisSession: { vi: 'Đang đăng nhập bằng khóa này', en: 'You are signed in with it' },
  flaggedAdvice: {
    vi: 'Hãy gỡ bỏ khóa này và báo cho bộ phận cấp thẻ của cơ quan bạn.',
    en: 'Remove it and tell the card office of your agency.',
  },
  rename: { vi: 'Đổi tên', en: 'Rename' },
  remove: { vi: 'Gỡ bỏ', en: 'Remove' },
  confirmFirst: {
    vi: 'Để đổi tên hoặc gỡ bỏ, bạn xác nhận lại bằng thẻ hoặc khóa truy cập nếu lần đăng nhập đã quá năm phút.',
    en: 'To rename or remove one you confirm with your card or a passkey, unless you signed in within the last five minutes.',
  },
  passOnly: {
    vi: 'Bạn đang đăng nhập bằng mã tạm thời: chỉ thêm được khóa truy cập nếu cán bộ cấp thẻ cho phép. Để đổi tên hoặc gỡ bỏ cần thẻ hoặc khóa truy cập.',
    en: 'You are signed in with a temporary pass: it lets you add a passkey where the issuing officer said so. Renaming and removing takes your card or a passkey.',
  },
  signOut: { vi: 'Đăng xuất', en: 'Sign out' },
  noticesHeading: { vi: 'Thông báo qua thư điện tử', en: 'Notices by e-mail' },
  mailsSent: {
    vi: 'Mỗi lần khóa truy cập được thêm, đổi tên, gỡ bỏ hoặc thu hồi, thư báo được gửi tới {to}.',
    en: 'Whenever a passkey is added, renamed, removed or revoked, a notice goes to {to}.',
  },
  mailsOff: {
    vi: 'Hệ thống này chưa được thiết lập để gửi thư, nên không có thư báo nào được gửi.',
    en: 'This service is not set up to send mail, so no notices are sent.',
  },
  noAddress: {
    vi: 'Chưa có địa chỉ thư điện tử của bạn, nên không có thư báo nào được gửi. Hãy báo địa chỉ cho bộ phận cấp thẻ của cơ quan bạn.',
    en: 'There is no e-mail address of yours here, so no notices are sent. Tell the card office of your agency your address.',
  },
  renameTitle: { vi: 'Đổi tên khóa truy cập', en: 'Rename a passkey' },
  newName: { vi: 'Tên mới', en: 'New name' },
  newNameHint: {
    vi: 'Tên giúp bạn nhận ra thiết bị, ví dụ Điện thoại của tôi.',
    en: 'A name by which you know the device, such as My telephone.',
  },
  save: { vi: 'Lưu tên mới', en: 'Save the new name' },
  wrongHeading: { vi: 'Chưa đổi được tên', en: 'The name was not changed' },
  wrongName: {
    vi: 'Nhập tên từ 1 đến {most} ký tự',
    en: 'Enter a name of 1 to {most} characters',
  },
  errorInTitle: { vi: 'Lỗi: {title}', en: 'Error: {title}' },
  removeTitle: { vi: 'Gỡ bỏ khóa truy cập này?', en: 'Remove this passkey?' },
  removeAdvice: {
    vi: 'Khóa này sẽ không đăng nhập được nữa. Các phiên đã đăng nhập bằng khóa này kết thúc ngay.',
    en: 'It will no longer sign in. Sessions that were opened with it end at once.',
  },
  removeThisSession: {
    vi: 'Bạn đang đăng nhập bằng chính khóa này: gỡ bỏ xong bạn sẽ bị đăng xuất.',
    en: 'You are signed in with this very passkey: removing it signs you out.',
  },
  deviceKeeps: {
    vi: 'Thiết bị có thể vẫn hiện khóa này cho đến khi bạn xóa nó trong phần cài đặt của thiết bị.',
    en: 'Your device may go on showing it until you delete it in the settings of the device.',
  },
  removeAgree: { vi: 'Gỡ bỏ khóa truy cập', en: 'Remove the passkey' },
  keep: { vi: 'Giữ lại', en: 'Keep it' },
  removed: { vi: 'Đã gỡ bỏ khóa truy cập', en: 'The passkey has been removed' },
  removedAdvice: {
    vi: 'Bạn đã được đăng xuất vì đã đăng nhập bằng khóa này.',
    en: 'You have been signed out, because you had signed in with it.',
  },
  back: { vi: 'Về trang Khóa truy cập của tôi', en: 'Back to My passkeys' },
} satisfies Record<string, Text>

export const doneWords: Readonly<Record<PasskeyDone, Text>> = {
  added: { vi: 'Đã thêm khóa truy cập', en: 'The passkey has been added' },
  renamed: { vi: 'Đã đổi tên khóa truy cập', en: 'The passkey has been renamed' },
  removed: myPasskeysWords.removed,
}

/** After whose name it stands. */
export const signedInByWords: Readonly<Record<SignInMethod, Text>> = {
  card: { vi: 'bằng thẻ điện tử', en: 'with your e-card' },
  passkey: { vi: 'bằng khóa truy cập', en: 'with a passkey' },
  pass: { vi: 'bằng mã tạm thời', en: 'with a temporary pass' },
}
