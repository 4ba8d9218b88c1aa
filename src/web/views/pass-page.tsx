import type { VNode } from 'preact'
import { fill, type Language } from '../words/language.ts'
import { words } from '../words/page-words.ts'
import { passWords } from '../words/pass-words.ts'
import { PlainPage } from './plain-pages.tsx'

export interface PassView {
  readonly interactionId: string
  readonly language: Language
  readonly application: string
  /** What was typed before, as far as it is worth showing again. */
  readonly number: string
  readonly code: string
  /** null: nothing was typed yet. */
  readonly fault: PassFault | null
}

export interface PassFault {
  readonly heading: string
  readonly advice: string
  readonly lookupCode: string
  readonly field: 'number' | 'code'
}

/** A plain form: it needs no script. */
export function PassPage({ view }: { view: PassView }): VNode {
  const { language, fault } = view
  const address = `/sign-in/${view.interactionId}`
  return (
    <section class="stage plain pass-page" aria-labelledby="pass-title">
      <div class="stage-words">
        <h1 id="pass-title" class="request">
          <span class="request-lead">{passWords.title[language]}</span>{' '}
          <span class="request-application">{view.application}</span>
        </h1>
        {fault !== null && <Fault fault={fault} />}
        <form method="post" action={`${address}/pass`} class="pass-form">
          <Field view={view} name="number" />
          <Field view={view} name="code" />
          <button class="button button-go" type="submit">
            {passWords.submit[language]}
          </button>
        </form>
        <a href={address}>{passWords.back[language]}</a>
      </div>
    </section>
  )
}

function Fault({ fault }: { fault: PassFault }): VNode {
  return (
    <div class="notice" role="alert" id="pass-fault">
      <p>
        <strong>{fault.heading}</strong>
      </p>
      <p>{fault.advice}</p>
      <p class="code">{fault.lookupCode}</p>
    </div>
  )
}

function Field({ view, name }: { view: PassView; name: 'number' | 'code' }): VNode {
  const { language, fault } = view
  const isWrong = fault?.field === name
  return (
    <label class="pass-field">
      <span>{passWords[name][language]}</span>
      <input
        name={name}
        value={view[name]}
        inputMode="numeric"
        autocomplete={name === 'code' ? 'one-time-code' : 'off'}
        maxLength={40}
        required
        autofocus={fault === null ? name === 'number' : isWrong}
        aria-invalid={isWrong}
        aria-describedby={isWrong ? 'pass-fault' : undefined}
      />
      {name === 'code' && <span class="label">{passWords.codeHint[language]}</span>}
    </label>
  )
}

export interface PassDoneView {
  readonly language: Language
  readonly name: string
  readonly application: string
  readonly goOnAddress: string
}

/** The browser goes on by itself; where it does not, by the link. */
export function PassDonePage({ language, name, application, goOnAddress }: PassDoneView): VNode {
  return (
    <PlainPage
      picture="done"
      heading={fill(passWords.welcome[language], { name })}
      advice={fill(passWords.welcomeAdvice[language], { application })}
    >
      <a class="button button-go" href={goOnAddress}>
        {passWords.goOn[language]}
      </a>
    </PlainPage>
  )
}

/** The row of the sign-in page that leads here; a link where a button would be too loud. */
export function PassOffer({
  interactionId,
  language,
  isLink,
}: {
  interactionId: string
  language: Language
  isLink: boolean
}): VNode {
  return (
    <section class="passkey pass-offer" aria-label={words.otherWays[language]}>
      <p class="passkey-choice">{passWords.methodAdvice[language]}</p>
      <a class={isLink ? undefined : 'button button-quiet'} href={`/sign-in/${interactionId}/pass`}>
        {passWords.method[language]}
      </a>
    </section>
  )
}
