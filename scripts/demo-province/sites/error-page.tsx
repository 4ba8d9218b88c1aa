import type { Language, Text } from '../texts.ts'
import { Emblem, page } from './layout.tsx'

interface ErrorPageProps {
  readonly language: Language
  readonly kind: 'not-found' | 'failed'
}

/** What went wrong without saying more than a visitor needs; the log has the rest. */
export function errorPage({ language, kind }: ErrorPageProps): string {
  const { title, advice } = texts[kind]
  return page({
    language,
    title: title[language],
    look: 'portal',
    children: (
      <main id="main" class="narrow">
        <Emblem />
        <h1>{title[language]}</h1>
        <p>{advice[language]}</p>
        <a class="button" href="/">
          {texts.home[language]}
        </a>
      </main>
    ),
  })
}

const texts = {
  'not-found': {
    title: { vi: 'Không có trang này', en: 'There is no such page' },
    advice: { vi: 'Địa chỉ có thể đã gõ sai.', en: 'The address may be mistyped.' },
  },
  failed: {
    title: { vi: 'Chưa làm được việc này', en: 'This did not work' },
    advice: {
      vi: 'Hãy quay lại trang đầu và thử lần nữa.',
      en: 'Go back to the first page and try again.',
    },
  },
  home: { vi: 'Về trang đầu', en: 'To the first page' },
} as const satisfies Record<string, Text | Record<'title' | 'advice', Text>>
