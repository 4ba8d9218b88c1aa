import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migratedTestDatabase } from '../../test/support/migrated-database.ts'
import { insertAgency } from '../../test/support/registry.ts'
import { systemRandom } from '../random.ts'
import { createClientStore, type Client } from './client-store.ts'

describe('the client store', () => {
  let database: Awaited<ReturnType<typeof migratedTestDatabase>>

  beforeAll(async () => {
    database = await migratedTestDatabase()
  })
  afterAll(() => database.drop())

  const client: Client = {
    clientId: 'documents',
    name: { vi: 'Quản lý văn bản và điều hành', en: 'Documents and operations' },
    agencyId: null,
    state: 'active',
    metadata: {
      redirect_uris: ['https://documents.example/callback'],
      grant_types: ['authorization_code'],
      jwks: { keys: [{ kty: 'EC', crv: 'P-256' }] },
    },
    secretHash: null,
    policy: {
      leastLevel: 'low',
      cardKinds: ['civil-servant'],
      agencyIds: null,
      cardCompulsoryFrom: null,
    },
  }

  it('gives back what was put, and null for a client that was not', async () => {
    const clients = createClientStore(database.db)
    await clients.upsert(client)
    expect(await clients.find('documents')).toEqual(client)
    expect(await clients.find('Documents')).toBeNull()
  })

  it('replaces every field of a client that is there', async () => {
    const clients = createClientStore(database.db)
    const { id } = await insertAgency(database.db)
    await clients.upsert(client)
    const changed: Client = {
      clientId: 'documents',
      name: { vi: 'Văn bản', en: 'Documents' },
      agencyId: id,
      state: 'disabled',
      metadata: { redirect_uris: [] },
      secretHash: systemRandom.bytes(32),
      policy: {
        leastLevel: 'high',
        cardKinds: ['citizen', 'enterprise'],
        agencyIds: [id],
        cardCompulsoryFrom: new Date('2026-07-01T00:00:00Z'),
      },
    }
    await clients.upsert(changed)
    expect(await clients.find('documents')).toEqual(changed)
  })

  it('lists clients by id', async () => {
    const clients = createClientStore(database.db)
    for (const clientId of ['meetings', 'dossiers']) await clients.upsert({ ...client, clientId })
    const ids = (await clients.list()).map(({ clientId }) => clientId)
    expect(ids).toEqual(['documents', 'dossiers', 'meetings'])
  })
})
