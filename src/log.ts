import { pino } from 'pino'
import { AppError, type Facts } from './errors.ts'

/**
 * One structured line per event: a constant event name, identifiers, outcome, duration.
 * Only `Facts` are accepted: a PIN, key, challenge, signature, token, cookie or whole APDU is
 * never handed over, so there is nothing to redact.
 */
export interface Log {
  debug(event: string, facts?: Facts): void
  info(event: string, facts?: Facts): void
  warn(event: string, facts?: Facts): void
  /** `error` adds its name and, for our own errors, code and facts; its stack only at level debug. */
  error(event: string, error: unknown, facts?: Facts): void
}

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** A log of JSON lines on standard error, so that standard output stays for people. */
export function createLog(level: LogLevel): Log {
  const lines = pino({ level, base: null }, pino.destination({ dest: 2, sync: true }))
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
      if (error instanceof Error)
        lines.debug({ event: `${event}.stack`, stack: stackFrames(error) })
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
function describeError(error: unknown): Facts {
  if (error instanceof AppError) {
    const cause = error.cause instanceof Error ? { cause: nameAndCode(error.cause) } : {}
    return { ...error.facts, ...cause, error: error.name, code: error.code, message: error.message }
  }
  return { error: error instanceof Error ? nameAndCode(error) : typeof error }
}

function nameAndCode(error: Error): string {
  const code: unknown = (error as { code?: unknown }).code
  return typeof code === 'string' ? `${error.name} ${code}` : error.name
}

function stackFrames(error: Error): string {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => line.trimStart().startsWith('at '))
    .join('\n')
}
