import type { ComponentChildren, JSX } from 'preact'
import { renderToString } from 'preact-render-to-string'
import type { Language, Text } from '../texts.ts'

export interface PageProps {
  readonly language: Language
  readonly title: string
  /** The class of `body`: which site this is, and so its colour. */
  readonly look: string
  /** Where the page's live values come from; none for a page that does not change. */
  readonly live?: string
  readonly scripts?: readonly string[]
  readonly children: ComponentChildren
}

/** A whole page as HTML. */
export function page(props: PageProps): string {
  return `<!doctype html>${renderToString(<Document {...props} />)}`
}

function Document({ language, title, look, live, scripts = [], children }: PageProps): JSX.Element {
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/demo.css" />
        {['live.js', ...scripts].map((name) => (
          <script key={name} type="module" src={`/assets/${name}`} />
        ))}
      </head>
      <body class={look} data-live={live}>
        <a class="skip" href="#main">
          {texts.skip[language]}
        </a>
        {children}
        <p class="offline" data-offline hidden role="alert">
          {texts.offline[language]}
        </p>
      </body>
    </html>
  )
}

/** The links that change the language and come back to `here`. */
export function LanguageLinks({
  language,
  here,
}: {
  language: Language
  here: string
}): JSX.Element {
  const other = language === 'vi' ? 'en' : 'vi'
  return (
    <a
      class="language"
      lang={other}
      hreflang={other}
      href={`/language/${other}?back=${encodeURIComponent(here)}`}
    >
      {other === 'vi' ? 'Tiếng Việt' : 'English'}
    </a>
  )
}

/** The mark of the invented province: two rice ears and a sun, no emblem of any real place. */
export function Emblem(): JSX.Element {
  return (
    <svg class="emblem" viewBox="0 0 48 48" aria-hidden="true">
      <circle cx="24" cy="24" r="22" class="emblem-ground" />
      <circle cx="24" cy="20" r="7" class="emblem-sun" />
      <path class="emblem-ear" d="M12 16c0 12 4 18 12 20M36 16c0 12-4 18-12 20" />
      <path class="emblem-ear" d="M10 38h28" />
    </svg>
  )
}

const texts: Readonly<Record<string, Text> & { skip: Text; offline: Text }> = {
  skip: { vi: 'Đến nội dung chính', en: 'Skip to content' },
  offline: {
    vi: 'Mất liên lạc với bản trình diễn. Hãy xem cửa sổ đã chạy ./scripts/demo.',
    en: 'The demo does not answer. Look at the window that runs ./scripts/demo.',
  },
}
