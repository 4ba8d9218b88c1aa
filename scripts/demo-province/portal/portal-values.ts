import type { Request } from 'express'
import { applications } from '../applications.ts'
import { demoCards } from '../province.ts'
import type { LiveValues } from '../sites/live-feed.ts'
import type { Language } from '../texts.ts'
import type { PortalDeps } from './portal.ts'
import { cardStateTexts, portalTexts } from './portal-texts.ts'

type Sources = Pick<PortalDeps, 'applications' | 'isPaired' | 'isOnline' | 'desk'>

interface Visitor {
  readonly request: Request
  readonly language: Language
}

/** Everything that changes on the portal, for one visitor. */
export async function portalValues(sources: Sources, visitor: Visitor): Promise<LiveValues> {
  const { language } = visitor
  const parties = Object.values(sources.applications)
  const paired = await sources.isPaired(visitor.request)
  const steps = [
    paired,
    parties.some((party) => party.visited()),
    parties.some((party) => party.everSignedIn()),
  ]
  const cards = await Promise.all(demoCards.map(({ id }) => cardValues(sources, id, language)))
  return {
    online: sources.isOnline(),
    terminal: (sources.isOnline() ? portalTexts.online : portalTexts.offline)[language],
    ...merge(steps.map((done, index) => stepValues(index + 1, done, language))),
    ...merge(applications.map(({ id }) => applicationValues(sources, id, visitor))),
    ...merge(cards),
  }
}

function stepValues(number: number, done: boolean, language: Language): LiveValues {
  return {
    [`step${number}`]: done,
    [`step${number}.text`]: done ? portalTexts.done[language] : '',
  }
}

function applicationValues(
  sources: Sources,
  id: (typeof applications)[number]['id'],
  { request, language }: Visitor,
): LiveValues {
  const signedIn = sources.applications[id].signedInWith(request.headers.cookie)
  return {
    [`${id}.in`]: signedIn !== null,
    [`${id}.who`]:
      signedIn === null
        ? portalTexts.signedOut[language]
        : portalTexts.signedInAs[language].replace('{name}', signedIn.name),
  }
}

async function cardValues(
  sources: Sources,
  id: (typeof demoCards)[number]['id'],
  language: Language,
): Promise<LiveValues> {
  const { state, pinBlocked } = await sources.desk.standing(id)
  const text = state === null ? portalTexts.noCard[language] : cardStateTexts[state][language]
  return {
    [`${id}.state`]: state ?? 'none',
    [`${id}.text`]: pinBlocked ? `${text} · ${portalTexts.pinBlocked[language]}` : text,
    [`${id}.canSuspend`]: state === 'active',
    [`${id}.canReinstate`]: state === 'suspended',
    [`${id}.canUnblock`]: pinBlocked,
  }
}

function merge(parts: readonly LiveValues[]): LiveValues {
  return Object.fromEntries(parts.flatMap((part) => Object.entries(part)))
}
