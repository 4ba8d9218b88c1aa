import { demoCards, demoTerminal, type DemoCard, type DemoCardId } from '../province.ts'
import type { LiveValues } from '../sites/live-feed.ts'
import type { Language } from '../texts.ts'
import { readerTexts, stepTexts } from './reader-texts.ts'
import type { PinQuestion, ReaderPicture, VirtualReader } from './virtual-reader.ts'

/** What the registry says of each demo card, in words; empty for a card in good standing. */
export type CardStanding = Readonly<Record<DemoCardId, string>>

interface Sources {
  readonly reader: VirtualReader
  readonly standing: (language: Language) => Promise<CardStanding>
  /** The names of the machine's own readers; null with the virtual one. */
  readonly readerNames: () => readonly string[] | null
}

/** Everything that changes on the reader page, in the visitor's words. */
export async function readerValues(sources: Sources, language: Language): Promise<LiveValues> {
  const picture = sources.reader.picture()
  const { request, pinQuestion } = picture
  const standing = await sources.standing(language)
  const readerNames = sources.readerNames()
  return {
    online: picture.online,
    connection: (picture.online ? readerTexts.online : readerTexts.offline)[language],
    terminal: [demoTerminal.name, ...(readerNames ?? [])].join(' · '),
    status: statusText(picture, { language, hasReader: readerNames?.length !== 0 }),
    light: lightOf(picture),
    busy: request !== null && pinQuestion === null,
    application: request?.application[language] ?? '',
    office: request?.office?.[language] ?? '',
    number: request?.number ?? '',
    asksPin: pinQuestion !== null,
    pinSerial: String(pinQuestion?.serial ?? 0),
    pinApplication: pinQuestion?.application[language] ?? '',
    pinNumber: pinQuestion?.number ?? '',
    pinProblem: problemText(pinQuestion, language),
    liftsEarly: picture.liftsEarly,
    ...cardOnReader(picture, language),
    ...Object.fromEntries(demoCards.flatMap((card) => cardValues(card, picture, standing))),
  }
}

function cardValues(
  { id }: DemoCard,
  { cardOnReader }: ReaderPicture,
  standing: CardStanding,
): [string, string | boolean][] {
  return [
    [`${id}.placed`, cardOnReader === id],
    [`${id}.standing`, standing[id]],
  ]
}

/** One sentence for the reader's display: what it waits for, or what has just happened. */
function statusText(
  { online, request, cardOnReader }: ReaderPicture,
  { language, hasReader }: { language: Language; hasReader: boolean },
): string {
  if (!online) return readerTexts.notConnected[language]
  if (!hasReader) return readerTexts.noReader[language]
  if (request === null) {
    return (cardOnReader === null ? readerTexts.idle : readerTexts.idleWithCard)[language]
  }
  const text = stepTexts[request.step ?? 'waiting-for-card'] ?? readerTexts.working
  return text[language].replace('{n}', String(request.triesLeft ?? '?'))
}

/** The colour of the reader's lamp, which the status text says in words too. */
function lightOf({
  online,
  request,
}: ReaderPicture): 'off' | 'idle' | 'waiting' | 'busy' | 'fault' {
  if (!online) return 'off'
  if (request === null) return 'idle'
  if (request.step === null || request.step === 'waiting-for-card') return 'waiting'
  return busySteps.has(request.step) ? 'busy' : 'fault'
}

const busySteps: ReadonlySet<string> = new Set(['reading', 'pin-needed', 'signing'])

/** Why the PIN is asked for again, and how many tries are left. */
function problemText(question: PinQuestion | null, language: Language): string {
  const tries = question?.triesLeft ?? null
  const problem = question?.problem ?? null
  const parts = [
    problem === null ? '' : readerTexts[problem][language],
    tries === null ? '' : readerTexts.tries[language].replace('{n}', String(tries)),
  ]
  return parts.filter((part) => part !== '').join('. ')
}

/** The card that is drawn on the reader. */
function cardOnReader({ cardOnReader }: ReaderPicture, language: Language): LiveValues {
  const card = demoCards.find(({ id }) => id === cardOnReader)
  return {
    hasCard: card !== undefined,
    cardKind: card?.kind ?? '',
    cardName: card?.holderName ?? '',
    cardPin: card === undefined ? '' : `${readerTexts.pin[language]} ${card.pin}`,
  }
}
