import type { Queryable } from '../db/pool.ts'
import { DatabaseUnavailable } from '../errors.ts'
import type { Authority, AuthorityKind, AuthorityState } from './authority.ts'

export interface AuthorityStore {
  /** @throws Duplicate when name, key or certificate is registered already */
  insertAuthority(authority: Authority): Promise<void>
  findAuthority(id: string): Promise<Authority | null>
  findAuthorityBySlug(slug: string): Promise<Authority | null>
  /** The one that issues now. */
  findIssuingAuthority(kind: AuthorityKind): Promise<Authority | null>
  /** All of them, roots first, then by name. */
  listAuthorities(): Promise<Authority[]>
  /** From `issuing` to `retired`. @returns whether it was issuing */
  retireAuthority(id: string): Promise<boolean>
  /** The database's own clock, and when the newest certificate began; null where there is none. */
  readTimes(): Promise<{ database: Date; newestCertificate: Date | null }>
}

interface AuthorityRow {
  id: string
  name: string
  kind: AuthorityKind
  certificate_der: Buffer
  key_name: string | null
  issuer_id: string | null
  slug: string
  state: AuthorityState
  revoked_at: Date | null
  revocation_reason: string | null
  crl_partitions: number
}

const columns = `id, name, kind, certificate_der, key_name, issuer_id, slug, state, revoked_at,
  revocation_reason, crl_partitions`

export function createAuthorityStore(db: Queryable): AuthorityStore {
  return {
    insertAuthority: (authority) => insertAuthority(db, authority),
    findAuthority: (id) => findAuthority(db, id),
    findAuthorityBySlug: (slug) => findAuthorityBySlug(db, slug),
    findIssuingAuthority: (kind) => findIssuingAuthority(db, kind),
    listAuthorities: () => listAuthorities(db),
    retireAuthority: (id) => retireAuthority(db, id),
    readTimes: () => readTimes(db),
  }
}

async function insertAuthority(db: Queryable, authority: Authority): Promise<void> {
  const { id, name, kind, certificateDer, keyName, issuerId } = authority
  const { slug, state, revokedAt, revocationReason, crlPartitions } = authority
  await db.query(
    `insert into authorities (${columns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      ...[id, name, kind, certificateDer, keyName, issuerId],
      ...[slug, state, revokedAt, revocationReason, crlPartitions],
    ],
  )
}

async function findAuthority(db: Queryable, id: string): Promise<Authority | null> {
  const sql = `select ${columns} from authorities where id = $1`
  const { rows } = await db.query<AuthorityRow>(sql, [id])
  return rows[0] === undefined ? null : toAuthority(rows[0])
}

async function findAuthorityBySlug(db: Queryable, slug: string): Promise<Authority | null> {
  const sql = `select ${columns} from authorities where slug = $1`
  const { rows } = await db.query<AuthorityRow>(sql, [slug])
  return rows[0] === undefined ? null : toAuthority(rows[0])
}

async function findIssuingAuthority(db: Queryable, kind: AuthorityKind): Promise<Authority | null> {
  const sql = `select ${columns} from authorities where kind = $1 and state = 'issuing'`
  const { rows } = await db.query<AuthorityRow>(sql, [kind])
  return rows[0] === undefined ? null : toAuthority(rows[0])
}

async function listAuthorities(db: Queryable): Promise<Authority[]> {
  const { rows } = await db.query<AuthorityRow>(
    `select ${columns} from authorities order by issuer_id is not null, name`,
  )
  return rows.map(toAuthority)
}

async function retireAuthority(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `update authorities set state = 'retired' where id = $1 and state = 'issuing'`,
    [id],
  )
  return rowCount === 1
}

async function readTimes(
  db: Queryable,
): Promise<{ database: Date; newestCertificate: Date | null }> {
  const { rows } = await db.query<{ database: Date; newest: Date | null }>(
    `select clock_timestamp() as database, (select max(not_before) from certificates) as newest`,
  )
  const [row] = rows
  if (row === undefined) throw new DatabaseUnavailable('PostgreSQL told no time')
  return { database: row.database, newestCertificate: row.newest }
}

function toAuthority(row: AuthorityRow): Authority {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    certificateDer: row.certificate_der,
    keyName: row.key_name,
    issuerId: row.issuer_id,
    slug: row.slug,
    state: row.state,
    revokedAt: row.revoked_at,
    revocationReason: row.revocation_reason,
    crlPartitions: row.crl_partitions,
  }
}
