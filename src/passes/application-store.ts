import type { Queryable } from '../db/pool.ts'
import type { CardKind } from '../holders/card-kind.ts'

/** `unknown`, or not in use; `level`: asks for more than a pass; `kind`: for other holders. */
export type ApplicationFault = 'unknown' | 'level' | 'kind'

export interface UnsuitableApplication {
  readonly clientId: string
  readonly fault: ApplicationFault
}

/** Those of `clientIds` that a pass of this kind does not open at `now`. */
export async function findUnsuitableApplications(
  db: Queryable,
  clientIds: readonly string[],
  { cardKind, now }: { readonly cardKind: CardKind; readonly now: Date },
): Promise<UnsuitableApplication[]> {
  const { rows } = await db.query<{ client_id: string; fault: ApplicationFault | null }>(
    `select asked.client_id, case
         when c.client_id is null or c.state <> 'active' then 'unknown'
         when c.least_level <> 'low' or c.card_compulsory_from <= $3 then 'level'
         when not $2 = any (c.card_kinds) then 'kind'
       end as fault
     from unnest($1::text[]) with ordinality as asked (client_id, place)
       left join clients c on c.client_id = asked.client_id
     order by asked.place`,
    [clientIds, cardKind, now],
  )
  return rows.flatMap(({ client_id: clientId, fault }) =>
    fault === null ? [] : [{ clientId, fault }],
  )
}

/** The kinds of the cards that a holder has or is about to get, each once. */
export async function findCardKindsOf(db: Queryable, holderId: string): Promise<CardKind[]> {
  const { rows } = await db.query<{ kind: CardKind }>(
    `select distinct kind from cards
     where holder_id = $1 and state in ('requested', 'issued', 'active', 'suspended')
     order by kind`,
    [holderId],
  )
  return rows.map(({ kind }) => kind)
}

/** One pass at a time is made for a holder, until the transaction ends. */
export async function lockHolder(tx: Queryable, holderId: string): Promise<void> {
  await tx.query('select from holders where id = $1 for no key update', [holderId])
}
