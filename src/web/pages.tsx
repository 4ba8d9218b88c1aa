import type { VNode } from 'preact'
import type { Assets } from './assets.ts'
import { PageFrame, renderDocument, type PageContext } from './views/document.tsx'
import {
  CancelledPage,
  PairPage,
  FaultPage,
  SignedOutPage,
  SignOutPage,
  WelcomePage,
} from './views/plain-pages.tsx'
import { PkiPage, type PkiView } from './views/pki-page.tsx'
import { SignInPage, type SignInView } from './views/sign-in-page.tsx'
import { fill, type Language, type Text } from './words/language.ts'
import { words } from './words/page-words.ts'
import { pkiWords } from './words/pki-words.ts'
import { stateWords, viewOf, type Picture } from './words/state-words.ts'

/** A fault as a page shows it; every word already in its language. */
export interface FaultView {
  readonly picture: Picture
  readonly heading: string
  readonly advice: string
  /** For the help desk. */
  readonly code: string | null
  /** For whoever runs the application; null for everybody else. */
  readonly detail: string | null
  readonly refreshSeconds: number | null
  /** Whether to offer the same address once more. */
  readonly mayAskAgain: boolean
}

/** Every page of the service, as text of a whole document. */
export interface Pages {
  signIn(context: PageContext, view: SignInView): string
  welcome(context: PageContext): string
  cancelled(context: PageContext, back: string): string
  pair(context: PageContext): string
  signOut(context: PageContext, form: string): string
  signedOut(context: PageContext): string
  authorities(context: PageContext, view: PkiView): string
  fault(context: PageContext, fault: FaultView): string
}

export function createPages({ assets, operator }: { assets: Assets; operator: Text }): Pages {
  function page(
    context: PageContext,
    title: string,
    body: VNode,
    {
      script = null,
      refreshSeconds = null,
    }: { script?: string | null; refreshSeconds?: number | null } = {},
  ): string {
    const { language } = context
    const frame = (
      <PageFrame {...context} operator={operator}>
        {body}
      </PageFrame>
    )
    const fullTitle = `${title} · ${operator[language]}`
    return renderDocument(assets, frame, { language, title: fullTitle, script, refreshSeconds })
  }

  return {
    signIn: (context, view) => {
      const title = `${fill(view.state.heading, view.values)} · ${view.application}`
      const body = <SignInPage view={view} states={stateTable[context.language]} />
      return page(context, title, body, { script: 'sign-in.js' })
    },
    welcome: (context) =>
      page(context, words.service[context.language], <WelcomePage language={context.language} />),
    cancelled: (context, back) =>
      page(
        context,
        words.cancelled[context.language],
        <CancelledPage language={context.language} back={back} />,
      ),
    pair: (context) =>
      page(context, words.pairTitle[context.language], <PairPage language={context.language} />, {
        script: 'pair.js',
      }),
    signOut: (context, form) =>
      page(
        context,
        words.signOutTitle[context.language],
        <SignOutPage language={context.language} form={form} />,
      ),
    signedOut: (context) =>
      page(
        context,
        words.signedOut[context.language],
        <SignedOutPage language={context.language} />,
      ),
    authorities: (context, view) =>
      page(
        context,
        pkiWords.title[context.language],
        <PkiPage view={view} language={context.language} />,
      ),
    fault: (context, { refreshSeconds, ...fault }) => {
      const body = <FaultPage {...fault} language={context.language} />
      return page(context, fault.heading, body, { refreshSeconds })
    },
  }
}

/** Every state of a sign-in for the script of its page; in a language always the same text. */
const stateTable: Readonly<Record<Language, string>> = {
  vi: statesIn('vi'),
  en: statesIn('en'),
}

function statesIn(language: Language): string {
  const views = Object.entries(stateWords).map(([name, words]) => viewOf(name, words, language))
  const byName = Object.fromEntries(views.map((view) => [view.state, view]))
  return JSON.stringify(byName).replace(/</g, '\\u003c')
}
