import type { Redis, Result } from 'ioredis'
import { StoreUnavailable } from '../errors.ts'
import type { ExpiringStore } from './expiring-store.ts'

const keyPrefix = 'ecard:'

declare module 'ioredis' {
  // The names and type parameter of ioredis's own declaration, which this one extends.
  interface RedisCommander<Context> {
    addMember(key: string, member: string, ttlSeconds: number): Result<number, Context>
    liveMembers(key: string): Result<string[], Context>
  }
}

/**
 * Sets with members that end one by one are sorted sets, scored by the end of each member in
 * milliseconds of Redis's own clock: nodes need not agree on the time.
 */
export function defineMemberCommands(redis: Redis): Redis {
  redis.defineCommand('addMember', {
    numberOfKeys: 1,
    lua: `
      local time = redis.call('TIME')
      local now = time[1] * 1000 + math.floor(time[2] / 1000)
      redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
      redis.call('ZADD', KEYS[1], 'GT', now + ARGV[2] * 1000, ARGV[1])
      local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
      return redis.call('PEXPIREAT', KEYS[1], last[2])`,
  })
  redis.defineCommand('liveMembers', {
    numberOfKeys: 1,
    readOnly: true,
    lua: `
      local time = redis.call('TIME')
      local now = time[1] * 1000 + math.floor(time[2] / 1000)
      return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')`,
  })
  return redis
}

/** The expiring store on Redis; commands of one turn of the event loop travel together. */
export function createRedisStore(redis: Redis): ExpiringStore {
  return {
    put: (key, value, ttlSeconds) => done(redis.set(prefixed(key), value, 'EX', ttlSeconds)),
    putIfAbsent: async (key, value, ttlSeconds) =>
      (await answer(redis.set(prefixed(key), value, 'EX', ttlSeconds, 'NX'))) === 'OK',
    get: (key) => answer(redis.get(prefixed(key))),
    getMany: (keys) =>
      keys.length === 0 ? Promise.resolve([]) : answer(redis.mget(keys.map(prefixed))),
    takeOnce: (key) => answer(redis.getdel(prefixed(key))),
    delete: (keys) => (keys.length === 0 ? Promise.resolve() : done(redis.del(keys.map(prefixed)))),
    addMember: (key, member, ttlSeconds) =>
      done(redis.addMember(prefixed(key), member, ttlSeconds)),
    removeMember: (key, member) => done(redis.zrem(prefixed(key), member)),
    members: (key) => answer(redis.liveMembers(prefixed(key))),
    ping: () => done(redis.ping()),
    close: () => {
      redis.disconnect()
      return Promise.resolve()
    },
  }
}

export function prefixed(name: string): string {
  return keyPrefix + name
}

/** What Redis answers. Whatever goes wrong between us and Redis means: we could not tell. */
export function answer<T>(reply: Promise<T>): Promise<T> {
  return reply.catch(couldNotTell)
}

/** The same, for commands whose answer says nothing. */
export function done(reply: Promise<unknown>): Promise<void> {
  return reply.then(nothing, couldNotTell)
}

function nothing(): void {
  // Redis has done it, and that was all.
}

function couldNotTell(error: unknown): never {
  throw new StoreUnavailable('Redis could not be asked', {}, error)
}
