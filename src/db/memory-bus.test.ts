import { describe, expect, it } from 'vitest'
import { describeMessageBus } from '../../test/contracts/message-bus.ts'
import { createMemoryBus } from './memory-bus.ts'

describeMessageBus('the in-process bus', () => {
  const bus = createMemoryBus()
  return Promise.resolve({ here: bus, there: bus })
})

describe('the in-process bus', () => {
  it('says that it could not tell once it is closed', async () => {
    const bus = createMemoryBus()
    await bus.close()
    const unavailable = { code: 'STORE_UNAVAILABLE' }
    await expect(bus.publish('channel', 'message')).rejects.toMatchObject(unavailable)
    await expect(bus.subscribe('channel', () => undefined)).rejects.toMatchObject(unavailable)
  })
})
