import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CardChannel } from '../card-port.ts'
import { createInProcessCardPort, defaultReaderName } from './in-process-card-port.ts'
import { VirtualCard } from './virtual-card.ts'

const select = Buffer.from('00a4040005a00000030800', 'hex')
const verify = Buffer.from('0020008008313233343536ffff', 'hex')
const askTries = Buffer.from('00200080', 'hex')
const removed = { reason: 'card-removed' }

describe('readers in this process', () => {
  it('show what is in them, and announce each change', () => {
    const port = createInProcessCardPort({ readers: ['left', 'right'] })
    const seen: unknown[] = []
    const stop = port.onChange(() =>
      seen.push(port.readers().map(({ cardPresent }) => cardPresent)),
    )
    port.insert(VirtualCard.create(), 'right')
    port.insert(VirtualCard.create())
    port.remove('right')
    stop()
    port.remove()
    expect(seen).toEqual([
      [false, true],
      [true, true],
      [true, false],
    ])
    expect(port.readers()).toEqual([
      { name: 'left', cardPresent: false },
      { name: 'right', cardPresent: false },
    ])
  })

  it('come and go, and take their card with them', async () => {
    const port = createInProcessCardPort({ readers: [] })
    port.plugIn('desk')
    port.insert(VirtualCard.create(), 'desk')
    const using = port.withCard('desk', async (card) => {
      port.unplug('desk')
      return card.transmit(select)
    })
    await expect(using).rejects.toMatchObject({ reason: 'reader-unavailable' })
    expect(port.readers()).toEqual([])
    const again = port.withCard('desk', () => Promise.resolve())
    await expect(again).rejects.toMatchObject({ reason: 'reader-unavailable' })
  })

  it('report a storage card, and let nobody speak to it', async () => {
    const port = createInProcessCardPort()
    port.insert('storage-card')
    expect(port.readers()).toEqual([
      { name: defaultReaderName, cardPresent: true, storageCard: true },
    ])
    const using = port.withCard(defaultReaderName, () => Promise.resolve())
    await expect(using).rejects.toMatchObject({ reason: 'not-a-piv-card' })
  })
})

describe('using a card', () => {
  const withCard = <T>(
    card: VirtualCard,
    work: (channel: CardChannel, port: ReturnType<typeof createInProcessCardPort>) => Promise<T>,
  ) => {
    const port = createInProcessCardPort()
    port.insert(card)
    return port.withCard(defaultReaderName, (channel) => work(channel, port))
  }

  it('counts exchanges and bytes both ways', async () => {
    await withCard(VirtualCard.create(), async (channel) => {
      await channel.transmit(select)
      await channel.transmit(askTries)
      expect([channel.exchanges, channel.bytes]).toEqual([2, 11 + 26 + 4 + 2])
    })
  })

  it('is refused when no card is there', async () => {
    const port = createInProcessCardPort()
    const using = port.withCard(defaultReaderName, () => Promise.resolve())
    await expect(using).rejects.toMatchObject(removed)
  })

  it('ends with card-removed when the card is taken away in the middle of a command', async () => {
    const card = VirtualCard.create()
    card.faults.delayMs = 60_000
    const using = withCard(card, (channel, port) => {
      const answer = channel.transmit(select)
      port.remove()
      return answer
    })
    await expect(using).rejects.toMatchObject(removed)
  })

  it('stays ended for this user when the same card comes back', async () => {
    const card = VirtualCard.create()
    await withCard(card, async (channel, port) => {
      await channel.transmit(select)
      port.remove()
      port.insert(card)
      await expect(channel.transmit(askTries)).rejects.toMatchObject(removed)
    })
  })

  it('leaves no PIN verified for the next user, even when the first one fails', async () => {
    const port = createInProcessCardPort()
    port.insert(VirtualCard.create())
    const first = port.withCard(defaultReaderName, async (channel) => {
      await channel.transmit(select)
      await channel.transmit(verify)
      throw new Error('failed after the PIN')
    })
    await expect(first).rejects.toThrow('failed after the PIN')
    await port.withCard(defaultReaderName, async (channel) => {
      await channel.transmit(select)
      expect((await channel.transmit(askTries)).toString('hex')).toBe('63c3')
    })
  })

  it('is one at a time: the second waits for the first', async () => {
    const port = createInProcessCardPort()
    port.insert(VirtualCard.create())
    const order: string[] = []
    const use = (name: string) =>
      port.withCard(defaultReaderName, async (channel) => {
        order.push(`${name} begins`)
        await channel.transmit(select)
        order.push(`${name} ends`)
      })
    await Promise.all([use('first'), use('second')])
    expect(order).toEqual(['first begins', 'first ends', 'second begins', 'second ends'])
  })
})

describe('faults', () => {
  it.each([
    [false, 3],
    [true, 2],
  ])('pull the card away at an exchange, carried out or not: %s', async (executed, triesLeft) => {
    const card = VirtualCard.create()
    const port = createInProcessCardPort()
    port.insert(card)
    card.faults.pullAwayAtExchange(2, { executed })
    const using = port.withCard(defaultReaderName, async (channel) => {
      await channel.transmit(select)
      await channel.transmit(Buffer.from('0020008008393939393939ffff', 'hex'))
    })
    await expect(using).rejects.toMatchObject(removed)
    expect(card.state.pin.triesLeft).toBe(triesLeft)
    expect(port.readers()).toEqual([{ name: defaultReaderName, cardPresent: false }])
  })

  it('replace an answer, and are gone after clear()', () => {
    const card = VirtualCard.create()
    card.faults.answerAtExchange(1, Buffer.from('6f00', 'hex'))
    expect(card.transmit(select).toString('hex')).toBe('6f00')
    card.faults.answerAtExchange(1, Buffer.from('6f00', 'hex'))
    card.faults.clear()
    expect(card.transmit(select).toString('hex')).toMatch(/9000$/)
  })

  it('call a card that cannot keep its state defective', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ecard-virtual-card-'))
    const port = createInProcessCardPort()
    port.insert(VirtualCard.create({ file: join(folder, 'card.json') }))
    rmSync(folder, { recursive: true })
    const using = port.withCard(defaultReaderName, async (channel) => {
      await channel.transmit(select)
      await channel.transmit(verify)
    })
    await expect(using).rejects.toMatchObject({ reason: 'card-defect' })
  })
})
