import type { ComponentChildren, VNode } from 'preact'
import type { SignInMethod } from '../../holders/authentication.ts'
import type { Passkey } from '../../passkeys/passkey.ts'
import { fill, formatDate, formatMoment, type Language } from '../words/language.ts'
import { doneWords, myPasskeysWords as mine, signedInByWords } from '../words/my-passkeys-words.ts'
import { passkeyWords as words } from '../words/passkey-words.ts'

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

export interface ListedPasskey {
  readonly passkey: Passkey
  /** Where it was used last; null: not at one of ours. */
  readonly terminalName: string | null
  /** The holder is signed in with it. */
  readonly isThisSession: boolean
}

/** Whether its holder is told of changes; `to` is masked. */
export type MailsView =
  | { readonly kind: 'sent'; readonly to: string }
  | { readonly kind: 'off' | 'no-address' }

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
        <PasskeyList view={view} language={language} />
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

function PasskeyList({ view, language }: { view: PasskeysView; language: Language }): VNode {
  if (view.passkeys.length === 0) return <p>{words.none[language]}</p>
  const isByPass = view.signedInBy === 'pass'
  return (
    <>
      <ul class="passkeys">
        {view.passkeys.map((listed) => (
          <PasskeyItem key={listed.passkey.id} listed={listed} language={language} />
        ))}
      </ul>
      <p class="label">{(isByPass ? mine.passOnly : mine.confirmFirst)[language]}</p>
    </>
  )
}

function PasskeyItem({ listed, language }: { listed: ListedPasskey; language: Language }): VNode {
  const { id, name, createdAt, state } = listed.passkey
  return (
    <li class="passkey-item" data-passkey={id} data-state={state}>
      <h3 class="passkey-name" id={`name-${id}`}>
        {name}
      </h3>
      <dl>
        <Row label={mine.stateLabel[language]}>
          <PasskeyStanding listed={listed} language={language} />
        </Row>
        <Row label={mine.createdLabel[language]}>{formatDate(createdAt)}</Row>
        <Row label={mine.usedLabel[language]}>{lastUsed(listed, language)}</Row>
        <Row label={mine.whereKept[language]}>{whereKept(listed.passkey, language)}</Row>
      </dl>
      <p class="choices">
        <a class="button button-quiet" href={`/passkeys/${id}/rename`}>
          {mine.rename[language]} <span class="for-readers">{name}</span>
        </a>
        <a class="button button-quiet" href={`/passkeys/${id}/remove`}>
          {mine.remove[language]} <span class="for-readers">{name}</span>
        </a>
      </p>
    </li>
  )
}

function Row({ label, children }: { label: string; children: ComponentChildren }): VNode {
  return (
    <div class="row">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function PasskeyStanding({ listed, language }: { listed: ListedPasskey; language: Language }) {
  if (listed.passkey.state === 'flagged')
    return (
      <>
        <strong class="passkey-flagged">{words.flagged[language]}</strong>{' '}
        {mine.flaggedAdvice[language]}
      </>
    )
  const { isThisSession } = listed
  return (
    <strong class="passkey-active">
      {(isThisSession ? mine.thisSession : mine.active)[language]}
    </strong>
  )
}

/** When, in what sort of browser, at which terminal; as much of it as is known. */
function lastUsed({ passkey: { lastUse }, terminalName }: ListedPasskey, language: Language) {
  if (lastUse === null) return words.neverUsed[language]
  const parts = [formatMoment(lastUse.at), lastUse.device, terminalName]
  return parts.filter((part) => part !== null).join(' · ')
}

function whereKept({ backupEligible, backupState }: Passkey, language: Language): string {
  if (backupState) return mine.synced[language]
  return (backupEligible ? mine.mayBeSynced : mine.bound)[language]
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
