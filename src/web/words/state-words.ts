import type { Language, Text } from './language.ts'

/** What the illustration shows; `plain` and `ended` (the card lifted, all is well) are no states. */
export type Picture =
  'waiting' | 'reading' | 'pin' | 'done' | 'fault' | 'absent' | 'plain' | 'ended'

/** One state of a sign-in as the page shows it. */
export interface StateWords {
  readonly picture: Picture
  /** The one thing to do or to know; the largest text of the page. */
  readonly heading: Text
  readonly advice: Text
  /** For the help desk: 20… a state, 10… to 15… a refusal, 30… an error. null: nothing is wrong. */
  readonly code: string | null
  /** Whether the person has to press "try again": the sign-in does not go on by itself. */
  readonly stopped: boolean
}

const nothing: Text = { vi: '', en: '' }

/** Every state that is not a refusal; words as agreed with the province. */
export const stateWords = {
  waiting: {
    picture: 'waiting',
    heading: { vi: 'Đặt thẻ lên đầu đọc', en: 'Place your card on the reader' },
    advice: {
      vi: 'Đặt cả mặt thẻ và giữ yên cho đến khi trang báo xong.',
      en: 'Lay it flat and hold it still until this page says you are in.',
    },
    code: null,
    stopped: false,
  },
  'waiting-with-pin': {
    picture: 'waiting',
    heading: { vi: 'Đặt thẻ lên đầu đọc', en: 'Place your card on the reader' },
    advice: {
      vi: 'Ứng dụng này cần thẻ và mã PIN. Để thẻ nằm yên cho đến khi trang báo xong.',
      en: 'This application needs card and PIN. Leave the card there until this page says you are in.',
    },
    code: null,
    stopped: false,
  },
  reading: {
    picture: 'reading',
    heading: {
      vi: 'Đang đọc thẻ, giữ nguyên thẻ trên đầu đọc',
      en: 'Reading, keep the card on the reader',
    },
    advice: nothing,
    code: null,
    stopped: false,
  },
  'pin-needed': {
    picture: 'pin',
    heading: {
      vi: 'Nhập mã PIN trên cửa sổ của máy này',
      en: "Enter your PIN in this computer's own window",
    },
    advice: {
      vi: 'Không bao giờ nhập mã PIN vào một trang web. Giữ nguyên thẻ trên đầu đọc.',
      en: 'Never type your PIN into a web page. Keep the card on the reader.',
    },
    code: null,
    stopped: false,
  },
  signing: {
    picture: 'reading',
    heading: {
      vi: 'Thẻ đang xác nhận, giữ nguyên thẻ trên đầu đọc',
      en: 'The card is confirming, keep it on the reader',
    },
    advice: nothing,
    code: null,
    stopped: false,
  },
  'signing-in': {
    picture: 'reading',
    heading: { vi: 'Đang đăng nhập vào {application}', en: 'Signing in to {application}' },
    advice: { vi: 'Có thể nhấc thẻ ra.', en: 'You may lift the card.' },
    code: null,
    stopped: false,
  },
  done: {
    picture: 'done',
    heading: { vi: 'Xin chào {name}', en: 'Welcome, {name}' },
    advice: { vi: 'Đang mở {application}', en: 'Opening {application}' },
    code: null,
    stopped: false,
  },
  'card-removed': {
    picture: 'fault',
    heading: {
      vi: 'Thẻ bị nhấc ra quá sớm. Đặt lại thẻ và giữ yên một giây',
      en: 'The card was lifted too early. Place it again and hold still for a second',
    },
    advice: nothing,
    code: 'ECARD-2001',
    stopped: false,
  },
  'wrong-pin': {
    picture: 'fault',
    heading: { vi: 'Mã PIN chưa đúng. Còn {n} lần thử', en: 'Wrong PIN. {n} tries left' },
    advice: {
      vi: 'Giữ thẻ trên đầu đọc và nhập lại.',
      en: 'Keep the card on the reader and enter it again.',
    },
    code: 'ECARD-2002',
    stopped: false,
  },
  'wrong-pin-last': {
    picture: 'fault',
    heading: { vi: 'Mã PIN chưa đúng. Còn 1 lần thử', en: 'Wrong PIN. 1 try left' },
    advice: {
      vi: 'Nếu sai lần nữa, mã PIN sẽ bị khóa. Không chắc thì hãy hỏi bộ phận cấp thẻ.',
      en: 'One more mistake blocks the PIN. If you are not sure, ask the card office first.',
    },
    code: 'ECARD-2002',
    stopped: false,
  },
  'wrong-pin-uncounted': {
    picture: 'fault',
    heading: { vi: 'Mã PIN chưa đúng', en: 'Wrong PIN' },
    advice: {
      vi: 'Giữ thẻ trên đầu đọc và nhập lại.',
      en: 'Keep the card on the reader and enter it again.',
    },
    code: 'ECARD-2002',
    stopped: false,
  },
  'pin-blocked': {
    picture: 'fault',
    heading: {
      vi: 'Mã PIN đã bị khóa. Liên hệ bộ phận cấp thẻ để mở khóa',
      en: 'PIN blocked. Ask the card office to unblock it',
    },
    advice: {
      vi: 'Mang theo thẻ và giấy tờ tùy thân.',
      en: 'Bring the card and an identity document.',
    },
    code: 'ECARD-2003',
    stopped: true,
  },
  'no-reader': {
    picture: 'absent',
    heading: {
      vi: 'Không thấy đầu đọc thẻ. Kiểm tra dây cắm',
      en: 'No reader found. Check the cable',
    },
    advice: {
      vi: 'Khi đầu đọc được cắm lại, trang này tự đi tiếp.',
      en: 'Once the reader is connected, this page goes on by itself.',
    },
    code: 'ECARD-2004',
    stopped: false,
  },
  'no-agent': {
    picture: 'absent',
    heading: {
      vi: 'Máy này chưa chạy phần mềm đọc thẻ',
      en: 'The card reader program is not running on this computer',
    },
    advice: {
      vi: 'Hãy mở phần mềm đọc thẻ. Trang này tự đi tiếp khi phần mềm đã chạy.',
      en: 'Start the card reader program. This page goes on by itself once it runs.',
    },
    code: 'ECARD-2005',
    stopped: true,
  },
  'not-paired': {
    picture: 'absent',
    heading: {
      vi: 'Trình duyệt này chưa được ghép với máy đọc thẻ',
      en: 'This browser is not paired with the card reader',
    },
    advice: {
      vi: 'Trên máy này, mở phần mềm đọc thẻ và chọn “Ghép trình duyệt”, rồi quay lại trang này.',
      en: 'On this computer, open the card reader program and choose “Pair browser”, then come back to this page.',
    },
    code: 'ECARD-2006',
    stopped: true,
  },
  'not-our-card': {
    picture: 'fault',
    heading: {
      vi: 'Thẻ này không phải thẻ điện tử do tỉnh cấp',
      en: 'This is not an e-card issued by the province',
    },
    advice: {
      vi: 'Lấy thẻ ra và đặt thẻ điện tử của bạn.',
      en: 'Take it away and place your e-card.',
    },
    code: 'ECARD-2007',
    stopped: false,
  },
  'two-cards': {
    picture: 'fault',
    heading: {
      vi: 'Có nhiều thẻ trên đầu đọc. Chỉ để lại một thẻ',
      en: 'Several cards on the reader. Leave only one',
    },
    advice: nothing,
    code: 'ECARD-2008',
    stopped: false,
  },
  'insert-card': {
    picture: 'fault',
    heading: {
      vi: 'Thẻ này không cho nhập mã PIN khi chạm. Hãy cắm thẻ vào khe',
      en: 'This card refuses a PIN over the air. Insert it into the slot',
    },
    advice: nothing,
    code: 'ECARD-2009',
    stopped: false,
  },
  'card-unreadable': {
    picture: 'fault',
    heading: {
      vi: 'Chưa đọc được thẻ. Nhấc thẻ ra rồi đặt lại',
      en: 'The card could not be read. Lift it and place it again',
    },
    advice: {
      vi: 'Nếu vẫn không đọc được, hãy mang thẻ đến bộ phận cấp thẻ.',
      en: 'If it still cannot be read, take the card to the card office.',
    },
    code: 'ECARD-2010',
    stopped: false,
  },
  'terminal-busy': {
    picture: 'absent',
    heading: {
      vi: 'Máy này đang làm việc với một thẻ khác',
      en: 'This computer is working on another card',
    },
    advice: {
      vi: 'Chờ một lát: trang tự đi tiếp khi thẻ đó xong.',
      en: 'Wait a moment: this page goes on by itself when that card is done.',
    },
    code: 'ECARD-2015',
    stopped: false,
  },
  'cancelled-at-terminal': {
    picture: 'fault',
    heading: { vi: 'Đã hủy trên máy đọc thẻ', en: 'Cancelled at the card reader' },
    advice: {
      vi: 'Bấm Thử lại nếu bạn vẫn muốn đăng nhập.',
      en: 'Press Try again if you still want to sign in.',
    },
    code: 'ECARD-2011',
    stopped: true,
  },
  'passkey-asked': {
    picture: 'plain',
    heading: {
      vi: 'Xác nhận trên thiết bị giữ khóa truy cập',
      en: 'Confirm on the device that holds your passkey',
    },
    advice: {
      vi: 'Dùng vân tay, khuôn mặt hoặc mã mở khóa của thiết bị.',
      en: 'Use your fingerprint, face or screen lock.',
    },
    code: null,
    stopped: false,
  },
  'passkey-not-used': {
    picture: 'fault',
    heading: { vi: 'Chưa dùng được khóa truy cập', en: 'No passkey was used' },
    advice: {
      vi: 'Bấm Dùng khóa truy cập để thử lại, hoặc chọn cách đăng nhập khác.',
      en: 'Press Use a passkey to try again, or choose another way to sign in.',
    },
    code: 'ECARD-2021',
    stopped: true,
  },
  'timed-out': {
    picture: 'fault',
    heading: { vi: 'Đã quá thời gian. Bấm để thử lại', en: 'Timed out. Press to try again' },
    advice: nothing,
    code: 'ECARD-2012',
    stopped: true,
  },
  busy: {
    picture: 'absent',
    heading: {
      vi: 'Hệ thống đang bận, tự thử lại sau {n} giây',
      en: 'Busy, trying again in {n} seconds',
    },
    advice: { vi: 'Bạn không cần làm gì.', en: 'You need not do anything.' },
    code: 'ECARD-2013',
    stopped: false,
  },
  offline: {
    picture: 'absent',
    heading: {
      vi: 'Mất kết nối mạng. Trang tự nối lại',
      en: 'No network. This page reconnects by itself',
    },
    advice: {
      vi: 'Nếu chờ lâu, hãy kiểm tra dây mạng hoặc Wi-Fi.',
      en: 'If it takes long, check the network cable or Wi-Fi.',
    },
    code: 'ECARD-2014',
    stopped: false,
  },
} as const satisfies Record<string, StateWords>

export type StateName = keyof typeof stateWords

/** What the page or its script shows, in one language. */
export interface StateView {
  readonly state: string
  readonly picture: Picture
  readonly heading: string
  readonly advice: string
  readonly code: string | null
  readonly stopped: boolean
}

/** `words` in `language`, placeholders still open. */
export function viewOf(state: string, words: StateWords, language: Language): StateView {
  const { picture, heading, advice, code, stopped } = words
  return { state, picture, heading: heading[language], advice: advice[language], code, stopped }
}
