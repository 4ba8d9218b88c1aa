import type { CardKind } from '../../holders/card-kind.ts'
import { fill, type Language, type Text } from './language.ts'

/** Why a card is asked for although the person may have signed in before. */
export const noticeWords = {
  level: {
    vi: 'Ứng dụng này cần thẻ và mã PIN',
    en: 'This application needs card and PIN',
  },
  'level-or-passkey': {
    vi: 'Ứng dụng này cần thẻ và mã PIN, hoặc khóa truy cập',
    en: 'This application needs card and PIN, or a passkey',
  },
  application: {
    vi: 'Mã tạm thời vừa dùng không mở ứng dụng này',
    en: 'The temporary pass just used does not open this application',
  },
  'card-kind': {
    vi: 'Ứng dụng này chỉ dành cho {kinds}',
    en: 'This application is only for {kinds}',
  },
  'card-alone': {
    vi: 'Ứng dụng này chỉ nhận thẻ điện tử',
    en: 'This application accepts the e-card alone',
  },
  agency: {
    vi: 'Ứng dụng này chỉ dành cho một số cơ quan, và thẻ vừa dùng không thuộc các cơ quan đó',
    en: 'This application is only for certain agencies, and the card just used belongs to none of them',
  },
  'max-age': {
    vi: 'Ứng dụng này cần bạn xác nhận lại bằng thẻ',
    en: 'This application asks you to confirm with your card again',
  },
  'max-age-or-passkey': {
    vi: 'Ứng dụng này cần bạn xác nhận lại',
    en: 'This application asks you to confirm again',
  },
} satisfies Record<string, Text>

export type NoticeReason = keyof typeof noticeWords

const kindWords: Readonly<Record<CardKind, Text>> = {
  'civil-servant': { vi: 'thẻ điện tử công chức', en: 'civil-servant e-cards' },
  citizen: { vi: 'thẻ điện tử công dân', en: 'citizen e-cards' },
  enterprise: { vi: 'thẻ điện tử doanh nghiệp', en: 'enterprise e-cards' },
}

const or: Text = { vi: ' hoặc ', en: ' or ' }

/**
 * The sentence for `reason`, or null for a reason that needs none (a first sign-in).
 *
 * @param options.takesPasskeys - whether a passkey would do as well as the card
 */
export function noticeFor(
  reason: string,
  cardKinds: readonly CardKind[],
  { language, takesPasskeys }: { language: Language; takesPasskeys: boolean },
): string | null {
  const wider = `${reason}-or-passkey`
  const said = takesPasskeys && isNoticeReason(wider) ? wider : reason
  if (!isNoticeReason(said)) return null
  return fill(noticeWords[said][language], { kinds: kindsInWords(cardKinds, language) })
}

/** "civil-servant e-cards or citizen e-cards" */
export function kindsInWords(kinds: readonly CardKind[], language: Language): string {
  return kinds.map((kind) => kindWords[kind][language]).join(or[language])
}

function isNoticeReason(reason: string): reason is NoticeReason {
  return Object.hasOwn(noticeWords, reason)
}
