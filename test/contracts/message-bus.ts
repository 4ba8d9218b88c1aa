import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { MessageBus } from '../../src/db/message-bus.ts'
import { systemRandom } from '../../src/random.ts'

/** What every implementation of `MessageBus` keeps. `open` gives two nodes on one bus. */
export function describeMessageBus(
  name: string,
  open: () => Promise<{ here: MessageBus; there: MessageBus }>,
): void {
  describe(`${name} as a message bus`, () => {
    let here: MessageBus
    let there: MessageBus
    const channel = (): string => `contract:${systemRandom.uuid()}`

    beforeAll(async () => {
      ;({ here, there } = await open())
    })
    afterAll(() => Promise.all([here.close(), there.close()]))

    /** Everything sent before has arrived once this has: messages keep their order. */
    async function settle(on: string): Promise<void> {
      const arrived = vi.fn()
      const stop = await here.subscribe(on, arrived)
      await there.publish(on, 'settled')
      await vi.waitFor(() => {
        expect(arrived).toHaveBeenCalledWith('settled')
      })
      await stop()
    }

    it('brings messages from one node to another, in order', async () => {
      const at = channel()
      const received: string[] = []
      const stop = await here.subscribe(at, (message) => received.push(message))
      for (const message of ['một', '2', '{"three":3}']) await there.publish(at, message)
      await vi.waitFor(() => {
        expect(received).toEqual(['một', '2', '{"three":3}'])
      })
      await stop()
    })

    it('brings a message to every subscriber of the channel and to nobody else', async () => {
      const [at, elsewhere] = [channel(), channel()]
      const [first, second, other] = [vi.fn(), vi.fn(), vi.fn()]
      const stops = await Promise.all([
        here.subscribe(at, first),
        there.subscribe(at, second),
        here.subscribe(elsewhere, other),
      ])
      await here.publish(at, 'message')
      await vi.waitFor(() => {
        expect(first).toHaveBeenCalledExactlyOnceWith('message')
        expect(second).toHaveBeenCalledExactlyOnceWith('message')
      })
      await settle(elsewhere)
      expect(other).not.toHaveBeenCalledWith('message')
      await Promise.all(stops.map((stop) => stop()))
    })

    it('stops for the one who stops and goes on for the others', async () => {
      const at = channel()
      const [stopped, going] = [vi.fn(), vi.fn()]
      const stop = await here.subscribe(at, stopped)
      const stopGoing = await here.subscribe(at, going)
      await stop()
      await stop()
      await there.publish(at, 'message')
      await vi.waitFor(() => {
        expect(going).toHaveBeenCalledExactlyOnceWith('message')
      })
      expect(stopped).not.toHaveBeenCalled()
      await stopGoing()
    })

    it('hears again after stopping and subscribing at the same time', async () => {
      const at = channel()
      const received = vi.fn()
      const stopFirst = await here.subscribe(at, () => undefined)
      const [, stop] = await Promise.all([stopFirst(), here.subscribe(at, received)])
      await there.publish(at, 'message')
      await vi.waitFor(() => {
        expect(received).toHaveBeenCalledExactlyOnceWith('message')
      })
      await stop()
    })

    it('keeps nothing for those who come later', async () => {
      const at = channel()
      await there.publish(at, 'too early')
      const late = vi.fn()
      await settle(at)
      const stop = await here.subscribe(at, late)
      await settle(at)
      expect(late).not.toHaveBeenCalledWith('too early')
      await stop()
    })
  })
}
