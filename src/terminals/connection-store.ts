import type { Queryable } from '../db/pool.ts'

/** A terminal's last connection to any node, as administrators see it. */
export interface KnownConnection {
  readonly terminalId: string
  readonly connectedAt: Date
  readonly seenAt: Date
  /** null while it is there, also when its node was killed: `seenAt` stands still then. */
  readonly leftAt: Date | null
  readonly readers: readonly string[]
}

export interface ConnectionRow {
  terminal_id: string
  connected_at: Date
  seen_at: Date
  left_at: Date | null
  readers: string[]
}

interface Opened {
  readonly terminalId: string
  readonly connectionId: string
  readonly at: Date
}

/** It takes the place of the terminal's connection before. */
export async function insertConnection(
  db: Queryable,
  { terminalId, connectionId, at }: Opened,
): Promise<void> {
  await db.query(
    `insert into terminal_connections (terminal_id, connection_id, connected_at, seen_at)
     values ($1, $2, $3, $3)
     on conflict (terminal_id) do update
       set connection_id = excluded.connection_id, connected_at = excluded.connected_at,
         seen_at = excluded.seen_at, left_at = null, readers = '{}'`,
    [terminalId, connectionId, at],
  )
}

/** Those of the connections that nothing has replaced. */
export async function touchConnections(
  db: Queryable,
  connectionIds: readonly string[],
  at: Date,
): Promise<void> {
  await db.query(
    `update terminal_connections set seen_at = greatest(seen_at, $2)
     where connection_id = any($1) and left_at is null`,
    [connectionIds, at],
  )
}

export async function setConnectionReaders(
  db: Queryable,
  { terminalId, connectionId }: Pick<Opened, 'terminalId' | 'connectionId'>,
  readers: readonly string[],
): Promise<void> {
  await db.query(
    `update terminal_connections set readers = $3
     where terminal_id = $1 and connection_id = $2`,
    [terminalId, connectionId, readers],
  )
}

export async function endConnection(
  db: Queryable,
  { terminalId, connectionId, at }: Opened,
): Promise<void> {
  await db.query(
    `update terminal_connections set left_at = $3, seen_at = greatest(seen_at, $3)
     where terminal_id = $1 and connection_id = $2`,
    [terminalId, connectionId, at],
  )
}

export function toConnection(row: ConnectionRow): KnownConnection {
  return {
    terminalId: row.terminal_id,
    connectedAt: row.connected_at,
    seenAt: row.seen_at,
    leftAt: row.left_at,
    readers: row.readers,
  }
}
