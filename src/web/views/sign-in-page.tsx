import type { VNode } from 'preact'
import { fill, type Language, type Values } from '../words/language.ts'
import { words } from '../words/page-words.ts'
import { passkeyWords } from '../words/passkey-words.ts'
import type { StateView } from '../words/state-words.ts'
import { Raw } from './document.tsx'
import { illustration } from './illustration.ts'
import { PassOffer } from './pass-page.tsx'

export interface SignInView {
  readonly interactionId: string
  readonly language: Language
  readonly application: string
  readonly office: string | null
  /** null: this browser is paired with none. */
  readonly terminalName: string | null
  /** Why a card is asked for in spite of an earlier sign-in. */
  readonly notice: string | null
  readonly passkey: PasskeyOffer
  readonly isPassOffered: boolean
  readonly state: StateView
  readonly values: Values
  /** null: no card is being waited for. */
  readonly challenge: ChallengeView | null
}

export interface PasskeyOffer {
  readonly isOffered: boolean
  /** Why the card is the only way; null where it is not, or nothing needs saying. */
  readonly whyCardAlone: string | null
}

export interface ChallengeView {
  readonly id: string
  readonly number: string
  readonly expiresInSeconds: number
}

/** At home and on a phone there is no reader to be paired with: the passkey is the way in there. */
export function isPasskeyFirst({ passkey, terminalName }: SignInView): boolean {
  return passkey.isOffered && terminalName === null
}

/** Who asks, where one is, what to do now, what else one could do; in this order. */
export function SignInPage({ view, states }: { view: SignInView; states: string }): VNode {
  const { language, challenge, passkey } = view
  const isFirst = isPasskeyFirst(view)
  return (
    <div
      class="sign-in"
      id="sign-in"
      data-base={`/sign-in/${view.interactionId}`}
      data-language={language}
      data-application={view.application}
      data-way={isFirst ? 'passkey' : undefined}
      data-challenge={challenge?.id}
      data-expires-in={challenge?.expiresInSeconds}
    >
      <Request view={view} />
      {view.notice !== null && <p class="notice">{view.notice}</p>}
      <noscript>
        <p class="notice">{words.noScript[language]}</p>
      </noscript>
      {isFirst && <PasskeySection language={language} isFirst />}
      <Stage view={view} />
      {passkey.isOffered && !isFirst && <PasskeySection language={language} />}
      {view.isPassOffered && (
        <PassOffer interactionId={view.interactionId} language={language} isLink={isFirst} />
      )}
      {passkey.whyCardAlone !== null && (
        <p class="card-alone" id="card-alone">
          {passkey.whyCardAlone}
        </p>
      )}
      <Others view={view} />
      <script type="application/json" id="states" dangerouslySetInnerHTML={{ __html: states }} />
    </div>
  )
}

function Request({ view }: { view: SignInView }): VNode {
  return (
    <h1 class="request">
      <span class="request-lead">{words.signInTo[view.language]}</span>{' '}
      <span class="request-application">{view.application}</span>
      {view.office !== null && <span class="request-office"> {view.office}</span>}
    </h1>
  )
}

/** The one place where everything happens; only its words, picture and button ever change. */
function Stage({ view }: { view: SignInView }): VNode {
  const { state, values, language } = view
  return (
    <section class="stage" id="stage" data-state={state.state} data-picture={state.picture}>
      <Raw html={illustration} />
      <div class="stage-words">
        <div id="status" role="status" aria-live="polite" aria-atomic="true">
          <h2 id="heading" class="heading">
            {fill(state.heading, values)}
          </h2>
          <p id="advice" class="advice">
            {fill(state.advice, values)}
          </p>
        </div>
        <p id="code" class="code">
          {state.code}
        </p>
        <div class="stage-foot">
          <Number view={view} />
          <button id="retry" class="button button-go" type="button" hidden={!state.stopped}>
            {words.retry[language]}
          </button>
        </div>
      </div>
    </section>
  )
}

/** Shown while a card is waited for, in the place that "try again" takes afterwards. */
function Number({ view: { language, challenge } }: { view: SignInView }): VNode {
  return (
    <p class="number" id="number" hidden={challenge === null}>
      <span class="label">{words.number[language]}</span>{' '}
      <strong id="number-digits">{challenge?.number}</strong>
      <span class="number-advice"> {words.numberAdvice[language]}</span>
    </p>
  )
}

function Where({ view: { language, terminalName } }: { view: SignInView }): VNode {
  return (
    <p class="terminal">
      <span class="label">{words.terminal[language]}</span>{' '}
      <strong id="terminal">{terminalName ?? words.noTerminal[language]}</strong>
    </p>
  )
}

/** Shown by its script, where the browser knows passkeys; the field is where it offers them. */
function PasskeySection({
  language,
  isFirst = false,
}: {
  language: Language
  isFirst?: boolean
}): VNode {
  const { signInFirst, signInFirstAdvice, signInHeading } = passkeyWords
  return (
    <section
      class={isFirst ? 'passkey passkey-first' : 'passkey'}
      id="passkey"
      aria-labelledby="passkey-heading"
      hidden
    >
      <h2 id="passkey-heading" class={isFirst ? 'heading' : 'passkey-heading'}>
        {(isFirst ? signInFirst : signInHeading)[language]}
      </h2>
      {isFirst && <p class="advice">{signInFirstAdvice[language]}</p>}
      <label class="passkey-choice">
        <span class="label">{passkeyWords.fieldLabel[language]}</span>{' '}
        <input
          id="passkey-field"
          type="text"
          autocomplete="username webauthn"
          placeholder={passkeyWords.fieldHint[language]}
        />
      </label>
      <button
        id="passkey-use"
        class={isFirst ? 'button button-go' : 'button button-quiet'}
        type="button"
      >
        {passkeyWords.use[language]}
      </button>
    </section>
  )
}

/** Room for more methods: each is one more row of this list. */
function Others({ view }: { view: SignInView }): VNode {
  const { language } = view
  return (
    <section class="others" aria-label={words.otherWays[language]}>
      <Where view={view} />
      <details class="help">
        <summary>{words.help[language]}</summary>
        <ul>
          <li>{words.helpPlace[language]}</li>
          <li>{words.helpPin[language]}</li>
          <li>{words.helpCode[language]}</li>
        </ul>
      </details>
      <form id="cancel" method="post" action={`/sign-in/${view.interactionId}/cancel`}>
        <input type="hidden" name="challengeId" value={view.challenge?.id ?? ''} />
        <button class="button button-quiet" type="submit">
          {words.cancel[language]}
        </button>
      </form>
    </section>
  )
}
