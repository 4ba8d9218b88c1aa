import type { Request, Response } from 'express'
import { z } from 'zod'
import type { Log } from '../../../src/log.ts'
import type { Address, Addresses } from '../addresses.ts'
import type { ApplicationId } from '../applications.ts'
import { demoCards, type DemoCardId } from '../province.ts'
import type { RelyingParty } from '../relying-party/relying-party.ts'
import { createLiveFeed } from '../sites/live-feed.ts'
import { createSiteApp, languageOf, openSite, type Site } from '../sites/site.ts'
import type { CardDesk } from './card-desk.ts'
import { portalPage } from './portal-page.tsx'
import { portalValues } from './portal-values.ts'

export interface PortalDeps {
  readonly address: Address
  readonly addresses: Addresses
  readonly applications: Readonly<Record<ApplicationId, RelyingParty>>
  /** Whether the browser that asks is paired with a terminal. */
  readonly isPaired: (request: Request) => Promise<boolean>
  readonly isOnline: () => boolean
  readonly desk: CardDesk
  /** Called after the administrator changed a card. */
  readonly onCardsChanged: () => void
  /** False with the machine's own readers. */
  readonly hasVirtualCards: boolean
  readonly log: Log
}

/** The first page of the demo: three steps, the five applications, the administrator's box. */
export async function openPortal(
  deps: PortalDeps,
): Promise<Site & { readonly changed: () => void }> {
  const feed = createLiveFeed()
  const app = createSiteApp({ address: deps.address })
  app.get('/', async (req, res) => {
    const language = languageOf(req)
    const values = await portalValues(deps, { request: req, language })
    res.set('Cache-Control', 'no-store').send(portalPage({ ...deps, language, values }))
  })
  app.get('/events', (req, res) => {
    const language = languageOf(req)
    feed.serve(req, res, () => portalValues(deps, { request: req, language }))
  })
  app.post('/cards/:card/:act', async (req, res) => {
    await changeCard(deps.desk, req, res)
    feed.changed()
    deps.onCardsChanged()
  })
  return { ...(await openSite(app, deps.address, deps.log)), changed: feed.changed }
}

const cardAct = z.object({
  card: z.enum(demoCards.map(({ id }) => id)),
  act: z.enum(['suspend', 'reinstate', 'unblock']),
})

async function changeCard(desk: CardDesk, req: Request, res: Response): Promise<void> {
  const given = cardAct.safeParse(req.params)
  if (!given.success) {
    res.sendStatus(404)
    return
  }
  await acts[given.data.act](desk, given.data.card)
  res.redirect(303, '/#administrator')
}

const acts = {
  suspend: (desk: CardDesk, card: DemoCardId) => desk.suspend(card),
  reinstate: (desk: CardDesk, card: DemoCardId) => desk.reinstate(card),
  unblock: (desk: CardDesk, card: DemoCardId) => desk.unblock(card),
} as const
