import { describe, expect, it } from 'vitest'
import { systemRandom } from '../random.ts'
import { listenForDeskMessages, tellDeskMessage } from './desk-message-store.ts'

/** Told parts go straight to the listener, as PostgreSQL would pass them on. */
async function createLine() {
  const payloads: string[] = []
  const texts: string[] = []
  let hear: (payload: string) => void = () => undefined
  let lose: () => void = () => undefined
  let gaps = 0
  const db = {
    query: (_: string, values: readonly unknown[] = []) => {
      payloads.push(...(values[1] as string[]))
      return Promise.resolve({ rows: [], rowCount: 0 })
    },
    listen: (_: string, onPayload: (payload: string) => void, onReconnected: () => void) => {
      hear = onPayload
      lose = onReconnected
      return Promise.resolve(() => Promise.resolve())
    },
  }
  await listenForDeskMessages(db, 'desk', {
    onText: (text) => texts.push(text),
    onGap: () => (gaps += 1),
  })
  return {
    ...{ payloads, texts },
    gaps: () => gaps,
    hear: (payload: string) => {
      hear(payload)
    },
    lose: () => {
      lose()
    },
    tell: (message: object) => tellDeskMessage({ db, random: systemRandom }, 'desk', message),
  }
}

describe('a message between nodes', () => {
  it('arrives whole, however long, in parts that PostgreSQL takes', async () => {
    const line = await createLine()
    const messages = [{ a: 'ngắn' }, { a: '"'.repeat(20_000) }, { a: 'ế'.repeat(1000) }]
    for (const message of messages) await line.tell(message)
    expect(line.payloads.length).toBeGreaterThan(3)
    expect(Math.max(...line.payloads.map((one) => Buffer.byteLength(one)))).toBeLessThan(8000)
    line.payloads.forEach(line.hear)
    expect(line.texts.map((text) => JSON.parse(text) as unknown)).toEqual(messages)
  })

  it('is put together among others, and dropped when a part is missing or was lost', async () => {
    const line = await createLine()
    await line.tell({ a: 'x'.repeat(5000) })
    await line.tell({ b: 'y'.repeat(5000) })
    const [a1 = '', a2 = '', b1 = '', b2 = ''] = line.payloads
    for (const part of [a1, b1, b2, a2]) line.hear(part)
    expect(line.texts).toHaveLength(2)
    for (const part of [a2, b1]) line.hear(part)
    line.lose()
    line.hear(b2)
    expect(line.texts).toHaveLength(2)
    expect(line.gaps()).toBe(1)
  })

  it('is nothing where somebody tells something else', async () => {
    const line = await createLine()
    for (const payload of ['', 'null', '{}', '{"id":1,"part":1,"of":1,"text":"x"}'])
      line.hear(payload)
    expect(line.texts).toEqual([])
    await expect(line.tell({ a: 'x'.repeat(200_000) })).rejects.toThrow('too long')
  })
})
