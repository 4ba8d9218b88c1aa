import type { Queryable } from '../db/pool.ts'
import { AppError, NotFound } from '../errors.ts'
import type { Terminal, TerminalMode, TerminalState } from './terminal.ts'

export interface TerminalStore {
  /** Whatever `terminal` says, its row starts as `invited` and without a key. */
  insertInvited(
    terminal: Pick<Terminal, 'id' | 'name' | 'mode' | 'agencyId' | 'isDesk'>,
    at: Date,
  ): Promise<void>
  /** Keeps the SHA-256 of a one-time code; it replaces the one that the terminal had. */
  putEnrolmentCode(codeHash: Buffer, terminalId: string, expiresAt: Date): Promise<void>
  /**
   * The terminal that the code stands for, or null; the code is gone afterwards, also where it had
   * expired. Of many concurrent callers one gets the terminal.
   */
  takeEnrolmentCode(codeHash: Buffer, now: Date): Promise<string | null>
  /**
   * Only an invited terminal becomes active, once.
   *
   * @throws TerminalTransitionRefused
   * @throws Duplicate when another terminal has that key
   */
  activate(terminalId: string, activation: TerminalActivation): Promise<Terminal>
  find(terminalId: string): Promise<Terminal | null>
  /**
   * Final. Its enrolment code and pairings go with it, its certificate is revoked, and every listener on `ecard_standing` is
   * told when this commits. Withdrawing twice changes nothing.
   *
   * @throws NotFound
   */
  withdraw(terminalId: string, at: Date): Promise<Terminal>
  /** Keeps the SHA-256 of the secret that the browser holds. */
  insertPairing(terminalId: string, secretHash: Buffer, at: Date): Promise<void>
  /** The paired terminal in whatever state it is: the caller looks at it. */
  findByPairing(secretHash: Buffer): Promise<Terminal | null>
  /** By name. */
  list(): Promise<Terminal[]>
  /** Those of this name that were not withdrawn; names are for people and need not be unique. */
  findByName(name: string): Promise<Terminal[]>
  /** @throws NotFound for a terminal that is not there or was withdrawn */
  change(
    terminalId: string,
    to: { readonly name: string; readonly isDesk: boolean },
  ): Promise<Terminal>
}

export interface TerminalActivation {
  /** P-256, SubjectPublicKeyInfo DER. */
  readonly publicKey: Buffer
  readonly at: Date
}

/** The terminal is not in a state from which the step is possible. */
export class TerminalTransitionRefused extends AppError {
  readonly code = 'TERMINAL_TRANSITION_REFUSED'
}

interface TerminalRow {
  id: string
  name: string
  mode: TerminalMode
  state: TerminalState
  agency_id: string | null
  is_desk: boolean
  public_key: Buffer | null
}

const columns = 'm.id, m.name, m.mode, m.state, m.agency_id, m.is_desk, m.public_key'

export function createTerminalStore(db: Queryable): TerminalStore {
  return {
    insertInvited: (terminal, at) => insertInvited(db, terminal, at),
    putEnrolmentCode: (codeHash, terminalId, expiresAt) =>
      putEnrolmentCode(db, codeHash, { terminalId, expiresAt }),
    takeEnrolmentCode: (codeHash, now) => takeEnrolmentCode(db, codeHash, now),
    activate: (terminalId, activation) => activate(db, terminalId, activation),
    find: (terminalId) => find(db, terminalId),
    withdraw: (terminalId, at) => withdraw(db, terminalId, at),
    insertPairing: (terminalId, secretHash, at) =>
      insertPairing(db, terminalId, { secretHash, at }),
    findByPairing: (secretHash) => findByPairing(db, secretHash),
    list: () => list(db),
    findByName: (name) => findByName(db, name),
    change: (terminalId, to) => change(db, terminalId, to),
  }
}

async function insertInvited(
  db: Queryable,
  terminal: Pick<Terminal, 'id' | 'name' | 'mode' | 'agencyId' | 'isDesk'>,
  at: Date,
): Promise<void> {
  await db.query(
    `insert into terminals (id, name, mode, state, state_since, agency_id, is_desk)
     values ($1, $2, $3, 'invited', $4, $5, $6)`,
    [terminal.id, terminal.name, terminal.mode, at, terminal.agencyId, terminal.isDesk],
  )
}

async function putEnrolmentCode(
  db: Queryable,
  codeHash: Buffer,
  { terminalId, expiresAt }: { terminalId: string; expiresAt: Date },
): Promise<void> {
  await db.query(
    `insert into terminal_enrolments (terminal_id, code_hash, expires_at) values ($1, $2, $3)
     on conflict (terminal_id) do update
       set code_hash = excluded.code_hash, expires_at = excluded.expires_at`,
    [terminalId, codeHash, expiresAt],
  )
}

async function takeEnrolmentCode(
  db: Queryable,
  codeHash: Buffer,
  now: Date,
): Promise<string | null> {
  const { rows } = await db.query<{ terminal_id: string; is_live: boolean }>(
    `delete from terminal_enrolments where code_hash = $1
     returning terminal_id, expires_at > $2 as is_live`,
    [codeHash, now],
  )
  return rows[0]?.is_live === true ? rows[0].terminal_id : null
}

async function activate(
  db: Queryable,
  terminalId: string,
  { publicKey, at }: TerminalActivation,
): Promise<Terminal> {
  const { rows } = await db.query<TerminalRow>(
    `update terminals m set state = 'active', state_since = $2, public_key = $3
     where m.id = $1 and m.state = 'invited' returning ${columns}`,
    [terminalId, at, publicKey],
  )
  if (rows[0] === undefined)
    throw new TerminalTransitionRefused('the terminal is not invited', { terminalId })
  return toTerminal(rows[0])
}

async function find(db: Queryable, terminalId: string): Promise<Terminal | null> {
  const { rows } = await db.query<TerminalRow>(
    `select ${columns} from terminals m where m.id = $1`,
    [terminalId],
    { name: 'terminal' },
  )
  return rows[0] === undefined ? null : toTerminal(rows[0])
}

async function withdraw(db: Queryable, terminalId: string, at: Date): Promise<Terminal> {
  const { rows } = await db.query<TerminalRow>(
    `with codes as (delete from terminal_enrolments where terminal_id = $1),
       pairings as (delete from terminal_pairings where terminal_id = $1),
       ended as (
         update certificates set status = 'revoked', reason = 'cessationOfOperation',
           status_since = $2, revoked_at = $2
         where terminal_id = $1 and status <> 'revoked')
     update terminals m set state = 'withdrawn',
       state_since = case m.state when 'withdrawn' then m.state_since else $2 end
     where m.id = $1 returning ${columns}`,
    [terminalId, at],
  )
  if (rows[0] === undefined) throw new NotFound('no such terminal', { terminalId })
  return toTerminal(rows[0])
}

async function insertPairing(
  db: Queryable,
  terminalId: string,
  { secretHash, at }: { secretHash: Buffer; at: Date },
): Promise<void> {
  await db.query(
    `insert into terminal_pairings (secret_hash, terminal_id, paired_at) values ($1, $2, $3)`,
    [secretHash, terminalId, at],
  )
}

async function findByPairing(db: Queryable, secretHash: Buffer): Promise<Terminal | null> {
  const { rows } = await db.query<TerminalRow>(
    `select ${columns} from terminal_pairings p join terminals m on m.id = p.terminal_id
     where p.secret_hash = $1`,
    [secretHash],
    { name: 'terminal-by-pairing' },
  )
  return rows[0] === undefined ? null : toTerminal(rows[0])
}

async function list(db: Queryable): Promise<Terminal[]> {
  const { rows } = await db.query<TerminalRow>(
    `select ${columns} from terminals m order by m.name, m.id`,
  )
  return rows.map(toTerminal)
}

async function findByName(db: Queryable, name: string): Promise<Terminal[]> {
  const { rows } = await db.query<TerminalRow>(
    `select ${columns} from terminals m where m.name = $1 and m.state <> 'withdrawn' order by m.id`,
    [name.normalize('NFC')],
  )
  return rows.map(toTerminal)
}

async function change(
  db: Queryable,
  terminalId: string,
  { name, isDesk }: { readonly name: string; readonly isDesk: boolean },
): Promise<Terminal> {
  const { rows } = await db.query<TerminalRow>(
    `update terminals m set name = $2, is_desk = $3
     where m.id = $1 and m.state <> 'withdrawn' returning ${columns}`,
    [terminalId, name, isDesk],
  )
  if (rows[0] === undefined) throw new NotFound('no such terminal', { terminalId })
  return toTerminal(rows[0])
}

function toTerminal(row: TerminalRow): Terminal {
  return {
    id: row.id,
    name: row.name,
    mode: row.mode,
    state: row.state,
    agencyId: row.agency_id,
    isDesk: row.is_desk,
    publicKey: row.public_key,
  }
}
