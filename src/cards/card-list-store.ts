import type { Queryable } from '../db/pool.ts'
import type { CardKind } from '../holders/card-kind.ts'
import { cardColumns, toCard, type CardRow } from './card-row.ts'
import type { Card, CardState } from './card.ts'

export interface CardFilter {
  readonly holderId?: string
  /** Code of an office: only cards of persons who belong to it or to one below it. */
  readonly agency?: string
  readonly kind?: CardKind
  readonly state?: CardState
  /** Only cards in use that end before that, the first to end first. */
  readonly endingBefore?: Date
}

export interface CardPage {
  /** The last card of the page before; null for the first page. */
  readonly after: string | null
  readonly limit: number
}

export interface ListedCard {
  readonly card: Card
  readonly holderName: string
  readonly temporary: boolean
  readonly pukReadOut: boolean
}

interface ListedRow extends CardRow {
  display_name: string
  temporary: boolean
  puk_read_out: boolean
}

const subtree = `
  with recursive below as (
    select id from agencies where code = $1
    union all
    select a.id from agencies a join below on a.parent_id = below.id
  )
  select id from below`

/**
 * One page of the cards that fit every part of the filter, by UUID or, with `endingBefore`, by
 * their end. Each page is found by an index, however many came before it.
 */
export async function listCards(
  db: Queryable,
  filter: CardFilter,
  { after, limit }: CardPage,
): Promise<ListedCard[]> {
  const agencyIds = filter.agency === undefined ? null : await agenciesBelow(db, filter.agency)
  const values: unknown[] = []
  const value = (given: unknown): string => `$${values.push(given)}`
  const { holderId, kind, state, endingBefore } = filter
  const conditions = [
    ...(holderId === undefined ? [] : [`c.holder_id = ${value(holderId)}`]),
    ...(agencyIds === null
      ? []
      : [
          `c.holder_id in (select f.person_id from affiliations f
             where f.agency_id = any (${value(agencyIds)}::uuid[]))`,
        ]),
    ...(kind === undefined ? [] : [`c.kind = ${value(kind)}`]),
    ...(state === undefined ? [] : [`c.state = ${value(state)}`]),
    ...(endingBefore === undefined
      ? []
      : [`c.state in ('issued', 'active', 'suspended') and c.expires_at < ${value(endingBefore)}`]),
    ...(after === null ? [] : [isAfter(value(after), endingBefore !== undefined)]),
  ]
  const order = endingBefore === undefined ? 'c.card_uuid' : 'c.expires_at, c.card_uuid'
  const { rows } = await db.query<ListedRow>(
    `select ${cardColumns}, h.display_name, c.temporary,
       c.puk_read_out_at is not null as puk_read_out
     from cards c join holders h on h.id = c.holder_id
     where ${['true', ...conditions].join(' and ')} order by ${order} limit ${value(limit)}`,
    values,
  )
  return rows.map(toListed)
}

function isAfter(last: string, byEnd: boolean): string {
  if (!byEnd) return `c.card_uuid > ${last}`
  return `(c.expires_at, c.card_uuid) >
    (select l.expires_at, l.card_uuid from cards l where l.card_uuid = ${last})`
}

async function agenciesBelow(db: Queryable, code: string): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(subtree, [code])
  return rows.map(({ id }) => id)
}

/** Every card that fits, a page at a time. */
export async function* walkCards(db: Queryable, filter: CardFilter): AsyncGenerator<ListedCard> {
  const limit = 500
  for (let after: string | null = null; ;) {
    const page: ListedCard[] = await listCards(db, filter, { after, limit })
    yield* page
    after = page.at(-1)?.card.cardUuid ?? null
    if (page.length < limit) return
  }
}

/** Cards whose time is over and that say otherwise; locked until the transaction ends. */
export async function listEndedCards(
  tx: Queryable,
  { now, limit }: { readonly now: Date; readonly limit: number },
): Promise<string[]> {
  const { rows } = await tx.query<{ card_uuid: string }>(
    `select c.card_uuid from cards c
     where c.state in ('issued', 'active', 'suspended') and c.expires_at <= $1
     order by c.expires_at, c.card_uuid limit $2 for update skip locked`,
    [now, limit],
  )
  return rows.map(({ card_uuid }) => card_uuid)
}

function toListed(row: ListedRow): ListedCard {
  return {
    card: toCard(row),
    holderName: row.display_name,
    temporary: row.temporary,
    pukReadOut: row.puk_read_out,
  }
}
