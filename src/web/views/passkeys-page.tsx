import type { VNode } from 'preact'
import type { SignInMethod } from '../../holders/authentication.ts'
import { fill, type Language } from '../words/language.ts'
import { doneWords, myPasskeysWords as mine, signedInByWords } from '../words/my-passkeys-words.ts'
import { passkeyWords as words } from '../words/passkey-words.ts'
import { PasskeyList, type ListedPasskey } from './passkey-list.tsx'

export interface PasskeysView {
  readonly holderName: string
  readonly signedInBy: SignInMethod
  /** Those that have not been removed; the newest first. */
  readonly passkeys: readonly ListedPasskey[]
  readonly mails: MailsView
  /** What the page before this one has done; null: nothing. */
  readonly done: PasskeyDone | null
  /** Whether this service is at an address for which passkeys can be made. */
  readonly arePossible: boolean
  /** Whether card and PIN have been shown a moment ago. */
  readonly mayAdd: boolean
  /** What the new one may be called. */
  readonly suggestedName: string
}

/** Whether its holder is told of changes; `to` is masked. */
export type MailsView =
  { readonly kind: 'sent'; readonly to: string } | { readonly kind: 'off' | 'no-address' }

export type PasskeyDone = 'added' | 'renamed' | 'removed'

/** Who is signed in, which passkeys there are, how to add one, who is told; in this order. */
export function PasskeysPage({
  view,
  language,
}: {
  view: PasskeysView
  language: Language
}): VNode {
  const done = view.done === null ? '' : doneWords[view.done][language]
  return (
    <article class="sheet" id="passkeys" data-language={language}>
      <h1>{words.title[language]}</h1>
      <p
        id="passkey-status"
        class="notice"
        role="status"
        aria-live="polite"
        tabIndex={-1}
        data-done={view.done}
        hidden={view.done === null}
      >
        {done}
      </p>
      <p>{words.about[language]}</p>
      <SignedIn view={view} language={language} />
      <section aria-labelledby="passkey-list">
        <h2 id="passkey-list">{words.listHeading[language]}</h2>
        <PasskeyList passkeys={view.passkeys} signedInBy={view.signedInBy} language={language} />
      </section>
      <section aria-labelledby="passkey-add">
        <h2 id="passkey-add">{words.addHeading[language]}</h2>
        <AddPasskey view={view} language={language} />
      </section>
      <section aria-labelledby="passkey-notices">
        <h2 id="passkey-notices">{mine.noticesHeading[language]}</h2>
        <p>{mailsSentence(view.mails, language)}</p>
      </section>
    </article>
  )
}

function SignedIn({ view, language }: { view: PasskeysView; language: Language }): VNode {
  return (
    <p class="signed-in">
      <span>
        {words.signedInAs[language]} <strong>{view.holderName}</strong>{' '}
        {signedInByWords[view.signedInBy][language]}
      </span>{' '}
      <a href="/session/end">{mine.signOut[language]}</a>
    </p>
  )
}

function mailsSentence(mails: MailsView, language: Language): string {
  if (mails.kind === 'sent') return fill(mine.mailsSent[language], { to: mails.to })
  return (mails.kind === 'off' ? mine.mailsOff : mine.noAddress)[language]
}

function AddPasskey({ view, language }: { view: PasskeysView; language: Language }): VNode {
  if (!view.arePossible) return <p>{words.impossible[language]}</p>
  if (!view.mayAdd) return <ProveFirst language={language} />
  const texts = {
    asking: words.asking[language],
    notMade: `${words.notMade[language]}. ${words.notMadeAdvice[language]}`,
    unsupported: words.unsupported[language],
    noConnection: words.noConnection[language],
  }
  return (
    <form id="add-passkey" data-texts={JSON.stringify(texts)}>
      <p>{words.addAdvice[language]}</p>
      <label class="passkey-choice">
        <span class="label">{words.name[language]}</span>{' '}
        <input name="name" type="text" maxLength={60} required value={view.suggestedName} />
      </label>
      <button class="button button-go" type="submit">
        {words.add[language]}
      </button>
    </form>
  )
}

function ProveFirst({ language }: { language: Language }): VNode {
  return (
    <>
      <p>{words.proveAdvice[language]}</p>
      <a class="button button-go" href="/passkeys/confirm">
        {words.prove[language]}
      </a>
    </>
  )
}
