import type { Queryable } from '../db/pool.ts'
import type { CardKind } from '../holders/card-kind.ts'
import type { HolderState } from '../holders/holder.ts'
import { passColumns, toPass, type PassRow } from './pass-row.ts'
import type { Pass, PassState } from './pass.ts'

export interface PassStore {
  /** @throws Duplicate: the holder has a live pass */
  insert(pass: NewPass): Promise<void>
  find(id: string): Promise<Pass | null>
  /** The newest first; at most `limit`. */
  list(filter: PassFilter, limit: number): Promise<ListedPass[]>
  /**
   * Takes one use, in one atomic statement: of many at once no more get one than are left.
   *
   * @returns null where the pass is not there or not good for this; `findByCode` tells which
   */
  consume(codeHash: Buffer, use: PassUseAttempt): Promise<UsedPass | null>
  /** Whatever its state, for who has the code. */
  findByCode(codeHash: Buffer): Promise<FoundPass | null>
  /**
   * Ends the live pass of a holder, so that there may be another. Every listener on
   * `ecard_standing` is told when this commits, unless it had run out by itself.
   */
  endLiveOf(holderId: string, ending: PassEnding): Promise<Pass | null>
  /** @returns null where there is none that could still be withdrawn */
  withdraw(id: string, ending: PassEnding): Promise<Pass | null>
}

export interface NewPass extends Pass {
  readonly codeHash: Buffer
}

export interface PassUseAttempt {
  readonly at: Date
  readonly clientId: string
  readonly cardKinds: readonly CardKind[]
  /** Not for an application, but for what `mayRegisterPasskey` is about. */
  readonly isForRegistration: boolean
}

export interface UsedPass {
  readonly pass: Pass
  readonly holderName: string
}

export interface FoundPass {
  readonly pass: Pass
  readonly holderState: HolderState
}

export interface PassEnding {
  /** A holder id or the name of a program. */
  readonly by: string
  readonly reason: string
  readonly at: Date
}

export interface PassFilter {
  readonly holderId?: string
  /** Only those that open something at this instant, or will later. */
  readonly usableAt?: Date
}

export interface ListedPass {
  readonly pass: Pass
  readonly holderName: string
}

export function createPassStore(db: Queryable): PassStore {
  return {
    insert: (pass) => insert(db, pass),
    find: (id) => find(db, id),
    list: (filter, limit) => list(db, filter, limit),
    consume: (codeHash, use) => consume(db, codeHash, use),
    findByCode: (codeHash) => findByCode(db, codeHash),
    endLiveOf: (holderId, ending) => endLiveOf(db, holderId, ending),
    withdraw: (id, ending) => withdraw(db, id, ending),
  }
}

async function insert(db: Queryable, pass: NewPass): Promise<void> {
  await db.query(
    `insert into passes (id, holder_id, card_kind, code_hash, uses_allowed, uses_left, valid_from,
       valid_until, client_ids, may_register_passkey, issued_at, issued_by, reason, state,
       state_since)
     values ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9, $10, $11, $12, 'live', $10)`,
    [
      ...[pass.id, pass.holderId, pass.cardKind, pass.codeHash, pass.usesAllowed],
      ...[pass.validFrom, pass.validUntil, pass.clientIds, pass.mayRegisterPasskey],
      ...[pass.issuedAt, pass.issuedBy, pass.reason],
    ],
  )
}

async function find(db: Queryable, id: string): Promise<Pass | null> {
  const { rows } = await db.query<PassRow>(`select ${passColumns} from passes p where p.id = $1`, [
    id,
  ])
  return rows[0] === undefined ? null : toPass(rows[0])
}

async function list(
  db: Queryable,
  { holderId, usableAt }: PassFilter,
  limit: number,
): Promise<ListedPass[]> {
  const { rows } = await db.query<PassRow & { holder_name: string }>(
    `select ${passColumns}, h.display_name as holder_name
     from passes p join holders h on h.id = p.holder_id
     where ($1::uuid is null or p.holder_id = $1)
       and ($2::timestamptz is null or (p.state = 'live' and p.valid_until > $2))
     order by p.issued_at desc, p.id limit $3`,
    [holderId ?? null, usableAt ?? null, limit],
  )
  return rows.map((row) => ({ pass: toPass(row), holderName: row.holder_name }))
}

async function consume(
  db: Queryable,
  codeHash: Buffer,
  { at, clientId, cardKinds, isForRegistration }: PassUseAttempt,
): Promise<UsedPass | null> {
  const { rows } = await db.query<PassRow & { holder_name: string }>(
    `update passes p set uses_left = p.uses_left - 1, last_used_at = $2,
       state = case p.uses_left when 1 then 'used-up' else 'live' end,
       state_since = case p.uses_left when 1 then $2 else p.state_since end
     from holders h
     where p.code_hash = $1 and p.state = 'live' and p.uses_left > 0
       and p.valid_from <= $2 and $2 < p.valid_until
       and case when $5 then p.may_register_passkey
         else p.client_ids is null or $3 = any (p.client_ids) end
       and p.card_kind = any ($4)
       and h.id = p.holder_id and h.state = 'active'
     returning ${passColumns}, h.display_name as holder_name`,
    [codeHash, at, clientId, cardKinds, isForRegistration],
    { name: 'pass-consumed' },
  )
  const [row] = rows
  return row === undefined ? null : { pass: toPass(row), holderName: row.holder_name }
}

async function findByCode(db: Queryable, codeHash: Buffer): Promise<FoundPass | null> {
  const { rows } = await db.query<PassRow & { holder_state: HolderState }>(
    `select ${passColumns}, h.state as holder_state
     from passes p join holders h on h.id = p.holder_id where p.code_hash = $1`,
    [codeHash],
    { name: 'pass-by-code' },
  )
  const [row] = rows
  return row === undefined ? null : { pass: toPass(row), holderState: row.holder_state }
}

async function endLiveOf(
  db: Queryable,
  holderId: string,
  { by, reason, at }: PassEnding,
): Promise<Pass | null> {
  const { rows } = await db.query<PassRow>(
    `update passes p set state_since = $2,
       state = case when p.valid_until <= $2 then 'expired' else 'withdrawn' end,
       state_by = case when p.valid_until <= $2 then null else $3 end,
       state_reason = case when p.valid_until <= $2 then null else $4 end
     where p.holder_id = $1 and p.state = 'live' returning ${passColumns}`,
    [holderId, at, by, reason],
  )
  return rows[0] === undefined ? null : toPass(rows[0])
}

const withdrawable: readonly PassState[] = ['live', 'used-up']

async function withdraw(
  db: Queryable,
  id: string,
  { by, reason, at }: PassEnding,
): Promise<Pass | null> {
  const { rows } = await db.query<PassRow>(
    `update passes p set state = 'withdrawn', state_since = $2, state_by = $3, state_reason = $4
     where p.id = $1 and p.state = any ($5) returning ${passColumns}`,
    [id, at, by, reason, withdrawable],
  )
  return rows[0] === undefined ? null : toPass(rows[0])
}
