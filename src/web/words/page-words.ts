import type { Text } from './language.ts'

/** Everything the pages say that is neither a state of a sign-in nor a fault. */
export const words = {
  service: { vi: 'Đăng nhập một lần bằng thẻ điện tử', en: 'Single sign-on with your e-card' },
  skipToMain: { vi: 'Đến nội dung chính', en: 'Skip to main content' },
  switchLanguage: { vi: 'English', en: 'Tiếng Việt' },

  signInTo: { vi: 'Bạn đang đăng nhập vào', en: 'You are signing in to' },
  terminal: { vi: 'Máy đọc thẻ', en: 'Card reader' },
  noTerminal: { vi: 'Chưa ghép với máy nào', en: 'Not paired with any' },
  number: { vi: 'Số của lần đăng nhập này', en: 'Number of this sign-in' },
  numberAdvice: {
    vi: 'Máy đọc thẻ hiện cùng số này. Nếu khác số, đừng chạm thẻ.',
    en: 'The card reader program shows the same number. If it differs, do not use your card.',
  },
  retry: { vi: 'Thử lại', en: 'Try again' },
  otherWays: { vi: 'Cách khác', en: 'Other ways' },
  cancel: { vi: 'Hủy đăng nhập', en: 'Cancel sign-in' },
  help: { vi: 'Cần trợ giúp?', en: 'Need help?' },
  helpPlace: {
    vi: 'Đặt cả mặt thẻ sát đầu đọc, giữ yên một giây. Lấy thẻ khác và điện thoại ra khỏi đầu đọc.',
    en: 'Lay the whole card flat on the reader and hold it still for a second. Move other cards and phones away from the reader.',
  },
  helpPin: {
    vi: 'Quên mã PIN hoặc mất thẻ: liên hệ bộ phận cấp thẻ của cơ quan bạn.',
    en: 'Forgotten PIN or lost card: contact the card office of your agency.',
  },
  helpCode: {
    vi: 'Khi gọi hỗ trợ, hãy đọc mã chữ nhỏ bắt đầu bằng ECARD.',
    en: 'When you call for help, read out the small code that starts with ECARD.',
  },
  noScript: {
    vi: 'Trang này cần JavaScript để nói chuyện với đầu đọc thẻ. Hãy bật JavaScript rồi tải lại trang.',
    en: 'This page needs JavaScript to talk with the card reader. Turn JavaScript on and load the page again.',
  },

  cancelled: { vi: 'Đã hủy đăng nhập', en: 'Sign-in cancelled' },
  cancelledAdvice: {
    vi: 'Bạn chưa đăng nhập. Có thể quay lại ứng dụng hoặc đóng trang này.',
    en: 'You are not signed in. Go back to the application, or close this page.',
  },
  backToApplication: { vi: 'Quay lại ứng dụng', en: 'Back to the application' },

  welcomeTitle: {
    vi: 'Một thẻ điện tử cho mọi ứng dụng dùng chung',
    en: 'One e-card for every shared application',
  },
  welcomeAdvice: {
    vi: 'Hãy mở ứng dụng bạn cần. Ứng dụng sẽ tự đưa bạn tới đây khi cần đăng nhập.',
    en: 'Open the application you need. It brings you here by itself when you have to sign in.',
  },
  welcomeStepOpen: {
    vi: 'Mở ứng dụng và bấm Đăng nhập',
    en: 'Open the application and press Sign in',
  },
  welcomeStepTap: { vi: 'Đặt thẻ lên đầu đọc', en: 'Place your card on the reader' },
  welcomeStepDone: {
    vi: 'Các ứng dụng khác tự nhận ra bạn',
    en: 'The other applications then know you',
  },

  pairTitle: {
    vi: 'Ghép trình duyệt với máy đọc thẻ',
    en: 'Pair this browser with the card reader',
  },
  pairAsk: {
    vi: 'Ghép trình duyệt này với máy đọc thẻ?',
    en: 'Pair this browser with the card reader?',
  },
  pairAdvice: {
    vi: 'Chỉ đồng ý khi bạn vừa mở trang này từ phần mềm đọc thẻ trên chính máy này.',
    en: 'Agree only if you have just opened this page from the card reader program on this very computer.',
  },
  pairAgree: { vi: 'Ghép trình duyệt này', en: 'Pair this browser' },
  pairing: { vi: 'Đang ghép trình duyệt', en: 'Pairing this browser' },
  pairDone: { vi: 'Đã ghép với máy {terminal}', en: 'Paired with {terminal}' },
  pairDoneAdvice: {
    vi: 'Từ nay bạn đăng nhập được bằng thẻ ngay trên máy này. Có thể đóng trang.',
    en: 'You can now sign in with your card at this computer. You may close this page.',
  },
  pairNoCode: {
    vi: 'Hãy mở trang này từ phần mềm đọc thẻ',
    en: 'Open this page from the card reader program',
  },
  pairNoCodeAdvice: {
    vi: 'Trên máy này, mở phần mềm đọc thẻ và chọn “Ghép trình duyệt”.',
    en: 'On this computer, open the card reader program and choose “Pair browser”.',
  },
  noConnection: { vi: 'Mất kết nối mạng. Hãy thử lại', en: 'No network. Try again' },

  signOutTitle: { vi: 'Đăng xuất', en: 'Sign out' },
  signOutAsk: { vi: 'Đăng xuất khỏi mọi ứng dụng?', en: 'Sign out of every application?' },
  signOutAdvice: {
    vi: 'Các ứng dụng bạn đã mở bằng thẻ trên trình duyệt này đều sẽ đăng xuất.',
    en: 'Every application that you opened with your card in this browser will sign you out.',
  },
  signOutAgree: { vi: 'Đăng xuất', en: 'Sign out' },
  staySignedIn: { vi: 'Ở lại', en: 'Stay signed in' },
  signedOut: { vi: 'Đã đăng xuất', en: 'You are signed out' },
  signedOutAdvice: {
    vi: 'Nhớ cầm thẻ theo. Có thể đóng trang này.',
    en: 'Remember to take your card with you. You may close this page.',
  },
} satisfies Record<string, Text>
