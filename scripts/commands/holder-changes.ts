import {
  leaveHolder,
  planLeaving,
  type CardOfLeaver,
  type CardsOfLeaver,
} from '../../src/cards/leave-holder.ts'
import { moveHolder, planMove, type Move } from '../../src/holders/move-holder.ts'
import { reactivateHolder } from '../../src/holders/reactivate-holder.ts'
import { findHolder } from '../people/find-holder.ts'
import { inWords, peopleWords } from '../people/people-language.ts'
import { languageOf } from '../words/language.ts'
import type { PeopleWords } from '../words/people-words.ts'
import { withRegistry, type Registry } from './open-registry.ts'

interface ChangeOptions {
  readonly reason: string
  readonly apply?: boolean
}

const actor = 'ecard'

/** The joiners, movers and leavers of one day, one at a time. */
export function deactivate(
  given: string,
  { reason, apply, cards }: ChangeOptions & { readonly cards: CardsOfLeaver },
): Promise<void> {
  return onHolder(given, async (registry, { holderId, name, words }) => {
    const request = { holderId, cards, actor, reason }
    const leaving =
      apply === true
        ? await leaveHolder(registry, request)
        : await planLeaving(registry.db, request)
    console.log(words.leaves(name))
    for (const one of leaving.cards) console.log(describeCard(one, words))
    if (leaving.cards.length === 0) console.log(words.noCards)
    console.log(apply === true ? words.sessionsEnd : words.dryRun)
  })
}

export function reactivate(given: string, { reason, apply }: ChangeOptions): Promise<void> {
  return onHolder(given, async (registry, { holderId, name, words }) => {
    if (apply === true) await reactivateHolder(registry, { holderId, actor, reason })
    console.log(words.returns(name))
    console.log(words.cardsAsTheyAre)
    if (apply !== true) console.log(words.dryRun)
  })
}

export function move(
  given: string,
  options: ChangeOptions & {
    readonly to: string
    readonly from?: string
    readonly position?: string
  },
): Promise<void> {
  return onHolder(given, async (registry, { holderId, words }) => {
    const { to, from = null, position = null, reason, apply } = options
    const request = { holderId, to, from, position, actor, reason }
    const moved =
      apply === true ? await moveHolder(registry, request) : await planMove(registry.db, request)
    console.log(describeMove(moved, words))
    console.log(words.oldOfficeOnCard)
    if (apply !== true) console.log(words.dryRun)
  })
}

interface Found {
  readonly holderId: string
  readonly name: string
  readonly words: PeopleWords
}

async function onHolder(
  given: string,
  work: (registry: Registry, found: Found) => Promise<void>,
): Promise<void> {
  const words = peopleWords(languageOf(process.env))
  await inWords(words, () =>
    withRegistry(async (registry) => {
      const { holder } = await findHolder(registry, given, words)
      await work(registry, { holderId: holder.id, name: holder.displayName, words })
    }),
  )
}

function describeCard({ card, to }: CardOfLeaver, words: PeopleWords): string {
  const { cardUuid: uuid, kind, state } = card
  const from = words.cardStates[state]
  if (to === null) return words.cardStays({ uuid, kind, state: from })
  return words.card({ uuid, kind, from, to: words.cardStates[to] })
}

function describeMove({ person, from, to }: Move, words: PeopleWords): string {
  const place = ({ agency, position }: Move['to']): string =>
    position === '' ? agency.code : `${agency.code} (${position})`
  return words.moves({
    name: person.displayName,
    from: from === null ? words.none : place(from),
    to: place(to),
  })
}
