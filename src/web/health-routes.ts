import type { RequestHandler } from 'express'
import type { Log } from '../log.ts'

/** Longer than a healthy store ever takes, shorter than a load balancer waits. */
const checkTimeoutMs = 2000

export interface HealthDeps {
  /** What has to answer before requests are any use, by name: `database`, `store`. */
  readonly healthChecks: Readonly<Record<string, () => Promise<void>>>
  readonly log: Log
}

/** For load balancers and supervisors: is the process alive, and is it ready to serve? */
export function createHealthHandlers(deps: HealthDeps): Record<'live' | 'ready', RequestHandler> {
  return {
    live: (_request, response) => {
      response.json({ status: 'ok' })
    },
    ready: async (_request, response) => {
      const names = Object.keys(deps.healthChecks)
      const results = await Promise.all(names.map((name) => isHealthy(deps, name)))
      const checks = Object.fromEntries(
        names.map((name, i) => [name, results[i] ? 'ok' : 'failed']),
      )
      const isReady = results.every(Boolean)
      response.status(isReady ? 200 : 503).json({ status: isReady ? 'ok' : 'failed', checks })
    },
  }
}

async function isHealthy({ healthChecks, log }: HealthDeps, name: string): Promise<boolean> {
  try {
    await withinTime(healthChecks[name]?.() ?? Promise.resolve())
    return true
  } catch (error) {
    log.error('web.health-check-failed', error, { check: name })
    return false
  }
}

function withinTime(work: Promise<void>): Promise<void> {
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
