import type { Queryable } from '../db/pool.ts'
import { NotFound } from '../errors.ts'
import { findForClaims, type HolderForClaims, type SignInMeans } from './holder-claims-store.ts'
import { holderColumns, toHolder, type HolderRow } from './holder-row.ts'
import type { Affiliation, Holder, HolderState, Organisation, Person } from './holder.ts'

export interface HolderStore {
  /** @throws Duplicate when the national number is known already */
  insertPerson(person: Person, at: Date): Promise<void>
  /** @throws Duplicate when the tax code is known already */
  insertOrganisation(organisation: Organisation, at: Date): Promise<void>
  find(id: string): Promise<Holder | null>
  findByNationalNumber(nationalNumber: string): Promise<Person | null>
  findByTaxCode(taxCode: string): Promise<Organisation | null>
  /**
   * Every listener on `ecard_standing` is told when this commits.
   *
   * @throws NotFound
   */
  setState(id: string, state: HolderState, at: Date): Promise<Holder>
  /** @throws Duplicate when the person acts for that agency or organisation already */
  insertAffiliation(affiliation: Affiliation, since: Date): Promise<void>
  affiliationsOf(personId: string): Promise<Affiliation[]>
  /**
   * Everything that claims are made of, in one round trip; null where there is no such holder.
   * `card` and `passkey` are null unless `means` names one of this very holder.
   */
  findForClaims(holderId: string, means: SignInMeans): Promise<HolderForClaims | null>
}

interface AffiliationRow {
  id: string
  person_id: string
  agency_id: string | null
  organisation_id: string | null
  position: string
}

export function createHolderStore(db: Queryable): HolderStore {
  return {
    insertPerson: (person, at) => insertHolder(db, person, at),
    insertOrganisation: (organisation, at) => insertHolder(db, organisation, at),
    find: (id) => find(db, id),
    findByNationalNumber: (number) => findByNationalNumber(db, number),
    findByTaxCode: (taxCode) => findByTaxCode(db, taxCode),
    setState: (id, state, at) => setState(db, { id, state, at }),
    insertAffiliation: (affiliation, since) => insertAffiliation(db, affiliation, since),
    affiliationsOf: (personId) => affiliationsOf(db, personId),
    findForClaims: (holderId, means) => findForClaims(db, holderId, means),
  }
}

async function insertHolder(db: Queryable, holder: Holder, at: Date): Promise<void> {
  await db.query(
    `insert into holders
       (id, type, state, state_since, display_name, email, national_number, tax_code)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      holder.id,
      holder.type,
      holder.state,
      at,
      holder.displayName,
      holder.email,
      holder.type === 'person' ? holder.nationalNumber : null,
      holder.type === 'organisation' ? holder.taxCode : null,
    ],
  )
}

async function find(db: Queryable, id: string): Promise<Holder | null> {
  const { rows } = await db.query<HolderRow>(
    `select ${holderColumns} from holders h where h.id = $1`,
    [id],
  )
  return rows[0] === undefined ? null : toHolder(rows[0])
}

async function findByNationalNumber(db: Queryable, number: string): Promise<Person | null> {
  const { rows } = await db.query<HolderRow>(
    `select ${holderColumns} from holders h where h.national_number = $1`,
    [number],
  )
  const holder = rows[0] === undefined ? null : toHolder(rows[0])
  return holder?.type === 'person' ? holder : null
}

async function findByTaxCode(db: Queryable, taxCode: string): Promise<Organisation | null> {
  const { rows } = await db.query<HolderRow>(
    `select ${holderColumns} from holders h where h.tax_code = $1`,
    [taxCode],
  )
  const holder = rows[0] === undefined ? null : toHolder(rows[0])
  return holder?.type === 'organisation' ? holder : null
}

async function setState(
  db: Queryable,
  { id, state, at }: { id: string; state: HolderState; at: Date },
): Promise<Holder> {
  const { rows } = await db.query<HolderRow>(
    `update holders h set state = $2, state_since = $3 where h.id = $1 returning ${holderColumns}`,
    [id, state, at],
  )
  if (rows[0] === undefined) throw new NotFound('no such holder', { holderId: id })
  return toHolder(rows[0])
}

async function insertAffiliation(
  db: Queryable,
  affiliation: Affiliation,
  since: Date,
): Promise<void> {
  const { id, personId, agencyId, organisationId, position } = affiliation
  await db.query(
    `insert into affiliations (id, person_id, agency_id, organisation_id, position, since)
     values ($1, $2, $3, $4, $5, $6)`,
    [id, personId, agencyId, organisationId, position, since],
  )
}

async function affiliationsOf(db: Queryable, personId: string): Promise<Affiliation[]> {
  const { rows } = await db.query<AffiliationRow>(
    `select id, person_id, agency_id, organisation_id, position
     from affiliations where person_id = $1 order by since, id`,
    [personId],
  )
  return rows.map(toAffiliation)
}

function toAffiliation(row: AffiliationRow): Affiliation {
  return {
    id: row.id,
    personId: row.person_id,
    agencyId: row.agency_id,
    organisationId: row.organisation_id,
    position: row.position,
  }
}
