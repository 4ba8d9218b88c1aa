import {
  leaveHolder,
  planLeaving,
  type CardOfLeaver,
  type CardsOfLeaver,
  type Leaving,
} from '../../src/cards/leave-holder.ts'
import { createAgencyStore } from '../../src/holders/agency-store.ts'
import { moveHolder, planMove, type Move } from '../../src/holders/move-holder.ts'
import { reactivateHolder } from '../../src/holders/reactivate-holder.ts'
import type { Ended } from '../../src/oidc/ended-standing-store.ts'
import { findHolder } from '../people/find-holder.ts'
import { inWords, peopleWords } from '../people/people-language.ts'
import { languageOf } from '../words/language.ts'
import type { PeopleWords } from '../words/people-words.ts'
import { actingOperator } from './acting-operator.ts'
import { confirmed } from './confirm.ts'
import { tellEnded } from './logout-report.ts'
import { withRegistry, type Registry } from './open-registry.ts'
import { createOutput } from './output.ts'

interface ChangeOptions {
  readonly reason: string
  readonly apply?: boolean
  readonly json?: boolean
}

/** The joiners, movers and leavers of one day, one at a time. */
export function deactivate(
  given: string,
  { cards, ...options }: ChangeOptions & { readonly cards: CardsOfLeaver },
): Promise<void> {
  return onHolder(given, async (registry, { holderId, name, words, actor }) => {
    const output = createOutput(options)
    const request = { holderId, cards, actor, reason: options.reason }
    const planned = await planLeaving(registry.db, request)
    output.say(words.leaves(name))
    for (const one of planned.cards) output.say(describeCard(one, words))
    if (planned.cards.length === 0) output.say(words.noCards)
    const isApplied = await confirmed(options)
    const leaving = isApplied ? await leaveHolder(registry, request) : planned
    if (!isApplied) output.say(words.dryRun)
    const toldCards = leaving.cards.map(({ card, to }) => ({
      ...{ cardUuid: card.cardUuid, kind: card.kind, from: card.state },
      to: to ?? card.state,
    }))
    const ended = isApplied ? endedBy(planned) : []
    const told = isApplied ? await tellEnded(registry, ended, { of: 'holder', output }) : {}
    const document = { applied: isApplied, holderId, name, state: 'inactive', cards: toldCards }
    output.tell({ ...document, ...told })
  })
}

/** What ends by this alone: who left before has no new end. */
function endedBy({ holder, cards }: Leaving): Ended[] {
  const ending = cards.filter(({ to }) => to !== null)
  return [
    ...(holder.state === 'active' ? [{ kind: 'holder', id: holder.id }] : []),
    ...ending.map(({ card }) => ({ kind: 'card', id: card.cardUuid })),
  ]
}

export function reactivate(given: string, options: ChangeOptions): Promise<void> {
  return onHolder(given, async (registry, { holderId, name, words, actor }) => {
    const output = createOutput(options)
    output.say(words.returns(name))
    output.say(words.cardsAsTheyAre)
    const isApplied = await confirmed(options)
    const { reason } = options
    if (isApplied) await reactivateHolder(registry, { holderId, actor, reason })
    if (!isApplied) output.say(words.dryRun)
    output.tell({ applied: isApplied, holderId, name, state: 'active' })
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
  return onHolder(given, async (registry, { holderId, words, actor }) => {
    const output = createOutput(options)
    const { to, from = null, position = null, reason } = options
    await mayBringTo(registry, to)
    const request = { holderId, to, from, position, actor, reason }
    const planned = await planMove(registry.db, request)
    output.say(describeMove(planned, words))
    output.say(words.oldOfficeOnCard)
    const isApplied = await confirmed(options)
    const moved = isApplied ? await moveHolder(registry, request) : planned
    if (!isApplied) output.say(words.dryRun)
    output.tell({ applied: isApplied, holderId, from: placeOf(moved.from), to: placeOf(moved.to) })
  })
}

function placeOf(post: Move['to'] | null): object | null {
  return post === null ? null : { agency: post.agency.code, position: post.position }
}

interface Found {
  readonly holderId: string
  readonly name: string
  readonly words: PeopleWords
  readonly actor: string
}

/** The office that a person comes to has to be the operator's own too. */
async function mayBringTo(registry: Registry, code: string): Promise<void> {
  const agency = await createAgencyStore(registry.db).findByCode(code)
  if (agency === null) return // The move itself says so.
  await actingOperator(registry, 'holder.change', { kind: 'agency', agencyId: agency.id })
}

async function onHolder(
  given: string,
  work: (registry: Registry, found: Found) => Promise<void>,
): Promise<void> {
  const words = peopleWords(languageOf(process.env))
  await inWords(words, () =>
    withRegistry(async (registry) => {
      const { holder } = await findHolder(registry, given, words)
      const { id: holderId, displayName: name } = holder
      const { actor } = await actingOperator(registry, 'holder.change', {
        kind: 'holder',
        holderId,
      })
      await work(registry, { holderId, name, words, actor })
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
