import type { ComponentChildren, JSX } from 'preact'
import type { Addresses } from '../addresses.ts'
import { applications, type DemoApplication } from '../applications.ts'
import { agencyName, demoCards, kindNames, type DemoCard } from '../province.ts'
import { Emblem, LanguageLinks, page } from '../sites/layout.tsx'
import type { LiveValues } from '../sites/live-feed.ts'
import { LiveText } from '../sites/live.tsx'
import type { Language } from '../texts.ts'
import { portalTexts as texts } from './portal-texts.ts'

interface PortalPageProps {
  readonly language: Language
  readonly values: LiveValues
  readonly addresses: Addresses
  readonly hasVirtualCards: boolean
}

export function portalPage(props: PortalPageProps): string {
  const { language, values } = props
  return page({
    language,
    title: `${texts.title[language]} · ${texts.province[language]}`,
    look: 'portal',
    live: '/events',
    children: (
      <>
        <header class="banner">
          <Emblem />
          <div class="banner-names">
            <p class="banner-name">{texts.province[language]}</p>
            <p class="banner-office" role="status">
              <LiveText values={values} name="terminal" />
            </p>
          </div>
          <nav class="banner-links">
            <LanguageLinks language={language} here="/" />
          </nav>
        </header>
        <main id="main">
          <h1>{texts.title[language]}</h1>
          <p class="lead">{texts.lead[language]}</p>
          <Steps {...props} />
          <Applications {...props} />
          <Passkeys {...props} />
          <Administrator {...props} />
        </main>
        <footer class="footer">{texts.invented[language]}</footer>
      </>
    ),
  })
}

/** What makes a newcomer succeed, in order, each with its done state. */
function Steps({ language, values, addresses, hasVirtualCards }: PortalPageProps): JSX.Element {
  const reader = addresses.reader.origin
  const openReader = hasVirtualCards ? texts.openReader : texts.openTerminal
  const tapText = hasVirtualCards ? texts.step3Text : texts.step3TextReal
  return (
    <ol class="steps">
      <Step number={1} title={texts.step1[language]} values={values}>
        <p>{texts.step1Text[language]}</p>
        <p class="step-buttons">
          <a class="button" href={`${reader}/pair`} target="_blank">
            {texts.pair[language]}
          </a>
          <a
            class="button button-quiet"
            href={reader}
            target="ecard-reader"
            data-popup="width=440,height=820"
          >
            {openReader[language]}
          </a>
        </p>
      </Step>
      <Step number={2} title={texts.step2[language]} values={values}>
        <p>{texts.step2Text[language]}</p>
        <p>
          <a href="#applications">{texts.step2Link[language]}</a>
        </p>
      </Step>
      <Step number={3} title={texts.step3[language]} values={values}>
        <p>{tapText[language]}</p>
      </Step>
    </ol>
  )
}

interface StepProps {
  readonly number: number
  readonly title: string
  readonly values: LiveValues
  readonly children: ComponentChildren
}

function Step({ number, title, values, children }: StepProps): JSX.Element {
  const name = `step${number}`
  return (
    <li class="step" data-value={name} data-is={String(values[name])}>
      <h2>
        <span class="step-number" aria-hidden="true">
          {number}
        </span>
        {title}{' '}
        <span class="step-done" role="status">
          <LiveText values={values} name={`${name}.text`} />
        </span>
      </h2>
      {children}
    </li>
  )
}

function Applications(props: PortalPageProps): JSX.Element {
  return (
    <section id="applications">
      <h2>{texts.applications[props.language]}</h2>
      <ul class="applications">
        {applications.map((application) => (
          <Application key={application.id} application={application} {...props} />
        ))}
      </ul>
    </section>
  )
}

function Application(props: PortalPageProps & { application: DemoApplication }): JSX.Element {
  const { application, language, values, addresses } = props
  const { id, name, agency, cardKinds, leastLevel } = application
  return (
    <li class={`tile ${id}`} data-value={`${id}.in`} data-is={String(values[`${id}.in`])}>
      <h3>
        <a href={addresses.applications[id].origin}>{name[language]}</a>
      </h3>
      <p class="tile-office">{agencyName(agency)[language]}</p>
      <dl>
        <dt>{texts.opensWith[language]}</dt>
        <dd>{cardKinds.map((kind) => kindNames[kind][language]).join(', ')}</dd>
        <dt>{texts.needs[language]}</dt>
        <dd>{(leastLevel === 'high' ? texts.tapAndPin : texts.tap)[language]}</dd>
      </dl>
      <p class="tile-state">
        <LiveText values={values} name={`${id}.who`} />
      </p>
    </li>
  )
}

function Passkeys({ language, addresses }: PortalPageProps): JSX.Element {
  return (
    <section id="passkeys">
      <h2>{texts.passkeys[language]}</h2>
      <p>{texts.passkeysText[language]}</p>
      <p>{texts.passkeysUse[language]}</p>
      <p class="step-buttons">
        <a class="button" href={`${addresses.issuer.origin}/passkeys`} target="_blank">
          {texts.passkeysOpen[language]}
        </a>
      </p>
    </section>
  )
}

function Administrator({ language, values }: PortalPageProps): JSX.Element {
  return (
    <section id="administrator" class="administrator">
      <h2>{texts.administrator[language]}</h2>
      <p>{texts.administratorText[language]}</p>
      <table>
        <thead>
          <tr>
            <th scope="col">{texts.card[language]}</th>
            <th scope="col">{texts.state[language]}</th>
            <th scope="col">{texts.act[language]}</th>
          </tr>
        </thead>
        <tbody>
          {demoCards.map((card) => (
            <CardRow key={card.id} card={card} language={language} values={values} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

type CardRowProps = Pick<PortalPageProps, 'language' | 'values'> & { readonly card: DemoCard }

function CardRow({ card, language, values }: CardRowProps): JSX.Element {
  return (
    <tr data-value={`${card.id}.state`} data-is={values[`${card.id}.state`]}>
      <th scope="row">
        {card.holderName}
        <small>{kindNames[card.kind][language]}</small>
      </th>
      <td role="status">
        <LiveText values={values} name={`${card.id}.text`} />
      </td>
      <td>
        <CardAct card={card} act="suspend" can="canSuspend" language={language} values={values} />
        <CardAct
          card={card}
          act="reinstate"
          can="canReinstate"
          language={language}
          values={values}
        />
        <CardAct card={card} act="unblock" can="canUnblock" language={language} values={values} />
      </td>
    </tr>
  )
}

interface CardActProps extends CardRowProps {
  readonly act: 'suspend' | 'reinstate' | 'unblock'
  readonly can: string
}

function CardAct({ card, act, can, language, values }: CardActProps): JSX.Element {
  const name = `${card.id}.${can}`
  return (
    <form
      method="post"
      action={`/cards/${card.id}/${act}`}
      data-show={name}
      hidden={values[name] !== true}
    >
      <button type="submit" class="button button-quiet">
        {texts[act][language]}
        <span class="unseen"> {card.holderName}</span>
      </button>
    </form>
  )
}
