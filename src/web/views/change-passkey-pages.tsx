import type { VNode } from 'preact'
import { maxPasskeyNameLength, type Passkey } from '../../passkeys/passkey.ts'
import { fill, type Language } from '../words/language.ts'
import { myPasskeysWords as words } from '../words/my-passkeys-words.ts'
import { PlainPage } from './plain-pages.tsx'

export interface RenamePasskeyView {
  readonly passkey: Pick<Passkey, 'id' | 'name'>
  /** As typed, where it has to be typed again. */
  readonly name: string
  readonly isWrong: boolean
}

export function RenamePasskeyPage({
  view: { passkey, name, isWrong },
  language,
}: {
  view: RenamePasskeyView
  language: Language
}): VNode {
  return (
    <article class="sheet change-passkey">
      {isWrong && <WrongName language={language} />}
      <h1>{words.renameTitle[language]}</h1>
      <p class="passkey-name">{passkey.name}</p>
      <form method="post" action={`/passkeys/${passkey.id}/rename`} novalidate>
        <label class="passkey-choice">
          <span>{words.newName[language]}</span>
          <span class="label" id="name-hint">
            {words.newNameHint[language]}
          </span>
          {isWrong && (
            <strong class="field-fault" id="name-fault">
              {wrongName(language)}
            </strong>
          )}
          <input
            id="name"
            name="name"
            type="text"
            value={name}
            maxLength={maxPasskeyNameLength}
            autocomplete="off"
            autofocus
            aria-invalid={isWrong}
            aria-describedby={isWrong ? 'name-fault name-hint' : 'name-hint'}
          />
        </label>
        <p class="choices">
          <button class="button button-go" type="submit">
            {words.save[language]}
          </button>
          <a class="button button-quiet" href="/passkeys">
            {words.back[language]}
          </a>
        </p>
      </form>
    </article>
  )
}

/** At the head of the page, where who cannot see it starts; it leads to the field. */
function WrongName({ language }: { language: Language }): VNode {
  return (
    <div class="fault-summary" role="alert" tabIndex={-1} aria-labelledby="fault-title">
      <h2 id="fault-title">{words.wrongHeading[language]}</h2>
      <a href="#name">{wrongName(language)}</a>
    </div>
  )
}

function wrongName(language: Language): string {
  return fill(words.wrongName[language], { most: maxPasskeyNameLength })
}

export interface RemovePasskeyView {
  readonly passkey: Pick<Passkey, 'id' | 'name'>
  /** The holder is signed in with it. */
  readonly isThisSession: boolean
}

export function RemovePasskeyPage({
  view: { passkey, isThisSession },
  language,
}: {
  view: RemovePasskeyView
  language: Language
}): VNode {
  return (
    <article class="sheet change-passkey">
      <h1>{words.removeTitle[language]}</h1>
      <p class="passkey-name">{passkey.name}</p>
      {isThisSession && <p class="notice">{words.removeThisSession[language]}</p>}
      <p>{words.removeAdvice[language]}</p>
      <p>{words.deviceKeeps[language]}</p>
      <form method="post" action={`/passkeys/${passkey.id}/remove`}>
        <p class="choices">
          <button class="button button-stop" type="submit">
            {words.removeAgree[language]}
          </button>
          <a class="button button-quiet" href="/passkeys">
            {words.keep[language]}
          </a>
        </p>
      </form>
    </article>
  )
}

/** Where nobody is signed in any more, since it was by the passkey that is gone. */
export function PasskeyRemovedPage({ language }: { language: Language }): VNode {
  return (
    <PlainPage
      picture="ended"
      heading={words.removed[language]}
      advice={words.removedAdvice[language]}
    >
      <a class="button button-go" href="/passkeys">
        {words.back[language]}
      </a>
    </PlainPage>
  )
}
