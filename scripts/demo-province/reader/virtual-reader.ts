import type { DemoCardId } from '../province.ts'
import type { Text } from '../texts.ts'

/** Where a card goes in and out; the card port behind it is the agent's. */
export interface CardSlot {
  insert(card: DemoCardId): void
  remove(): void
}

/** A sign-in that the agent is asked for, as its screen shows it. */
export interface ShownRequest {
  readonly application: Text
  readonly office: Text | null
  /** The short number that the sign-in page shows too. */
  readonly number: string
  /** What the agent last reported (`progressSteps`); null before the first report. */
  readonly step: string | null
  readonly triesLeft: number | null
}

export interface PinQuestion {
  readonly application: Text
  readonly number: string
  readonly triesLeft: number | null
  /** Why it is asked again; null the first time. */
  readonly problem: 'wrong-pin' | 'not-6-to-8-digits' | null
}

/** What stands on the table: which card lies on the reader, and what the agent wants. */
export interface ReaderPicture {
  readonly cardOnReader: DemoCardId | null
  /** The next card is lifted in the middle of the reading. */
  readonly liftsEarly: boolean
  readonly request: ShownRequest | null
  /** `serial` grows with each question, so that a page knows a new one from the old. */
  readonly pinQuestion: (PinQuestion & { readonly serial: number }) | null
  readonly online: boolean
}

/**
 * The virtual reader and the hand that holds the cards: what the reader page shows and does.
 * It never keeps a PIN: an answer goes straight to whoever asked.
 */
export interface VirtualReader {
  picture(): ReaderPicture
  onChange(listener: () => void): void
  place(card: DemoCardId): void
  takeAway(): void
  setLiftsEarly(on: boolean): void
  /** Called between two exchanges with a card; true when the hand has just pulled it away. */
  liftsNow(): boolean
  noteOnline(online: boolean): void
  noteRequest(request: Omit<ShownRequest, 'step' | 'triesLeft'> | null): void
  noteStep(step: string, triesLeft: number | null): void
  /** The PIN that a person typed, or null when they cancelled or `signal` ended the question. */
  askPin(question: PinQuestion, signal: AbortSignal): Promise<string | null>
  /** False where nobody asks. */
  answerPin(pin: string | null): boolean
}

export function createVirtualReader(slot: CardSlot): VirtualReader {
  const listeners = new Set<() => void>()
  let picture: ReaderPicture = {
    cardOnReader: null,
    liftsEarly: false,
    request: null,
    pinQuestion: null,
    online: false,
  }
  let answer: ((pin: string | null) => void) | null = null
  let questions = 0

  function change(part: Partial<ReaderPicture>): void {
    picture = { ...picture, ...part }
    for (const listener of listeners) listener()
  }

  function takeAway(): void {
    if (picture.cardOnReader === null) return
    slot.remove()
    change({ cardOnReader: null })
  }

  function answerPin(pin: string | null): boolean {
    const waiting = answer
    answer = null
    if (waiting === null) return false
    change({ pinQuestion: null })
    waiting(pin)
    return true
  }

  return {
    picture: () => picture,
    onChange: (listener) => listeners.add(listener),
    place: (card) => {
      takeAway()
      slot.insert(card)
      change({ cardOnReader: card })
    },
    takeAway,
    setLiftsEarly: (on) => {
      change({ liftsEarly: on })
    },
    liftsNow: () => {
      if (!picture.liftsEarly) return false
      // One slip of the hand: the next try succeeds.
      change({ liftsEarly: false })
      takeAway()
      return true
    },
    noteOnline: (online) => {
      change({ online })
    },
    noteRequest: (request) => {
      change({ request: request === null ? null : { ...request, step: null, triesLeft: null } })
    },
    noteStep: (step, triesLeft) => {
      if (picture.request !== null) change({ request: { ...picture.request, step, triesLeft } })
    },
    askPin: (question, signal) => {
      answerPin(null)
      if (signal.aborted) return Promise.resolve(null)
      return new Promise((resolve) => {
        const withdraw = () => answerPin(null)
        signal.addEventListener('abort', withdraw, { once: true })
        answer = (pin) => {
          signal.removeEventListener('abort', withdraw)
          resolve(pin)
        }
        questions += 1
        change({ pinQuestion: { ...question, serial: questions } })
      })
    },
    answerPin,
  }
}
