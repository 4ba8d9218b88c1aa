import type { ComponentChildren, VNode } from 'preact'
import type { Language } from '../words/language.ts'
import { words } from '../words/page-words.ts'
import type { Picture } from '../words/state-words.ts'
import { Raw } from './document.tsx'
import { illustration } from './illustration.ts'

interface PlainPage {
  readonly picture: Picture
  readonly heading: string
  readonly advice: string
  readonly code?: string | null
  readonly detail?: string | null
  readonly children?: ComponentChildren
}

/** One picture, one sentence, at most one thing to do: every page that is not a sign-in. */
export function PlainPage(page: PlainPage): VNode {
  return (
    <section class="stage plain" id="stage" data-picture={page.picture}>
      <Raw html={illustration} />
      <div class="stage-words">
        <div id="status" role="status" aria-live="polite" aria-atomic="true">
          <h1 id="heading" class="heading">
            {page.heading}
          </h1>
          <p id="advice" class="advice">
            {page.advice}
          </p>
        </div>
        <p id="code" class="code">
          {page.code}
        </p>
        {page.detail && <p class="detail">{page.detail}</p>}
        {page.children}
      </div>
    </section>
  )
}

interface Fault extends Omit<PlainPage, 'children'> {
  readonly language: Language
  readonly mayAskAgain: boolean
}

export function FaultPage({ language, mayAskAgain, ...page }: Fault): VNode {
  return (
    <PlainPage {...page}>
      {mayAskAgain && (
        <a class="button button-go" href="">
          {words.retry[language]}
        </a>
      )}
    </PlainPage>
  )
}

export function WelcomePage({ language }: { language: Language }): VNode {
  return (
    <PlainPage
      picture="plain"
      heading={words.welcomeTitle[language]}
      advice={words.welcomeAdvice[language]}
    >
      <ol class="steps">
        <li>{words.welcomeStepOpen[language]}</li>
        <li>{words.welcomeStepTap[language]}</li>
        <li>{words.welcomeStepDone[language]}</li>
      </ol>
    </PlainPage>
  )
}

export function CancelledPage({ language, back }: { language: Language; back: string }): VNode {
  return (
    <PlainPage
      picture="plain"
      heading={words.cancelled[language]}
      advice={words.cancelledAdvice[language]}
    >
      <a class="button button-go" href={back}>
        {words.backToApplication[language]}
      </a>
    </PlainPage>
  )
}

/** Its script takes the code out of the fragment, which browsers send to nobody. */
export function PairPage({ language }: { language: Language }): VNode {
  const texts = {
    pairing: { heading: words.pairing[language], advice: '' },
    noCode: { heading: words.pairNoCode[language], advice: words.pairNoCodeAdvice[language] },
    done: { heading: words.pairDone[language], advice: words.pairDoneAdvice[language] },
    noConnection: { heading: words.noConnection[language], advice: '' },
  }
  return (
    <>
      <PlainPage
        picture="plain"
        heading={words.pairAsk[language]}
        advice={words.pairAdvice[language]}
      >
        <button id="pair" class="button button-go" type="button" data-language={language}>
          {words.pairAgree[language]}
        </button>
        <noscript>
          <p class="notice">{words.noScript[language]}</p>
        </noscript>
      </PlainPage>
      <script
        type="application/json"
        id="texts"
        dangerouslySetInnerHTML={{ __html: JSON.stringify(texts).replace(/</g, '\\u003c') }}
      />
    </>
  )
}

/** @param form - the provider's own form `op.logoutForm`, with its token against forgery */
export function SignOutPage({ language, form }: { language: Language; form: string }): VNode {
  return (
    <PlainPage
      picture="plain"
      heading={words.signOutAsk[language]}
      advice={words.signOutAdvice[language]}
    >
      <Raw html={form} />
      <p class="choices">
        <button
          class="button button-go"
          type="submit"
          form="op.logoutForm"
          name="logout"
          value="yes"
        >
          {words.signOutAgree[language]}
        </button>
        <button class="button button-quiet" type="submit" form="op.logoutForm">
          {words.staySignedIn[language]}
        </button>
      </p>
    </PlainPage>
  )
}

export function SignedOutPage({ language }: { language: Language }): VNode {
  return (
    <PlainPage
      picture="ended"
      heading={words.signedOut[language]}
      advice={words.signedOutAdvice[language]}
    />
  )
}
