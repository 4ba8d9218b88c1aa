import type { Queryable } from '../db/pool.ts'
import type { CardKind } from '../holders/card-kind.ts'
import type { HolderState, HolderType } from '../holders/holder.ts'

/** What a request needs to know of a holder. */
export interface BatchHolder {
  readonly id: string
  readonly type: HolderType
  readonly state: HolderState
  readonly name: string
  /** National number or tax code. */
  readonly number: string
}

interface HolderRow {
  id: string
  type: HolderType
  state: HolderState
  display_name: string
  number: string
}

const selectHolders = `
  select id, type, state, display_name, coalesce(national_number, tax_code) as number from holders`

export async function findHoldersById(
  db: Queryable,
  ids: readonly string[],
): Promise<BatchHolder[]> {
  const { rows } = await db.query<HolderRow>(`${selectHolders} where id = any ($1::uuid[])`, [ids])
  return rows.map(toBatchHolder)
}

/** By national number or tax code. */
export async function findHoldersByNumber(
  db: Queryable,
  numbers: readonly string[],
): Promise<BatchHolder[]> {
  const { rows } = await db.query<HolderRow>(
    `${selectHolders} where national_number = any ($1) or tax_code = any ($1)`,
    [numbers],
  )
  return rows.map(toBatchHolder)
}

function toBatchHolder({ display_name: name, ...row }: HolderRow): BatchHolder {
  const { id, type, state, number } = row
  return { id, type, state, name, number }
}

export interface HolderCard {
  readonly cardUuid: string
  readonly holderId: string
  readonly kind: CardKind
}

interface CardRow {
  card_uuid: string
  holder_id: string
  kind: CardKind
}

const toHolderCard = (row: CardRow): HolderCard => ({
  cardUuid: row.card_uuid,
  holderId: row.holder_id,
  kind: row.kind,
})

/** Cards that are in these holders' hands and have not ended; temporary ones end by themselves. */
export async function listLiveCards(
  db: Queryable,
  holderIds: readonly string[],
): Promise<HolderCard[]> {
  const { rows } = await db.query<CardRow>(
    `select card_uuid, holder_id, kind from cards
     where holder_id = any ($1::uuid[]) and state in ('issued', 'active', 'suspended')
       and not temporary`,
    [holderIds],
  )
  return rows.map(toHolderCard)
}

/** The cards of these numbers, as far as there are such. */
export async function listNamedCards(
  db: Queryable,
  cardUuids: readonly string[],
): Promise<HolderCard[]> {
  const { rows } = await db.query<CardRow>(
    `select card_uuid, holder_id, kind from cards where card_uuid = any ($1::uuid[])`,
    [cardUuids],
  )
  return rows.map(toHolderCard)
}

/** Whom the queue is to make a card for, in whatever batch. */
export async function listOpenItems(
  db: Queryable,
  holderIds: readonly string[],
): Promise<Pick<HolderCard, 'holderId' | 'kind'>[]> {
  const { rows } = await db.query<Omit<CardRow, 'card_uuid'>>(
    `select holder_id, kind from batch_items
     where holder_id = any ($1::uuid[]) and state in ('waiting', 'running')`,
    [holderIds],
  )
  return rows.map(({ holder_id: holderId, kind }) => ({ holderId, kind }))
}
