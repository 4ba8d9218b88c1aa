import { AppError, type Facts } from './errors.ts'

/**
 * How one thing is: `green` is well, `amber` works and wants attention before it does not, `red`
 * does not work.
 */
export type HealthLevel = 'green' | 'amber' | 'red'

export interface Finding {
  readonly level: HealthLevel
  /** What it is about, such as `authority citizen`. */
  readonly subject: string
  /** How it is, in one sentence; nothing secret. */
  readonly message: string
  /** What to do; null where there is nothing to do. */
  readonly advice: string | null
  /** What was found, and the values in it: for programs, and for the same in another language. */
  readonly code: string
  readonly facts: Facts
}

/** The worst of them; green where there are none. */
export function worstLevel(findings: readonly Pick<Finding, 'level'>[]): HealthLevel {
  const levels = findings.map(({ level }) => level)
  if (levels.includes('red')) return 'red'
  return levels.includes('amber') ? 'amber' : 'green'
}

/** One row of a table of checks: what it looks at, and how it is. */
export interface Check<Parts> {
  readonly subject: string
  /** A check that throws is red: what could not be asked is not well. */
  readonly run: (parts: Parts) => Promise<readonly Finding[]>
}

/** Runs the checks one after the other, so that one does not spoil the others. */
export async function examine<Parts>(
  checks: readonly Check<Parts>[],
  parts: Parts,
): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const { subject, run } of checks) {
    try {
      findings.push(...(await run(parts)))
    } catch (error) {
      findings.push(failure(subject, error))
    }
  }
  return findings
}

/** What our own errors say is meant for people; foreign ones may quote their input. */
export function failure(subject: string, error: unknown): Finding {
  const problem =
    error instanceof AppError
      ? `${error.code}: ${error.message}`
      : `failed (${error instanceof Error ? error.name : 'unknown cause'})`
  const said = { level: 'red', subject, message: problem, advice: null } as const
  return { ...said, code: 'failed', facts: { subject, problem } }
}
