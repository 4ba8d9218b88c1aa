import type { DeskPurpose, LocalText } from '../protocol.ts'

/** What the person at this terminal is told of a desk, besides the steps of a sign-in. */
export type DeskNotice = 'opened' | 'ended'

const purposes: Readonly<Record<DeskPurpose, LocalText>> = {
  issue: { vi: 'Bàn cấp thẻ', en: 'Card desk' },
  unblock: { vi: 'Mở khóa thẻ từ xa', en: 'Unblocking from far away' },
  'operator-sign-in': {
    vi: 'Người vận hành đăng nhập (lệnh ecard)',
    en: 'Operator sign-in (ecard command)',
  },
  read: { vi: 'Đọc thẻ từ xa', en: 'Reading from far away' },
}

/** Who asks at this terminal. Our own words: no message can make the prompt say something else. */
export function describeDesk(purpose: DeskPurpose): LocalText {
  return purposes[purpose]
}
