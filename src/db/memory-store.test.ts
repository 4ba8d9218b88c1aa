import { describe, expect, it } from 'vitest'
import { describeExpiringStore } from '../../test/contracts/expiring-store.ts'
import { ExpiringMap } from './expiring-map.ts'
import { createMemoryStore } from './memory-store.ts'

function movableClock(): { now(): Date; advance(seconds: number): void } {
  let nowMs = Date.UTC(2026, 0, 5, 8, 0, 0, 250)
  return {
    now: () => new Date(nowMs),
    advance: (seconds) => {
      nowMs += seconds * 1000
    },
  }
}

describeExpiringStore('the in-process store', () => {
  const clock = movableClock()
  const pass = (seconds: number): Promise<void> => {
    clock.advance(seconds)
    return Promise.resolve()
  }
  return Promise.resolve({ store: createMemoryStore({ clock }), pass })
})

describe('the in-process store', () => {
  it('says that it could not tell once it is closed', async () => {
    const store = createMemoryStore({ clock: movableClock() })
    await store.close()
    await expect(store.get('key')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await expect(store.ping()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })
})

describe('a map of entries that end', () => {
  it('shows an entry up to, and not at, the instant it ends', () => {
    const map = new ExpiringMap<string>()
    map.set('key', 'value', 5_000)
    expect(map.get('key', 4_999)).toBe('value')
    expect(map.get('key', 5_000)).toBeUndefined()
  })

  it('lets go of everything that has ended and keeps the rest', () => {
    const map = new ExpiringMap<number>()
    for (let n = 0; n < 1000; n++) map.set(`key ${n}`, n, n * 100)
    map.sweep(50_000)
    expect(map.size).toBe(500)
    map.sweep(100_000)
    expect(map.size).toBe(0)
  })

  it('lets go of an entry that came with an end in the past', () => {
    const map = new ExpiringMap<string>()
    map.sweep(60_000)
    map.set('late', 'value', 30_000)
    map.sweep(61_000)
    expect(map.size).toBe(0)
  })

  it('keeps an entry whose end was moved out', () => {
    const map = new ExpiringMap<string>()
    map.set('key', 'first', 1_000)
    map.set('key', 'second', 90_000)
    map.sweep(60_000)
    expect(map.get('key', 60_000)).toBe('second')
  })
})
