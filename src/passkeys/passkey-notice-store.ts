import type { Queryable } from '../db/pool.ts'

/** Whom a notice about a passkey is for, and what the terminal is called where it happened. */
export interface NoticeReader {
  readonly displayName: string
  readonly email: string | null
  /** null: it happened at none that we know. */
  readonly terminalName: string | null
}

/** @returns null: there is no such holder */
export async function findNoticeReader(
  db: Queryable,
  { holderId, terminalId }: { readonly holderId: string; readonly terminalId: string | null },
): Promise<NoticeReader | null> {
  const { rows } = await db.query<{
    display_name: string
    email: string | null
    terminal_name: string | null
  }>(
    `select h.display_name, h.email,
       (select t.name from terminals t where t.id = $2) as terminal_name
     from holders h where h.id = $1`,
    [holderId, terminalId],
  )
  const [row] = rows
  if (row === undefined) return null
  return {
    displayName: row.display_name,
    email: row.email,
    terminalName: row.terminal_name,
  }
}
