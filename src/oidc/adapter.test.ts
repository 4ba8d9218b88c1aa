import type { AdapterFactory } from 'oidc-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestStore, testStores } from '../../test/support/test-stores.ts'
import type { ExpiringStore } from '../db/expiring-store.ts'
import { StoreUnavailable } from '../errors.ts'
import { systemRandom } from '../random.ts'
import { createAdapterFactory } from './adapter.ts'
import type { ClientDirectory } from './clients.ts'
import { defaultLifetimes } from './lifetimes.ts'
import { createReadAhead } from './read-ahead.ts'
import { takeSession } from './stored-models.ts'
import { createWriteBehind } from './write-behind.ts'

const nobody: ClientDirectory = { find: () => Promise.resolve(null) }

function factoryOf(store: ExpiringStore): AdapterFactory {
  const reads = createReadAhead(store)
  const writes = createWriteBehind()
  return createAdapterFactory({
    ...{ store, reads, writes },
    clients: nobody,
    lifetimes: defaultLifetimes,
  })
}

describe.each(testStores)('the adapter on %s', (kind) => {
  let store: ExpiringStore

  beforeAll(async () => {
    store = await openTestStore(kind)
  })
  afterAll(() => store.close())

  const model = (name: string) => factoryOf(store)(name)
  const id = () => systemRandom.uuid()

  it.each(['AuthorizationCode', 'RefreshToken'])('lets one of many use a %s', async (name) => {
    const [code, grantId] = [id(), id()]
    await model('Grant').upsert(grantId, { accountId: 'holder' }, 60)
    await model(name).upsert(code, { grantId }, 60)
    const uses = await Promise.allSettled(
      Array.from({ length: 20 }, () => model(name).consume(code)),
    )
    const refusals = uses.flatMap((use) => (use.status === 'rejected' ? [use.reason as Error] : []))
    expect(refusals).toHaveLength(19)
    for (const refusal of refusals) expect(refusal).toMatchObject({ error: 'invalid_grant' })
    expect(await model(name).find(code)).toMatchObject({ consumed: true })
    expect(await model('Grant').find(grantId)).toBeUndefined()
  })

  it('lets one of many use a client assertion', async () => {
    const jti = id()
    const uses = await Promise.allSettled(
      Array.from({ length: 20 }, () => model('ReplayDetection').upsert(jti, {}, 0.5)),
    )
    expect(uses.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('finds a session by its uid and by the newest id in its cookie alone', async () => {
    const [uid, before, after] = [id(), id(), id()]
    const sessions = model('Session')
    await sessions.upsert(before, { uid, jti: before }, 60)
    await sessions.upsert(after, { uid, jti: after, accountId: 'holder' }, 60)
    expect(await sessions.findByUid(uid)).toMatchObject({ accountId: 'holder' })
    expect(await sessions.find(after)).toMatchObject({ accountId: 'holder' })
    expect(await sessions.find(before)).toBeUndefined()
    await sessions.destroy(after)
    expect(await sessions.find(after)).toBeUndefined()
    expect(await sessions.findByUid(uid)).toBeUndefined()
  })

  it('gives a session to one of many who take it', async () => {
    const uid = id()
    await model('Session').upsert(id(), { uid }, 60)
    const taken = await Promise.all(Array.from({ length: 20 }, () => takeSession(store, uid)))
    expect(taken.filter((one) => one !== null)).toHaveLength(1)
    expect(await model('Session').findByUid(uid)).toBeUndefined()
  })
})

it('answers "could not tell" where the store cannot be asked', async () => {
  const store = await openTestStore('memory')
  await store.close()
  await expect(factoryOf(store)('Grant').find('any')).rejects.toMatchObject({
    error: 'temporarily_unavailable',
    status: 503,
    cause: expect.any(StoreUnavailable) as StoreUnavailable,
  })
})
