import type { DeskNotice } from '../desk/desk-texts.ts'
import type { Language, ProgressStep } from '../protocol.ts'
import type { PinProblem, PinRequest } from './pin-prompt.ts'

interface Texts {
  readonly title: string
  readonly prompt: string
  readonly ok: string
  readonly cancel: string
  readonly asks: (application: string, number: string) => string
  readonly enterPin: string
  readonly triesLeft: (count: number) => string
  readonly lastTry: string
  readonly confirmLastTry: string
  readonly choosePin: Readonly<Record<'first' | 'again', string>>
  readonly problems: Readonly<Record<PinProblem, string>>
  readonly steps: Readonly<Record<ProgressStep | DeskNotice, string>>
}

export const texts: Readonly<Record<Language, Texts>> = {
  vi: {
    title: 'Thẻ điện tử',
    prompt: 'Mã PIN:',
    ok: 'Đồng ý',
    cancel: 'Hủy',
    asks: (application, number) => `${application} (số ${number})`,
    enterPin: 'Nhập mã PIN của thẻ, 6 đến 8 chữ số. Giữ thẻ trên đầu đọc.',
    triesLeft: (count) => `Còn ${count} lần thử.`,
    lastTry: 'Chỉ còn 1 lần thử. Nếu nhập sai, mã PIN sẽ bị khóa.',
    confirmLastTry: 'Bạn có muốn tiếp tục không?',
    choosePin: {
      first: 'Chọn mã PIN mới cho thẻ, 6 đến 8 chữ số, và giữ bí mật.',
      again: 'Nhập lại mã PIN vừa chọn.',
    },
    problems: {
      'pin-too-simple': 'Mã PIN này dễ đoán. Hãy chọn mã khác.',
      'pins-differ': 'Hai lần nhập không giống nhau.',
      'wrong-pin': 'Mã PIN chưa đúng.',
      'not-6-to-8-digits': 'Mã PIN gồm 6 đến 8 chữ số. Chưa mất lần thử nào.',
    },
    steps: {
      'no-reader': 'Không thấy đầu đọc thẻ. Kiểm tra dây cắm',
      'waiting-for-card': 'Đặt thẻ lên đầu đọc',
      reading: 'Đang đọc thẻ, giữ nguyên thẻ trên đầu đọc',
      'pin-needed': 'Nhập mã PIN trên cửa sổ của máy này',
      signing: 'Đang đăng nhập',
      'card-removed': 'Thẻ bị nhấc ra quá sớm. Đặt lại thẻ và giữ yên một giây',
      'wrong-pin': 'Mã PIN chưa đúng',
      'pin-blocked': 'Mã PIN đã bị khóa. Liên hệ bộ phận cấp thẻ để mở khóa',
      'not-our-card': 'Thẻ này không phải thẻ điện tử do tỉnh cấp',
      'two-cards': 'Có nhiều thẻ trên đầu đọc. Chỉ để lại một thẻ',
      'insert-card': 'Thẻ này không cho nhập PIN khi chạm. Hãy cắm thẻ vào khe',
      'card-unreadable': 'Không đọc được thẻ. Nhấc thẻ ra rồi đặt lại',
      'terminal-busy': 'Máy này đang làm việc với một thẻ khác. Chờ một lát',
      'cancelled-at-terminal': 'Đã hủy tại máy này',
      opened: 'Đang làm việc với thẻ, giữ nguyên thẻ trên đầu đọc',
      ended: 'Đã xong, có thể nhấc thẻ ra',
    },
  },
  en: {
    title: 'E-card',
    prompt: 'PIN:',
    ok: 'OK',
    cancel: 'Cancel',
    asks: (application, number) => `${application} (number ${number})`,
    enterPin: 'Enter the PIN of the card, 6 to 8 digits. Keep the card on the reader.',
    triesLeft: (count) => `${count} tries left.`,
    lastTry: 'Only 1 try is left. Another wrong PIN blocks the card.',
    confirmLastTry: 'Do you want to go on?',
    choosePin: {
      first: 'Choose a new PIN for the card, 6 to 8 digits, and keep it secret.',
      again: 'Enter the PIN that you chose once more.',
    },
    problems: {
      'pin-too-simple': 'This PIN is easy to guess. Choose another one.',
      'pins-differ': 'The two entries differ.',
      'wrong-pin': 'Wrong PIN.',
      'not-6-to-8-digits': 'A PIN has 6 to 8 digits. No try was used.',
    },
    steps: {
      'no-reader': 'No reader found. Check the cable',
      'waiting-for-card': 'Place your card on the reader',
      reading: 'Reading, keep the card on the reader',
      'pin-needed': "Enter your PIN in this computer's own window",
      signing: 'Signing in',
      'card-removed': 'The card was lifted too early. Place it again and hold still for a second',
      'wrong-pin': 'Wrong PIN',
      'pin-blocked': 'PIN blocked. Ask the card office to unblock it',
      'not-our-card': 'This is not an e-card issued by the province',
      'two-cards': 'Several cards on the reader. Leave only one',
      'insert-card': 'This card refuses a PIN over the air. Insert it into the slot',
      'card-unreadable': 'The card cannot be read. Lift it and place it again',
      'terminal-busy': 'This computer is working on another card. Wait a moment',
      'cancelled-at-terminal': 'Cancelled at this computer',
      opened: 'Working on the card, keep it on the reader',
      ended: 'Finished, the card may be taken away',
    },
  },
}

/** Who asks, what went wrong, how many tries are left: what the prompt says above the PIN. */
export function describeRequest(request: PinRequest): string {
  const { application, number, language, problem } = request
  const words = texts[language]
  const sentences = [
    words.asks(application[language], number),
    problem === null ? null : words.problems[problem],
    describeTries(request),
    request.choosing === undefined ? words.enterPin : words.choosePin[request.choosing],
  ]
  return sentences.filter((sentence) => sentence !== null).join('\n')
}

function describeTries({ triesLeft, language }: PinRequest): string | null {
  if (triesLeft === null) return null
  return triesLeft === 1 ? texts[language].lastTry : texts[language].triesLeft(triesLeft)
}
