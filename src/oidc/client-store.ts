import type { Queryable } from '../db/pool.ts'
import type { AssuranceLevel } from '../holders/authentication.ts'
import type { CardKind } from '../holders/card-kind.ts'

/** A relying party, the shared application that signs its users in here. */
export interface Client {
  readonly clientId: string
  readonly name: { readonly vi: string; readonly en: string }
  /** The agency that runs it; null where no one agency does. */
  readonly agencyId: string | null
  readonly state: ClientState
  /** Client metadata by their registered names (Dynamic Client Registration 1.0 §2). */
  readonly metadata: Readonly<Record<string, unknown>>
  /** SHA-256 of the client secret; null for a client that proves itself by key or not at all. */
  readonly secretHash: Buffer | null
  /** The secret before this one, as long as it still counts. */
  readonly previousSecret?: ReplacedSecret | undefined
  readonly policy: ClientPolicy
}

export interface ReplacedSecret {
  readonly hash: Buffer
  readonly until: Date
}

export const clientStates = ['active', 'disabled'] as const
export type ClientState = (typeof clientStates)[number]

export interface ClientPolicy {
  readonly leastLevel: AssuranceLevel
  /** At least one. */
  readonly cardKinds: readonly CardKind[]
  /** Whose people may come in; null admits every agency. */
  readonly agencyIds: readonly string[] | null
  /** From this moment on only a card signs in; null as long as other ways are open. */
  readonly cardCompulsoryFrom: Date | null
}

export interface ClientStore {
  /** Inserts, or replaces every field of, the client with this id. */
  upsert(client: Client): Promise<void>
  /** Also a disabled one: the caller looks at its state. */
  find(clientId: string): Promise<Client | null>
  /** As `find`, and nobody else changes the client until the transaction that asks is over. */
  findToChange(clientId: string): Promise<Client | null>
  /** @throws Duplicate for an id that is taken */
  insert(client: Client): Promise<void>
  /** By client id. */
  list(): Promise<Client[]>
}

interface ClientRow {
  client_id: string
  name_vi: string
  name_en: string
  agency_id: string | null
  state: ClientState
  metadata: Record<string, unknown>
  secret_hash: Buffer | null
  previous_secret_hash: Buffer | null
  previous_secret_until: Date | null
  least_level: AssuranceLevel
  card_kinds: CardKind[]
  agency_ids: string[] | null
  card_compulsory_from: Date | null
}

const columns = `client_id, name_vi, name_en, agency_id, state, metadata, secret_hash,
  previous_secret_hash, previous_secret_until, least_level, card_kinds, agency_ids,
  card_compulsory_from`
const insertion = `insert into clients (${columns})
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`

export function createClientStore(db: Queryable): ClientStore {
  return {
    upsert: (client) => upsert(db, client),
    find: (clientId) => find(db, clientId),
    findToChange: (clientId) => findToChange(db, clientId),
    insert: (client) => insert(db, client),
    list: () => list(db),
  }
}

async function insert(db: Queryable, client: Client): Promise<void> {
  await db.query(insertion, valuesOf(client))
}

async function upsert(db: Queryable, client: Client): Promise<void> {
  await db.query(
    `${insertion}
     on conflict (client_id) do update set
       name_vi = excluded.name_vi, name_en = excluded.name_en, agency_id = excluded.agency_id,
       state = excluded.state, metadata = excluded.metadata, secret_hash = excluded.secret_hash,
       previous_secret_hash = excluded.previous_secret_hash,
       previous_secret_until = excluded.previous_secret_until,
       least_level = excluded.least_level, card_kinds = excluded.card_kinds,
       agency_ids = excluded.agency_ids, card_compulsory_from = excluded.card_compulsory_from`,
    valuesOf(client),
  )
}

function valuesOf(client: Client): unknown[] {
  const { leastLevel, cardKinds, agencyIds, cardCompulsoryFrom } = client.policy
  return [
    client.clientId,
    client.name.vi,
    client.name.en,
    client.agencyId,
    client.state,
    JSON.stringify(client.metadata),
    client.secretHash,
    client.previousSecret?.hash ?? null,
    client.previousSecret?.until ?? null,
    leastLevel,
    cardKinds,
    agencyIds,
    cardCompulsoryFrom,
  ]
}

async function find(db: Queryable, clientId: string): Promise<Client | null> {
  const { rows } = await db.query<ClientRow>(
    `select ${columns} from clients where client_id = $1`,
    [clientId],
    { name: 'client' },
  )
  return rows[0] === undefined ? null : toClient(rows[0])
}

async function findToChange(db: Queryable, clientId: string): Promise<Client | null> {
  const { rows } = await db.query<ClientRow>(
    `select ${columns} from clients where client_id = $1 for update`,
    [clientId],
  )
  return rows[0] === undefined ? null : toClient(rows[0])
}

async function list(db: Queryable): Promise<Client[]> {
  const { rows } = await db.query<ClientRow>(`select ${columns} from clients order by client_id`)
  return rows.map(toClient)
}

function toClient(row: ClientRow): Client {
  return {
    clientId: row.client_id,
    name: { vi: row.name_vi, en: row.name_en },
    agencyId: row.agency_id,
    state: row.state,
    metadata: row.metadata,
    secretHash: row.secret_hash,
    ...previousSecretOf(row),
    policy: {
      leastLevel: row.least_level,
      cardKinds: row.card_kinds,
      agencyIds: row.agency_ids,
      cardCompulsoryFrom: row.card_compulsory_from,
    },
  }
}

function previousSecretOf(row: ClientRow): Pick<Client, 'previousSecret'> {
  const { previous_secret_hash: hash, previous_secret_until: until } = row
  return hash === null || until === null ? {} : { previousSecret: { hash, until } }
}
