import type { Request, Response } from 'express'
import { z } from 'zod'
import type { Log } from '../../../src/log.ts'
import type { Address } from '../addresses.ts'
import { demoCards } from '../province.ts'
import { createLiveFeed } from '../sites/live-feed.ts'
import { createSiteApp, languageOf, openSite, type Site } from '../sites/site.ts'
import type { Language } from '../texts.ts'
import { readerPage } from './reader-page.tsx'
import { readerTexts } from './reader-texts.ts'
import { readerValues, type CardStanding } from './reader-values.ts'
import type { VirtualReader } from './virtual-reader.ts'

export interface ReaderSiteDeps {
  readonly address: Address
  readonly reader: VirtualReader
  /** False with the machine's own readers: the page then shows no cards to tap. */
  readonly hasVirtualCards: boolean
  readonly standing: (language: Language) => Promise<CardStanding>
  /** Asks the agent for a one-time address that pairs the browser which opens it. */
  readonly pairingAddress: () => Promise<string>
  /** The names of the machine's own readers; null with the virtual one. */
  readonly readerNames: () => readonly string[] | null
  readonly log: Log
}

/**
 * The virtual reader's window: the agent's own, never the sign-in service's, so a PIN typed here
 * goes to the agent and the card alone.
 */
export async function openReaderSite(
  deps: ReaderSiteDeps,
): Promise<Site & { readonly changed: () => void }> {
  const { reader } = deps
  const feed = createLiveFeed()
  reader.onChange(feed.changed)
  const app = createSiteApp({ address: deps.address })
  const values = async (req: Request) => readerValues(deps, languageOf(req))

  app.get('/', async (req, res) => {
    const language = languageOf(req)
    const { hasVirtualCards } = deps
    res.set('Cache-Control', 'no-store')
    res.send(readerPage({ language, hasVirtualCards, values: await values(req) }))
  })
  app.get('/events', (req, res) => {
    feed.serve(req, res, () => values(req))
  })
  app.get('/pair', (req, res) => pair(deps, req, res))
  app.post('/card', (req, res) => {
    act(res, placement, req.body, ({ card }) => {
      if (card === null) reader.takeAway()
      else reader.place(card)
    })
  })
  app.post('/lifts-early', (req, res) => {
    act(res, z.object({ on: z.boolean() }), req.body, ({ on }) => {
      reader.setLiftsEarly(on)
    })
  })
  app.post('/pin', (req, res) => {
    act(res, pinAnswer, req.body, ({ pin }) => {
      reader.answerPin(pin)
    })
  })
  return { ...(await openSite(app, deps.address, deps.log)), changed: feed.changed }
}

const placement = z.object({ card: z.enum(demoCards.map(({ id }) => id)).nullable() })
/** NIST SP 800-73-5 part 2 §3.2.1: six to eight digits. */
const pinAnswer = z.object({
  pin: z
    .string()
    .regex(/^\d{6,8}$/)
    .nullable(),
})

function act<T>(res: Response, shape: z.ZodType<T>, body: unknown, work: (given: T) => void): void {
  const given = shape.safeParse(body)
  if (given.success) work(given.data)
  res.sendStatus(given.success ? 204 : 400)
}

/** Leads this browser to its pairing; only from the demo's own pages, or by typing the address. */
async function pair(deps: ReaderSiteDeps, req: Request, res: Response): Promise<void> {
  if (req.headers['sec-fetch-site'] === 'cross-site') {
    res.sendStatus(403)
    return
  }
  try {
    res.redirect(303, await deps.pairingAddress())
  } catch (error) {
    deps.log.error('demo.pairing-failed', error)
    res.status(503).type('text').send(readerTexts.cannotPair[languageOf(req)])
  }
}
