import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { describeExpiringStore } from '../../test/contracts/expiring-store.ts'
import { describeMessageBus } from '../../test/contracts/message-bus.ts'
import { RestartableRedis } from '../../test/support/restartable-redis.ts'
import { testRedisUrl } from '../../test/support/test-redis.ts'
import { silentLog } from '../log.ts'
import { openRedis, type OpenRedis } from './redis.ts'

const patience = { timeout: 10_000, interval: 20 }

describeExpiringStore('Redis', async () => {
  const { store, bus } = await openRedis({ url: testRedisUrl(), log: silentLog })
  await bus.close()
  return { store, pass }
})

describeMessageBus('Redis', async () => {
  const nodes = [1, 2].map(() => openRedis({ url: testRedisUrl(), log: silentLog }))
  const [here, there] = (await Promise.all(nodes)) as [OpenRedis, OpenRedis]
  return { here: busOf(here), there: busOf(there) }
})

/** Redis has no clock to set, so this waits by Redis's own. */
async function pass(seconds: number): Promise<void> {
  const redis = new Redis(testRedisUrl())
  const end = (await redisTimeMs(redis)) + seconds * 1000 + 1
  await vi.waitUntil(async () => (await redisTimeMs(redis)) >= end, { timeout: 10_000 })
  redis.disconnect()
}

async function redisTimeMs(redis: Redis): Promise<number> {
  const [seconds, microseconds] = await redis.time()
  return Number(seconds) * 1000 + Number(microseconds) / 1000
}

/** The bus of a connection pair; closing it closes both. */
function busOf({ store, bus }: OpenRedis): OpenRedis['bus'] {
  return {
    ...bus,
    close: async () => {
      await Promise.all([bus.close(), store.close()])
    },
  }
}

describe('Redis that goes away and comes back', () => {
  let server: RestartableRedis
  let node: OpenRedis
  const unavailable = { code: 'STORE_UNAVAILABLE' }

  beforeEach(async () => {
    server = await RestartableRedis.start()
    node = await openRedis({ url: server.url, log: silentLog })
  })
  afterEach(async () => {
    await Promise.all([node.store.close(), node.bus.close()])
    await server.stop()
  })

  it('fails every call at once while it is away', async () => {
    await server.stop()
    await vi.waitFor(() => expect(node.store.ping()).rejects.toMatchObject(unavailable))
    const { store, bus } = node
    const calls = [
      () => store.put('key', 'value', 60),
      () => store.putIfAbsent('key', 'value', 60),
      () => store.get('key'),
      () => store.getMany(['key']),
      () => store.takeOnce('key'),
      () => store.delete(['key']),
      () => store.addMember('key', 'member', 60),
      () => store.removeMember('key', 'member'),
      () => store.members('key'),
      () => bus.publish('channel', 'message'),
      () => bus.subscribe('channel', () => undefined),
    ]
    const started = performance.now()
    for (const call of calls) await expect(call()).rejects.toMatchObject(unavailable)
    expect(performance.now() - started).toBeLessThan(1_000)
  })

  it('works again without a restart, subscriptions and scripts included', async () => {
    const received = vi.fn()
    await node.bus.subscribe('channel', received)
    await node.store.addMember('set', 'before', 60)
    await server.stop()
    await server.start()
    await vi.waitFor(() => node.store.ping(), patience)
    await node.store.addMember('set', 'after', 60)
    expect(await node.store.members('set')).toEqual(['after'])
    await vi.waitFor(async () => {
      await node.bus.publish('channel', 'message')
      expect(received).toHaveBeenCalledWith('message')
    }, patience)
  })

  it('leaves nobody waiting who asked when it went away', async () => {
    const pausing = new Redis(server.url)
    await pausing.call('client', 'pause', '60000')
    pausing.disconnect()
    const outcome = expect(node.store.takeOnce('key')).rejects.toMatchObject(unavailable)
    await server.stop('SIGKILL')
    await outcome
  })

  it('lets no answer take longer than two seconds', async () => {
    const pausing = new Redis(server.url)
    await pausing.call('client', 'pause', '60000')
    pausing.disconnect()
    const started = performance.now()
    await expect(node.store.get('key')).rejects.toMatchObject(unavailable)
    expect(performance.now() - started).toBeLessThan(3_000)
  })

  it('sends a script again that Redis has forgotten', async () => {
    await node.store.addMember('set', 'before', 60)
    const forgetting = new Redis(server.url)
    await forgetting.script('FLUSH')
    forgetting.disconnect()
    await node.store.addMember('set', 'after', 60)
    expect((await node.store.members('set')).sort()).toEqual(['after', 'before'])
  })

  it('says at the start that it does not answer', async () => {
    await server.stop()
    const opening = openRedis({ url: server.url, log: silentLog })
    await expect(opening).rejects.toMatchObject(unavailable)
  })
})
