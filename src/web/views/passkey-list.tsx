import type { ComponentChildren, VNode } from 'preact'
import type { SignInMethod } from '../../holders/authentication.ts'
import type { Passkey } from '../../passkeys/passkey.ts'
import { formatDate, formatMoment, type Language } from '../words/language.ts'
import { myPasskeysWords as mine } from '../words/my-passkeys-words.ts'
import { passkeyWords as words } from '../words/passkey-words.ts'

export interface ListedPasskey {
  readonly passkey: Passkey
  /** Where it was used last; null: not at one of ours. */
  readonly terminalName: string | null
  /** The holder is signed in with it. */
  readonly isThisSession: boolean
}

/** What a holder has, and what can be done with each. */
export function PasskeyList({
  passkeys,
  signedInBy,
  language,
}: {
  passkeys: readonly ListedPasskey[]
  signedInBy: SignInMethod
  language: Language
}): VNode {
  if (passkeys.length === 0) return <p>{words.none[language]}</p>
  return (
    <>
      <ul class="passkeys">
        {passkeys.map((listed) => (
          <PasskeyItem key={listed.passkey.id} listed={listed} language={language} />
        ))}
      </ul>
      <p class="label">{(signedInBy === 'pass' ? mine.passOnly : mine.confirmFirst)[language]}</p>
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
