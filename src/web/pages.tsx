import type { VNode } from 'preact'
import type { Assets } from './assets.ts'
import {
  PasskeyRemovedPage,
  RemovePasskeyPage,
  RenamePasskeyPage,
  type RemovePasskeyView,
  type RenamePasskeyView,
} from './views/change-passkey-pages.tsx'
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
import { PassDonePage, PassPage, type PassDoneView, type PassView } from './views/pass-page.tsx'
import { PasskeysPage, type PasskeysView } from './views/passkeys-page.tsx'
import { isPasskeyFirst, SignInPage, type SignInView } from './views/sign-in-page.tsx'
import { fill, type Language, type Text } from './words/language.ts'
import { doneWords, myPasskeysWords } from './words/my-passkeys-words.ts'
import { words } from './words/page-words.ts'
import { passWords } from './words/pass-words.ts'
import { passkeyWords } from './words/passkey-words.ts'
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
  passkeys(context: PageContext, view: PasskeysView): string
  renamePasskey(context: PageContext, view: RenamePasskeyView): string
  removePasskey(context: PageContext, view: RemovePasskeyView): string
  passkeyRemoved(context: PageContext): string
  pass(context: PageContext, view: PassView): string
  passDone(context: PageContext, view: PassDoneView): string
  fault(context: PageContext, fault: FaultView): string
}

export function createPages({ assets, operator }: { assets: Assets; operator: Text }): Pages {
  function page(
    context: PageContext,
    title: string,
    body: VNode,
    {
      scripts = [],
      refreshSeconds = null,
    }: { scripts?: readonly string[]; refreshSeconds?: number | null } = {},
  ): string {
    const { language } = context
    const frame = (
      <PageFrame {...context} operator={operator}>
        {body}
      </PageFrame>
    )
    const fullTitle = `${title} · ${operator[language]}`
    return renderDocument(assets, frame, { language, title: fullTitle, scripts, refreshSeconds })
  }

  return {
    signIn: (context, view) => {
      const { language } = context
      const heading = isPasskeyFirst(view)
        ? passkeyWords.signInFirst[language]
        : fill(view.state.heading, view.values)
      const body = <SignInPage view={view} states={stateTable[language]} />
      const scripts = view.passkey.isOffered ? passkeyScripts('passkey-sign-in.js') : []
      const title = `${heading} · ${view.application}`
      return page(context, title, body, { scripts: ['sign-in.js', ...scripts] })
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
        scripts: ['pair.js'],
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
    passkeys: (context, view) =>
      page(
        context,
        passkeysTitle(view.done, context.language),
        <PasskeysPage view={view} language={context.language} />,
        { scripts: passkeyScripts('passkeys.js') },
      ),
    renamePasskey: (context, view) => {
      const { language } = context
      const title = myPasskeysWords.renameTitle[language]
      const shown = view.isWrong ? fill(myPasskeysWords.errorInTitle[language], { title }) : title
      return page(context, shown, <RenamePasskeyPage view={view} language={language} />)
    },
    removePasskey: (context, view) => {
      const { language } = context
      const body = <RemovePasskeyPage view={view} language={language} />
      return page(context, myPasskeysWords.removeTitle[language], body)
    },
    passkeyRemoved: (context) => {
      const { language } = context
      const body = <PasskeyRemovedPage language={language} />
      return page({ ...context, switchAddress: null }, myPasskeysWords.removed[language], body)
    },
    pass: (context, view) =>
      page(
        context,
        `${view.fault?.heading ?? passWords.title[context.language]} · ${view.application}`,
        <PassPage view={view} />,
      ),
    passDone: (context, view) =>
      page(context, passWords.title[context.language], <PassDonePage {...view} />),
    fault: (context, { refreshSeconds, ...fault }) => {
      const body = <FaultPage {...fault} language={context.language} />
      return page(context, fault.heading, body, { refreshSeconds })
    },
  }
}

/** What was done comes first: it is what a reader says of a page that has just been opened. */
function passkeysTitle(done: PasskeysView['done'], language: Language): string {
  const title = passkeyWords.title[language]
  return done === null ? title : `${doneWords[done][language]} · ${title}`
}

/** A script of ours, and before it the library that it speaks to devices by. */
function passkeyScripts(own: string): readonly string[] {
  return ['passkey-library.js', own]
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
