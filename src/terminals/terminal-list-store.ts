import type { Queryable } from '../db/pool.ts'
import { toConnection, type ConnectionRow, type KnownConnection } from './connection-store.ts'
import type { Terminal, TerminalMode, TerminalState } from './terminal.ts'

/** A terminal as administrators see it. */
export interface ListedTerminal extends Omit<Terminal, 'publicKey'> {
  readonly stateSince: Date
  readonly agency: { readonly code: string; readonly name: string } | null
  /** The end of the certificate that counts; null before enrolment and after withdrawal. */
  readonly certifiedUntil: Date | null
  /** null for a terminal that was never connected. */
  readonly connection: KnownConnection | null
}

export interface TerminalFilter {
  readonly id?: string
  readonly state?: TerminalState
}

interface ListedRow extends Omit<ConnectionRow, 'terminal_id' | 'seen_at'> {
  id: string
  name: string
  mode: TerminalMode
  state: TerminalState
  state_since: Date
  is_desk: boolean
  agency_id: string | null
  agency_code: string | null
  agency_name: string | null
  certified_until: Date | null
  seen_at: Date | null
}

/** By name. */
export async function listTerminals(
  db: Queryable,
  { id, state }: TerminalFilter = {},
): Promise<ListedTerminal[]> {
  const { rows } = await db.query<ListedRow>(
    `select m.id, m.name, m.mode, m.state, m.state_since, m.is_desk, m.agency_id,
       a.code as agency_code, a.name as agency_name, c.connected_at, c.seen_at, c.left_at,
       c.readers, t.not_after as certified_until
     from terminals m
       left join agencies a on a.id = m.agency_id
       left join terminal_connections c on c.terminal_id = m.id
       left join certificates t on t.terminal_id = m.id and t.status in ('active', 'suspended')
     where ($1::uuid is null or m.id = $1) and ($2::text is null or m.state = $2)
     order by m.name, m.id`,
    [id ?? null, state ?? null],
  )
  return rows.map(toListed)
}

function toListed(row: ListedRow): ListedTerminal {
  const { id, name, mode, state, seen_at: seenAt } = row
  return {
    ...{ id, name, mode, state, stateSince: row.state_since, isDesk: row.is_desk },
    agencyId: row.agency_id,
    agency:
      row.agency_code === null ? null : { code: row.agency_code, name: row.agency_name ?? '' },
    certifiedUntil: row.certified_until,
    connection: seenAt === null ? null : toConnection({ ...row, terminal_id: id, seen_at: seenAt }),
  }
}
