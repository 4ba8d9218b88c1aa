import { setImmediate as settled } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Queryable } from '../db/pool.ts'
import { silentLog } from '../log.ts'
import { systemRandom } from '../random.ts'
import { createHearing, type Hearing } from './ocsp-hearing.ts'

const start = new Date('2026-03-02T01:30:00Z')

let now: Date
let hearing: Hearing
let sent: { token: string; answer: (states: string) => void; fail: () => void }[]

beforeEach(() => {
  now = start
  sent = []
  const db: Queryable = {
    query: (_text, values = []) =>
      new Promise((resolve, reject) => {
        sent.push({
          token: String(values[1]).split(' ')[1] ?? '',
          answer: (states) => {
            resolve({ rows: [{ states } as never], rowCount: 1 })
          },
          fail: () => {
            reject(new Error('away'))
          },
        })
      }),
  }
  hearing = createHearing({
    ...{ db, clock: { now: () => now }, random: systemRandom, log: silentLog },
    areKnownStates: (states) => states === 'known',
  })
})

function later(ms: number): boolean {
  now = new Date(now.getTime() + ms)
  return hearing.isProven(now)
}

/** The last probe: its notice is heard, and its statement answered. */
async function bringBack(states = 'known'): Promise<void> {
  const probe = sent.at(-1)
  hearing.heard(probe?.token ?? '')
  probe?.answer(states)
  await settled()
}

describe('whether notices are heard', () => {
  it('is not believed before a probe came back', async () => {
    expect(later(0)).toBe(false)
    expect(sent).toHaveLength(1)
    await bringBack()
    expect(later(0)).toBe(true)
  })

  it('is believed for three quarters of a second from the sending of the probe', async () => {
    later(0)
    now = new Date(start.getTime() + 500)
    await bringBack()
    expect(later(0)).toBe(true)
    expect(later(249)).toBe(true)
    expect(later(1)).toBe(false)
  })

  it('is asked anew now and then, but not at every question', async () => {
    later(0)
    await bringBack()
    for (let times = 0; times < 10; times++) later(20)
    expect(sent).toHaveLength(1)
    later(60)
    expect(sent).toHaveLength(2)
    later(60)
    expect(sent).toHaveLength(2)
  })

  it('is not believed for the statement’s answer alone, nor for the notice alone', async () => {
    later(0)
    sent[0]?.answer('known')
    await settled()
    expect(later(0)).toBe(false)
    hearing.heard(sent[0]?.token ?? '')
    expect(later(0)).toBe(true)
  })

  it('does not count where the authorities are others than we know', async () => {
    later(0)
    await bringBack('others')
    expect(later(0)).toBe(false)
  })

  it('does not count for another node’s probe, or one given up', async () => {
    later(0)
    hearing.heard('another')
    later(2_000)
    expect(sent).toHaveLength(2)
    hearing.heard(sent[0]?.token ?? '')
    sent[0]?.answer('known')
    await settled()
    expect(later(0)).toBe(false)
  })

  it('does not count any more after an interruption', async () => {
    later(0)
    await bringBack()
    hearing.interrupted()
    expect(later(0)).toBe(false)
  })

  it('does not last longer because somebody set the clock back', async () => {
    later(0)
    await bringBack()
    expect(later(-1)).toBe(false)
  })

  it('is tried again after a probe that failed', async () => {
    later(0)
    sent[0]?.fail()
    await settled()
    later(2_000)
    expect(sent).toHaveLength(2)
  })
})
