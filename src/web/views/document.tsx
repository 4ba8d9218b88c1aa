import type { ComponentChildren, VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'
import type { Assets } from '../assets.ts'
import type { Language, Text } from '../words/language.ts'
import { words } from '../words/page-words.ts'
import { mark } from './illustration.ts'

/** What every page needs to know of the request that it answers. */
export interface PageContext {
  readonly language: Language
  /** The same page in the other language; null where that would lose a form. */
  readonly switchAddress: string | null
}

interface Frame extends PageContext {
  /** The house that runs the service, as its people call it. */
  readonly operator: Text
  readonly children: ComponentChildren
}

export interface DocumentOptions {
  readonly language: Language
  readonly title: string
  /** Modules among the assets, in the order in which they run; none for a page that works without. */
  readonly scripts: readonly string[]
  /** The page loads itself again after this many seconds; null: never. */
  readonly refreshSeconds?: number | null
}

/** A whole HTML document around `frame`. The head is text: it is the same at every request. */
export function renderDocument(assets: Assets, frame: VNode, options: DocumentOptions): string {
  const { language, title, scripts, refreshSeconds = null } = options
  const refresh =
    refreshSeconds === null ? '' : `<meta http-equiv="refresh" content="${refreshSeconds}">`
  const modules = scripts
    .map((name) => `<script type="module" src="${assets.url(name)}"></script>`)
    .join('')
  return (
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8">` +
    '<meta name="viewport" content="width=device-width, initial-scale=1">' +
    `<meta name="robots" content="noindex">${refresh}<title>${escapeText(title)}</title>` +
    `<link rel="icon" href="${assets.url('mark.svg')}" type="image/svg+xml">` +
    `<link rel="stylesheet" href="${assets.url('pages.css')}">${modules}</head>` +
    `<body>${renderToString(frame)}</body></html>`
  )
}

/** Banner, main part, foot: the same on every page. */
export function PageFrame({ language, switchAddress, operator, children }: Frame): VNode {
  const other = language === 'vi' ? 'en' : 'vi'
  return (
    <>
      <a class="skip" href="#main">
        {words.skipToMain[language]}
      </a>
      <header class="banner">
        <div class="banner-inner">
          <Raw html={mark} />
          <p class="banner-names">
            <strong>{operator[language]}</strong>
            <span>{words.service[language]}</span>
          </p>
          {switchAddress !== null && (
            <a class="switch" href={switchAddress} lang={other} hreflang={other}>
              {words.switchLanguage[language]}
            </a>
          )}
        </div>
      </header>
      <main id="main">{children}</main>
    </>
  )
}

/** Markup of our own, never anything that came from outside. */
export function Raw({ html }: { html: string }): VNode {
  return <div class="raw" dangerouslySetInnerHTML={{ __html: html }} />
}

function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;')
}
