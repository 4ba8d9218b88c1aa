import { violatedConstraintOf } from '../db/database-error.ts'
import type { Queryable } from '../db/pool.ts'
import type { HolderState } from '../holders/holder.ts'
import { passkeyColumns, toPasskey, type PasskeyRow } from './passkey-row.ts'
import type { Passkey, PasskeyState, PasskeyUse, RegistrationProof } from './passkey.ts'
import { PasskeyRefused, type PasskeyRefusalReason } from './refusal.ts'

export interface NewPasskey extends Passkey {
  readonly proof: RegistrationProof
  readonly attestationFormat: string
  /** null where it was not asked for. */
  readonly attestationObject: Buffer | null
}

/** A passkey with everything that its use depends on. */
export interface PasskeyStanding {
  readonly passkey: Passkey
  readonly holder: {
    readonly id: string
    readonly displayName: string
    readonly state: HolderState
  }
  /** When the last usable card of its kind expires; null: its holder has none. */
  readonly cardUsableUntil: Date | null
}

export interface PasskeyStore {
  /** @throws PasskeyRefused `already-registered`, `too-many` */
  insert(passkey: NewPasskey): Promise<void>
  find(id: string): Promise<Passkey | null>
  /** By the id that the device gave it, in one round trip. */
  findByCredential(credentialId: Buffer): Promise<PasskeyStanding | null>
  /** The holder's, those that have ended too; the newest first. */
  listOf(holderId: string): Promise<Passkey[]>
  /** false: it has ended, or another use with this count or a higher one came first. */
  recordUse(id: string, use: RecordedUse): Promise<boolean>
  rename(id: string, name: string): Promise<void>
  /**
   * Takes a passkey out of use. Every listener on `ecard_standing` is told when this commits.
   *
   * @returns null where it was not in a state from which that is possible
   */
  end(id: string, ending: PasskeyEnding): Promise<Passkey | null>
  /** Of the holder of this card, those whose kind no usable card stands behind at `now`. */
  leftAloneBy(cardUuid: string, now: Date): Promise<string[]>
}

export interface RecordedUse extends PasskeyUse {
  readonly signCount: number
  readonly backupState: boolean
}

export interface PasskeyEnding {
  readonly to: Exclude<PasskeyState, 'active'>
  /** Who did it: a holder or operator id, or the name of a program. */
  readonly by: string
  readonly reason: string
  readonly at: Date
}

export function createPasskeyStore(db: Queryable): PasskeyStore {
  return {
    insert: (passkey) => insert(db, passkey),
    find: (id) => find(db, id),
    findByCredential: (credentialId) => findByCredential(db, credentialId),
    listOf: (holderId) => listOf(db, holderId),
    recordUse: (id, use) => recordUse(db, id, use),
    rename: (id, name) => rename(db, id, name),
    end: (id, ending) => end(db, id, ending),
    leftAloneBy: (cardUuid, now) => leftAloneBy(db, cardUuid, now),
  }
}

async function insert(db: Queryable, passkey: NewPasskey): Promise<void> {
  const { proof } = passkey
  try {
    await db.query(
      `insert into passkeys (id, holder_id, card_kind, credential_id, user_handle, public_key,
         sign_count, aaguid, transports, backup_eligible, backup_state, attestation_format,
         attestation_object, attestation_verdict, name, proof_kind, proof_card_uuid, proof_pass_id,
         created_at, state, state_since)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
         $19, $20, $21)`,
      [
        passkey.id,
        passkey.holderId,
        passkey.cardKind,
        passkey.credentialId,
        passkey.userHandle,
        passkey.publicKey,
        passkey.signCount,
        passkey.aaguid,
        passkey.transports,
        passkey.backupEligible,
        passkey.backupState,
        passkey.attestationFormat,
        passkey.attestationObject,
        passkey.attestationVerdict,
        passkey.name,
        proof.kind,
        proof.kind === 'card' ? proof.cardUuid : null,
        proof.kind === 'pass' ? proof.passId : null,
        passkey.createdAt,
        passkey.state,
        passkey.stateSince,
      ],
    )
  } catch (error) {
    throw toRefusal(error)
  }
}

const duplicates: Readonly<Record<string, PasskeyRefusalReason>> = {
  passkeys_credential: 'already-registered',
  // A pass that lets its holder register a passkey lets them register one.
  passkeys_one_per_pass: 'proof-missing',
}

/** What the database's own rules say of a registration, in our words. */
function toRefusal(error: unknown): unknown {
  if (violatedConstraintOf(error) === 'passkeys_ten_per_holder')
    return new PasskeyRefused('too-many', { cause: error })
  const reason =
    duplicates[String((error as { facts?: { constraint?: unknown } }).facts?.constraint)]
  return reason === undefined ? error : new PasskeyRefused(reason, { cause: error })
}

async function find(db: Queryable, id: string): Promise<Passkey | null> {
  const { rows } = await db.query<PasskeyRow>(
    `select ${passkeyColumns} from passkeys p where p.id = $1`,
    [id],
  )
  return rows[0] === undefined ? null : toPasskey(rows[0])
}

interface StandingRow extends PasskeyRow {
  holder_name: string
  holder_state: HolderState
  card_usable_until: Date | null
}

async function findByCredential(
  db: Queryable,
  credentialId: Buffer,
): Promise<PasskeyStanding | null> {
  const { rows } = await db.query<StandingRow>(
    `select ${passkeyColumns}, h.display_name as holder_name, h.state as holder_state,
       (select max(c.expires_at) from cards c
        where c.holder_id = p.holder_id and c.kind = p.card_kind
          and c.state in ('issued', 'active')) as card_usable_until
     from passkeys p join holders h on h.id = p.holder_id
     where p.credential_id = $1`,
    [credentialId],
    { name: 'passkey-by-credential' },
  )
  const [row] = rows
  if (row === undefined) return null
  return {
    passkey: toPasskey(row),
    holder: { id: row.holder_id, displayName: row.holder_name, state: row.holder_state },
    cardUsableUntil: row.card_usable_until,
  }
}

async function listOf(db: Queryable, holderId: string): Promise<Passkey[]> {
  const { rows } = await db.query<PasskeyRow>(
    `select ${passkeyColumns} from passkeys p where p.holder_id = $1
     order by p.created_at desc, p.id`,
    [holderId],
  )
  return rows.map(toPasskey)
}

async function recordUse(db: Queryable, id: string, use: RecordedUse): Promise<boolean> {
  const { rowCount } = await db.query(
    `update passkeys set sign_count = $2, backup_state = $3, last_used_at = $4,
       last_used_terminal_id = $5, last_used_device = $6
     where id = $1 and state = 'active' and (sign_count < $2 or (sign_count = 0 and $2 = 0))`,
    [id, use.signCount, use.backupState, use.at, use.terminalId, use.device],
    { name: 'passkey-used' },
  )
  return rowCount === 1
}

async function rename(db: Queryable, id: string, name: string): Promise<void> {
  await db.query('update passkeys set name = $2 where id = $1', [id, name])
}

async function end(db: Queryable, id: string, ending: PasskeyEnding): Promise<Passkey | null> {
  const { to, at, by, reason } = ending
  const { rows } = await db.query<PasskeyRow>(
    `update passkeys p set state = $2, state_since = $3, state_by = $4, state_reason = $5
     where p.id = $1 and (p.state = 'active' or (p.state = 'flagged' and $2 = 'revoked'))
     returning ${passkeyColumns}`,
    [id, to, at, by, reason],
  )
  return rows[0] === undefined ? null : toPasskey(rows[0])
}

async function leftAloneBy(db: Queryable, cardUuid: string, now: Date): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select p.id from cards gone join passkeys p on p.holder_id = gone.holder_id
     where gone.card_uuid = $1 and p.card_kind = gone.kind and p.state = 'active'
       and not exists (
         select from cards c where c.holder_id = p.holder_id and c.kind = p.card_kind
           and c.state in ('issued', 'active') and c.expires_at > $2)`,
    [cardUuid, now],
  )
  return rows.map(({ id }) => id)
}
