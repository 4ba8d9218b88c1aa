import { pino } from 'pino'
import { AgentError } from './agent-error.ts'
import { CardError } from './status-word.ts'

/** Plain values that are never secret: identifiers, steps, counts. */
export type Facts = Readonly<Record<string, string | number | boolean | null>>

/**
 * One structured line per event: a constant event name and facts. A PIN, key, nonce, signature,
 * token, pairing code or whole APDU is never handed over, so there is nothing to redact.
 */
export interface Log {
  debug(event: string, facts?: Facts): void
  info(event: string, facts?: Facts): void
  warn(event: string, facts?: Facts): void
  error(event: string, error: unknown, facts?: Facts): void
}

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** JSON lines on standard error, so that standard output stays for people. */
export function createLog(level: LogLevel): Log {
  return writeLog(level, pino.destination({ dest: 2, sync: true }))
}

/** A log whose lines go to `sink`, one call a line. */
export function writeLog(level: LogLevel, sink: { write(line: string): void }): Log {
  const lines = pino({ level, base: null }, sink)
  return {
    debug: (event, facts) => {
      lines.debug({ event, ...facts })
    },
    info: (event, facts) => {
      lines.info({ event, ...facts })
    },
    warn: (event, facts) => {
      lines.warn({ event, ...facts })
    },
    error: (event, error, facts) => {
      lines.error({ event, ...facts, ...describeError(error) })
    },
  }
}

export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

/** Messages of foreign errors may quote their input, so only names and codes are shown. */
export function describeError(error: unknown): Facts {
  if (error instanceof AgentError) return { error: error.name, code: error.code }
  if (error instanceof CardError) {
    const status = error.statusWord?.toString(16) ?? null
    return { error: error.name, reason: error.reason, statusWord: status }
  }
  if (!(error instanceof Error)) return { error: typeof error }
  const code: unknown = (error as { code?: unknown }).code
  return { error: typeof code === 'string' ? `${error.name} ${code}` : error.name }
}
