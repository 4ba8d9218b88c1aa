import type { JSX } from 'preact'
import { demoCards, kindNames, type DemoCard } from '../province.ts'
import { LanguageLinks, page } from '../sites/layout.tsx'
import type { LiveValues } from '../sites/live-feed.ts'
import { LiveBlock, LiveText } from '../sites/live.tsx'
import type { Language } from '../texts.ts'
import { ReaderDrawing } from './reader-drawing.tsx'
import { readerTexts } from './reader-texts.ts'

interface ReaderPageProps {
  readonly language: Language
  readonly hasVirtualCards: boolean
  readonly values: LiveValues
}

/** One narrow window: the reader on top, what is asked below it, the cards at hand. */
export function readerPage(props: ReaderPageProps): string {
  const { language, hasVirtualCards, values } = props
  const title = (hasVirtualCards ? readerTexts.title : readerTexts.titleReal)[language]
  return page({
    language,
    title,
    look: 'reader',
    live: '/events',
    scripts: ['reader.js'],
    children: (
      <>
        <header class="reader-head">
          <div>
            <h1>{title}</h1>
            <p class="reader-terminal">
              <LiveText values={values} name="terminal" />
              {' · '}
              <LiveText values={values} name="connection" />
            </p>
          </div>
          <LanguageLinks language={language} here="/" />
        </header>
        <main id="main">
          <Display language={language} values={values} />
          <PinPad language={language} values={values} />
          {hasVirtualCards && <Table language={language} values={values} />}
          <a class="button button-quiet pair" href="/pair" target="_blank">
            {readerTexts.pair[language]}
          </a>
        </main>
      </>
    ),
  })
}

type PartProps = Omit<ReaderPageProps, 'hasVirtualCards'>

/** The reader and its one line of text. */
function Display({ language, values }: PartProps): JSX.Element {
  return (
    <section class="display">
      <ReaderDrawing values={values} />
      <p class="display-status" role="status">
        <LiveText values={values} name="status" />
      </p>
      <LiveBlock values={values} name="busy" class="display-request">
        <p>
          {readerTexts.asks[language]}:{' '}
          <strong>
            <LiveText values={values} name="application" />
          </strong>
        </p>
        <p>
          {readerTexts.number[language]}{' '}
          <strong class="number">
            <LiveText values={values} name="number" />
          </strong>{' '}
          <small>{readerTexts.compare[language]}</small>
        </p>
      </LiveBlock>
    </section>
  )
}

function PinPad({ language, values }: PartProps): JSX.Element {
  return (
    <section class="pin" data-show="asksPin" hidden={values['asksPin'] !== true}>
      <h2>{readerTexts.pinTitle[language]}</h2>
      <p>
        <LiveText values={values} name="pinApplication" /> · {readerTexts.number[language]}{' '}
        <strong>
          <LiveText values={values} name="pinNumber" />
        </strong>
      </p>
      <p class="pin-problem" role="alert">
        <LiveText values={values} name="pinProblem" />
      </p>
      <form data-pin data-serial={values['pinSerial']}>
        <label for="pin">{readerTexts.pinLabel[language]}</label>
        <input
          id="pin"
          type="password"
          inputMode="numeric"
          pattern="[0-9]{6,8}"
          minLength={6}
          maxLength={8}
          autocomplete="off"
          required
        />
        <div class="keys">
          {['1', '2', '3', '4', '5', '6', '7', '8', '9'].map((digit) => (
            <button key={digit} type="button" data-digit={digit}>
              {digit}
            </button>
          ))}
          <button type="button" data-erase>
            {readerTexts.erase[language]}
          </button>
          <button type="button" data-digit="0">
            0
          </button>
          <button type="submit" class="key-ok">
            {readerTexts.ok[language]}
          </button>
        </div>
        <button type="button" class="button button-quiet" data-cancel-pin>
          {readerTexts.cancel[language]}
        </button>
      </form>
    </section>
  )
}

function Table({ language, values }: PartProps): JSX.Element {
  return (
    <section class="cards">
      <h2>{readerTexts.cards[language]}</h2>
      <p class="hint">{readerTexts.cardsHint[language]}</p>
      {demoCards.map((card) => (
        <CardButton key={card.id} card={card} language={language} values={values} />
      ))}
      <label class="switch">
        <input
          type="checkbox"
          role="switch"
          data-lifts-early
          checked={values['liftsEarly'] === true}
        />
        <span>{readerTexts.liftsEarly[language]}</span>
      </label>
    </section>
  )
}

function CardButton({ card, language, values }: PartProps & { card: DemoCard }): JSX.Element {
  return (
    <button
      type="button"
      class={`card card-${card.kind}`}
      data-card={card.id}
      data-pressed={`${card.id}.placed`}
      aria-pressed={values[`${card.id}.placed`] === true}
    >
      <span class="card-kind">{kindNames[card.kind][language]}</span>
      <span class="card-name">{card.holderName}</span>
      <span class="card-line">{card.line[language]}</span>
      <span class="card-pin">
        {readerTexts.pin[language]} {card.pin}
      </span>
      <LiveBlockInline values={values} name={`${card.id}.standing`} />
    </button>
  )
}

/** A word across the card's face, there only while the registry has something to say of it. */
function LiveBlockInline({ values, name }: { values: LiveValues; name: string }): JSX.Element {
  const text = values[name]
  return (
    <span class="card-standing" data-show={name} data-text={name} hidden={text === ''}>
      {text}
    </span>
  )
}
