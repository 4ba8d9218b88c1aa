import type { Text } from '../texts.ts'

/** The agent's steps (`progressSteps`) in words for the person who holds the card. */
export const stepTexts: Readonly<Record<string, Text>> = {
  'no-reader': {
    vi: 'Không thấy đầu đọc thẻ. Kiểm tra dây cắm',
    en: 'No reader found. Check the cable',
  },
  'waiting-for-card': { vi: 'Đặt thẻ lên đầu đọc', en: 'Place your card on the reader' },
  reading: {
    vi: 'Đang đọc thẻ, giữ nguyên thẻ trên đầu đọc',
    en: 'Reading, keep the card on the reader',
  },
  'pin-needed': { vi: 'Nhập mã PIN ở bên dưới', en: 'Enter your PIN below' },
  signing: {
    vi: 'Đang ký, giữ nguyên thẻ trên đầu đọc',
    en: 'Signing, keep the card on the reader',
  },
  'card-removed': {
    vi: 'Thẻ bị nhấc ra quá sớm. Đặt lại thẻ và giữ yên một giây',
    en: 'The card was lifted too early. Place it again and hold still for a second',
  },
  'wrong-pin': { vi: 'Mã PIN chưa đúng. Còn {n} lần thử', en: 'Wrong PIN. {n} tries left' },
  'pin-blocked': {
    vi: 'Mã PIN đã bị khóa. Liên hệ bộ phận cấp thẻ để mở khóa',
    en: 'PIN blocked. Ask the card office to unblock it',
  },
  'not-our-card': {
    vi: 'Thẻ này không phải thẻ điện tử do tỉnh cấp',
    en: 'This is not an e-card issued by the province',
  },
  'two-cards': {
    vi: 'Có nhiều thẻ trên đầu đọc. Chỉ để lại một thẻ',
    en: 'Several cards on the reader. Leave only one',
  },
  'insert-card': {
    vi: 'Thẻ này không cho nhập PIN khi chạm. Hãy cắm thẻ vào khe',
    en: 'This card refuses a PIN over the air. Insert it into the slot',
  },
  'card-unreadable': {
    vi: 'Không đọc được thẻ. Nhấc thẻ ra rồi đặt lại',
    en: 'The card cannot be read. Lift it and place it again',
  },
  'terminal-busy': {
    vi: 'Máy này đang làm việc với một thẻ khác. Chờ một lát',
    en: 'This terminal is working on another card. Wait a moment',
  },
  'cancelled-at-terminal': {
    vi: 'Đã hủy tại máy này',
    en: 'Cancelled at this terminal',
  },
}

export const readerTexts = {
  title: { vi: 'Đầu đọc thẻ ảo', en: 'Virtual card reader' },
  titleReal: { vi: 'Máy đọc thẻ', en: 'Card terminal' },
  online: { vi: 'Đã kết nối', en: 'Connected' },
  offline: { vi: 'Mất kết nối', en: 'Not connected' },
  notConnected: {
    vi: 'Đang kết nối với dịch vụ đăng nhập…',
    en: 'Connecting to the sign-in service…',
  },
  noReader: {
    vi: 'Không thấy đầu đọc thẻ. Kiểm tra dây cắm',
    en: 'No reader found. Check the cable',
  },
  idle: { vi: 'Sẵn sàng', en: 'Ready' },
  idleWithCard: {
    vi: 'Thẻ đang ở trên đầu đọc',
    en: 'A card is on the reader',
  },
  working: { vi: 'Đang làm việc…', en: 'Working…' },
  asks: { vi: 'Ứng dụng', en: 'Application' },
  number: { vi: 'Số', en: 'Number' },
  compare: {
    vi: 'Số này phải giống số trên trang đăng nhập.',
    en: 'The sign-in page must show the same number.',
  },
  pinTitle: { vi: 'Nhập mã PIN', en: 'Enter the PIN' },
  pinLabel: { vi: 'Mã PIN (6 đến 8 số)', en: 'PIN (6 to 8 digits)' },
  'wrong-pin': { vi: 'Mã PIN chưa đúng', en: 'Wrong PIN' },
  'not-6-to-8-digits': { vi: 'Mã PIN gồm 6 đến 8 chữ số', en: 'A PIN has 6 to 8 digits' },
  tries: { vi: 'Còn {n} lần thử', en: '{n} tries left' },
  ok: { vi: 'Đồng ý', en: 'OK' },
  erase: { vi: 'Xóa', en: 'Erase' },
  cancel: { vi: 'Hủy', en: 'Cancel' },
  cards: { vi: 'Chạm một thẻ', en: 'Tap a card' },
  cardsHint: {
    vi: 'Bấm để đặt thẻ lên đầu đọc, bấm lần nữa để nhấc ra.',
    en: 'Press to place a card on the reader, press again to take it away.',
  },
  pin: { vi: 'PIN', en: 'PIN' },
  liftsEarly: {
    vi: 'Nhấc thẻ quá sớm ở lần chạm tới',
    en: 'Lift the card too early at the next tap',
  },
  pair: { vi: 'Ghép trình duyệt này', en: 'Pair this browser' },
  cannotPair: {
    vi: 'Máy đọc thẻ chưa kết nối được với dịch vụ đăng nhập. Hãy thử lại sau ít giây.',
    en: 'The terminal is not connected to the sign-in service. Try again in a few seconds.',
  },
} as const satisfies Record<string, Text>
