import pg from 'pg'
import { DatabaseUnavailable, Duplicate } from '../errors.ts'

/**
 * SQLSTATE classes that say "could not be asked" (PostgreSQL appendix A): connection, wrong
 * credentials, no such database, out of resources, shut down or timed out, failure outside
 * PostgreSQL itself.
 */
const unavailableClasses = new Set(['08', '28', '3D', '53', '57', '58'])

const networkCodes = new Set([
  'EACCES',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
])

/** pg gives these no code; this is the one place that looks at its wording. */
const lostConnection =
  /connection terminated|connection error|timeout|not queryable|after calling end/i

/** What pg raised, as our own error; anything else passes unchanged. */
export function toDatabaseError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  if (error instanceof pg.DatabaseError) return fromServer(error)
  const code: unknown = (error as { code?: unknown }).code
  const isNetwork = typeof code === 'string' && networkCodes.has(code)
  if (!isNetwork && !lostConnection.test(error.message)) return error
  const facts = typeof code === 'string' ? { cause: code } : {}
  return new DatabaseUnavailable('PostgreSQL could not be asked', facts, error)
}

function fromServer(error: pg.DatabaseError): unknown {
  const code = error.code ?? ''
  if (code === '23505') {
    const facts = { table: error.table ?? null, constraint: error.constraint ?? null }
    return new Duplicate('PostgreSQL holds such a row already', facts, error)
  }
  if (!unavailableClasses.has(code.slice(0, 2))) return error
  return new DatabaseUnavailable('PostgreSQL could not be asked', { sqlstate: code }, error)
}

/** The constraint by whose name the server refused a statement (unique ones apart), or null. */
export function violatedConstraintOf(error: unknown): string | null {
  return error instanceof pg.DatabaseError ? (error.constraint ?? null) : null
}
