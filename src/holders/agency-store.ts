import type { Queryable } from '../db/pool.ts'
import type { Agency, AgencyKind } from './agency.ts'

export interface AgencyStore {
  /** @throws Duplicate for a code that is taken and for a second province */
  insert(agency: Agency): Promise<void>
  find(id: string): Promise<Agency | null>
  findByCode(code: string): Promise<Agency | null>
  /** From the province down to the agency itself; empty where there is no such agency. */
  pathOf(id: string): Promise<Agency[]>
  /** All of them, by code. */
  list(): Promise<Agency[]>
}

interface AgencyRow {
  id: string
  code: string
  name: string
  kind: AgencyKind
  parent_id: string | null
}

const columns = 'id, code, name, kind, parent_id'

export function createAgencyStore(db: Queryable): AgencyStore {
  return {
    insert: (agency) => insert(db, agency),
    find: (id) => find(db, id),
    findByCode: (code) => findByCode(db, code),
    pathOf: (id) => pathOf(db, id),
    list: () => list(db),
  }
}

async function insert(db: Queryable, agency: Agency): Promise<void> {
  await db.query(
    `insert into agencies (id, code, name, kind, parent_id) values ($1, $2, $3, $4, $5)`,
    [agency.id, agency.code, agency.name, agency.kind, agency.parentId],
  )
}

async function find(db: Queryable, id: string): Promise<Agency | null> {
  const { rows } = await db.query<AgencyRow>(`select ${columns} from agencies where id = $1`, [id])
  return rows[0] === undefined ? null : toAgency(rows[0])
}

async function findByCode(db: Queryable, code: string): Promise<Agency | null> {
  const { rows } = await db.query<AgencyRow>(`select ${columns} from agencies where code = $1`, [
    code,
  ])
  return rows[0] === undefined ? null : toAgency(rows[0])
}

async function pathOf(db: Queryable, id: string): Promise<Agency[]> {
  const { rows } = await db.query<AgencyRow>(
    `with recursive up as (
       select ${columns}, 0 as steps from agencies where id = $1
       union all
       select a.id, a.code, a.name, a.kind, a.parent_id, up.steps + 1
       from agencies a join up on a.id = up.parent_id
     )
     select ${columns} from up order by steps desc`,
    [id],
  )
  return rows.map(toAgency)
}

async function list(db: Queryable): Promise<Agency[]> {
  const { rows } = await db.query<AgencyRow>(`select ${columns} from agencies order by code`)
  return rows.map(toAgency)
}

function toAgency(row: AgencyRow): Agency {
  return {
    id: row.id,
    code: row.code,
    name: row.name,
    kind: row.kind,
    parentId: row.parent_id,
  }
}
