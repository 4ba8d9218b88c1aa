import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { describe, expect, it } from 'vitest'
import type { Finding } from '../health.ts'
import { silentLog } from '../log.ts'
import { createHealthHandlers, type HealthDeps } from './health-routes.ts'

interface Answer {
  readonly status: number
  readonly body: unknown
}

async function ready(healthChecks: HealthDeps['healthChecks']): Promise<Answer> {
  const { ready: handler } = createHealthHandlers({ healthChecks, log: silentLog })
  const server = express().get('/health/ready', handler).listen(0, '127.0.0.1')
  try {
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const response = await fetch(`http://127.0.0.1:${port}/health/ready`)
    return { status: response.status, body: await response.json() }
  } finally {
    server.close()
  }
}

const finding = (level: Finding['level']): Finding => {
  const about = { subject: 'authority citizen', code: 'authority.near-end', facts: {} }
  return { level, ...about, message: 'ends in 3 days', advice: null }
}

describe('/health/ready', () => {
  it('is ok while every check is', async () => {
    const checks = { database: () => Promise.resolve(), authorities: () => Promise.resolve([]) }
    expect(await ready(checks)).toEqual({
      status: 200,
      body: { status: 'ok', checks: { database: 'ok', authorities: 'ok' } },
    })
  })

  it('stays ready and tells what wants attention', async () => {
    const authorities = () => Promise.resolve([finding('green'), finding('amber')])
    expect(await ready({ authorities })).toEqual({
      status: 200,
      body: {
        status: 'degraded',
        checks: { authorities: 'degraded' },
        notes: ['authority citizen: ends in 3 days'],
      },
    })
  })

  it('is not ready with anything red, or with a check that fails', async () => {
    const authorities = () => Promise.resolve([finding('amber'), finding('red')])
    expect(await ready({ authorities })).toMatchObject({
      status: 503,
      body: { status: 'failed', checks: { authorities: 'failed' } },
    })
    const database = () => Promise.reject(new Error('away'))
    expect(await ready({ database })).toEqual({
      status: 503,
      body: { status: 'failed', checks: { database: 'failed' } },
    })
  })
})
