import type { RequestHandler } from 'express'
import { worstLevel, type Finding } from '../health.ts'
import type { Log } from '../log.ts'

/** Longer than a healthy store ever takes, shorter than a load balancer waits. */
const checkTimeoutMs = 2000

/**
 * Resolves while the part is any use, with findings where it has something to tell: a red one
 * counts as a failure, an amber one leaves the service ready and shows.
 */
export type HealthCheck = () => Promise<readonly Finding[]> | Promise<void>

export interface HealthDeps {
  /** What has to answer before requests are any use, by name: `database`, `store`. */
  readonly healthChecks: Readonly<Record<string, HealthCheck>>
  readonly log: Log
}

type CheckStatus = 'ok' | 'degraded' | 'failed'

interface CheckResult {
  readonly status: CheckStatus
  /** What is not well, for whoever looks after the service. */
  readonly notes: readonly string[]
}

/** For load balancers and supervisors: is the process alive, and is it ready to serve? */
export function createHealthHandlers(deps: HealthDeps): Record<'live' | 'ready', RequestHandler> {
  return {
    live: (_request, response) => {
      response.json({ status: 'ok' })
    },
    ready: async (_request, response) => {
      const names = Object.keys(deps.healthChecks)
      const results = await Promise.all(names.map((name) => check(deps, name)))
      const checks = Object.fromEntries(names.map((name, i) => [name, results[i]?.status]))
      const notes = results.flatMap((result) => result.notes)
      const status = overall(results)
      const body = { status, checks, ...(notes.length > 0 && { notes }) }
      response.status(status === 'failed' ? 503 : 200).json(body)
    },
  }
}

function overall(results: readonly CheckResult[]): CheckStatus {
  const statuses = results.map(({ status }) => status)
  if (statuses.includes('failed')) return 'failed'
  return statuses.includes('degraded') ? 'degraded' : 'ok'
}

async function check({ healthChecks, log }: HealthDeps, name: string): Promise<CheckResult> {
  try {
    const asked: Promise<unknown> = healthChecks[name]?.() ?? Promise.resolve()
    const told = await withinTime(asked)
    return toResult(Array.isArray(told) ? (told as readonly Finding[]) : [])
  } catch (error) {
    log.error('web.health-check-failed', error, { check: name })
    return { status: 'failed', notes: [] }
  }
}

const statusOfLevel = { green: 'ok', amber: 'degraded', red: 'failed' } as const

function toResult(findings: readonly Finding[]): CheckResult {
  const notes = findings
    .filter(({ level }) => level !== 'green')
    .map(({ subject, message }) => `${subject}: ${message}`)
  return { status: statusOfLevel[worstLevel(findings)], notes }
}

function withinTime<T>(work: Promise<T>): Promise<T> {
  const { promise: late, cancel } = rejectionAfter(checkTimeoutMs)
  return Promise.race([work, late]).finally(cancel)
}

function rejectionAfter(ms: number): { promise: Promise<never>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined
  const promise = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${ms} ms`))
    }, ms)
  })
  const cancel = (): void => {
    clearTimeout(timer)
  }
  return { promise, cancel }
}
