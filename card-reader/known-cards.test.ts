import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openKnownCards } from './known-cards.ts'

const cardUuid = '2f5f0c2e-6d38-4b8e-8f0a-6f3a1b6f9f10'
let stateDir: string

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'ecard-known-'))
})

afterEach(async () => {
  await rm(stateDir, { recursive: true })
})

describe('the known cards', () => {
  it('are known again after a restart, slot by slot', async () => {
    const cards = await openKnownCards(stateDir)
    cards.remember(cardUuid, '9E', { algorithm: 'P-256' })
    cards.remember(cardUuid, '9A', { algorithm: 'RSA-2048' })
    await cards.saved()
    const again = await openKnownCards(stateDir)
    expect(again.algorithmOf(cardUuid, '9E')).toBe('P-256')
    expect(again.algorithmOf(cardUuid, '9A')).toBe('RSA-2048')
    expect(again.algorithmOf(randomUUID(), '9A')).toBeNull()
  })

  it('are forgotten one slot at a time', async () => {
    const cards = await openKnownCards(stateDir)
    cards.remember(cardUuid, '9E', { algorithm: 'P-256' })
    cards.remember(cardUuid, '9A', { algorithm: 'P-256' })
    cards.forget(cardUuid, '9E')
    await cards.saved()
    const again = await openKnownCards(stateDir)
    expect(again.algorithmOf(cardUuid, '9E')).toBeNull()
    expect(again.algorithmOf(cardUuid, '9A')).toBe('P-256')
  })

  it('are a thousand at most, and the one used longest ago goes first', async () => {
    const cards = await openKnownCards(stateDir)
    const uuids = Array.from({ length: 1001 }, () => randomUUID())
    const [first = '', second = ''] = uuids
    for (const uuid of uuids.slice(0, 1000)) cards.remember(uuid, '9E', { algorithm: 'P-256' })
    cards.remember(first, '9E', { algorithm: 'P-256' })
    cards.remember(uuids[1000] ?? '', '9E', { algorithm: 'P-256' })
    expect(cards.algorithmOf(first, '9E')).toBe('P-256')
    expect(cards.algorithmOf(second, '9E')).toBeNull()
    await cards.saved()
    const file = await readFile(join(stateDir, 'known-cards.json'), 'utf8')
    expect(Object.keys(JSON.parse(file) as object)).toHaveLength(1000)
  })

  it.each(['', '{', '[]', '{"x":{"9E":{"algorithm":"P-256"}}}', '{"9E":1}'])(
    'start empty over a file that is damaged: %s',
    async (content) => {
      await writeFile(join(stateDir, 'known-cards.json'), content)
      const cards = await openKnownCards(stateDir)
      expect(cards.algorithmOf(cardUuid, '9E')).toBeNull()
      cards.remember(cardUuid, '9E', { algorithm: 'P-384' })
      expect(cards.algorithmOf(cardUuid, '9E')).toBe('P-384')
      await cards.saved()
    },
  )
})
