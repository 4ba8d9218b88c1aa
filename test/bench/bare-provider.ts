/**
 * The upper bound: `oidc-provider` alone, which signs in whoever comes, without a card, a page, a
 * policy or an audit. `memory` is the library's own development store, `redis` the plain adapter
 * of its documentation. Started as a process of its own by the benchmark:
 *
 *     node --import tsx test/bench/bare-provider.ts memory|redis PORT REDIS_URL CLIENT_JSON
 */
import { createServer } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import { Redis } from 'ioredis'
import { Provider, type Adapter, type AdapterPayload, type ClientMetadata } from 'oidc-provider'

const [kind = 'memory', port = '0', redisUrl = '', client = '{}'] = process.argv.slice(2)

const { privateKey } = await generateKeyPair('ES256', { extractable: true })
const provider = new Provider(`http://localhost:${port}`, {
  ...(kind === 'redis' ? { adapter: plainRedisAdapter(new Redis(redisUrl)) } : {}),
  clients: [JSON.parse(client) as ClientMetadata],
  jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig' }] },
  cookies: { keys: ['benchmark'] },
  features: { devInteractions: { enabled: false }, clientCredentials: { enabled: true } },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  issueRefreshToken: (_ctx, asking, code) =>
    asking.grantTypeAllowed('refresh_token') && code.scopes.has('offline_access'),
  loadExistingGrant: async (ctx) => {
    const { client: asking, session } = ctx.oidc
    const grant = new ctx.oidc.provider.Grant({
      ...(asking === undefined ? {} : { clientId: asking.clientId }),
      ...(session?.accountId === undefined ? {} : { accountId: session.accountId }),
    })
    grant.addOIDCScope('openid offline_access')
    await grant.save()
    return grant
  },
})

const handle = provider.callback()
createServer((req, res) => {
  if (req.url?.startsWith('/interaction/') !== true) {
    void handle(req, res)
    return
  }
  void provider.interactionFinished(req, res, { login: { accountId: 'somebody' } })
}).listen(Number(port), '127.0.0.1', () => {
  console.log('listening')
})

/** What the library's documentation shows: a value under a key, an index of grants, one for uids. */
function plainRedisAdapter(redis: Redis): (model: string) => Adapter {
  const consumable = new Set(['AuthorizationCode', 'RefreshToken'])
  const grantable = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken'])
  return (model) => {
    const keyOf = (id: string) => `${model}:${id}`
    const read = async (key: string): Promise<AdapterPayload | undefined> => {
      if (!consumable.has(model)) {
        const value = await redis.get(key)
        return value === null ? undefined : (JSON.parse(value) as AdapterPayload)
      }
      const { payload, ...rest } = await redis.hgetall(key)
      return payload === undefined
        ? undefined
        : { ...rest, ...(JSON.parse(payload) as AdapterPayload) }
    }
    return {
      upsert: async (id, payload, expiresIn = 3600) => {
        const key = keyOf(id)
        const multi = redis.multi()
        if (consumable.has(model)) multi.hset(key, { payload: JSON.stringify(payload) })
        else multi.set(key, JSON.stringify(payload))
        multi.expire(key, expiresIn)
        if (grantable.has(model) && payload.grantId !== undefined) {
          multi.rpush(`grant:${payload.grantId}`, key)
          multi.expire(`grant:${payload.grantId}`, expiresIn)
        }
        if (payload.uid !== undefined) multi.set(`uid:${payload.uid}`, id, 'EX', expiresIn)
        await multi.exec()
      },
      find: (id) => read(keyOf(id)),
      findByUid: async (uid) => {
        const id = await redis.get(`uid:${uid}`)
        return id === null ? undefined : read(keyOf(id))
      },
      findByUserCode: () => Promise.resolve(undefined),
      consume: async (id) => {
        await redis.hset(keyOf(id), 'consumed', Math.floor(Date.now() / 1000))
      },
      destroy: async (id) => {
        await redis.del(keyOf(id))
      },
      revokeByGrantId: async (grantId) => {
        const keys = await redis.lrange(`grant:${grantId}`, 0, -1)
        await redis.del(`grant:${grantId}`, ...keys)
      },
    }
  }
}
