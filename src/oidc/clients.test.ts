import { describe, expect, it } from 'vitest'
import type { Client } from './client-store.ts'
import { createClientDirectory, hashSecret, matchesSecretHash, metadataOf } from './clients.ts'

const client: Client = {
  clientId: 'documents',
  name: { vi: 'Quản lý văn bản và điều hành', en: 'Documents and operations' },
  agencyId: null,
  state: 'active',
  metadata: { redirect_uris: ['https://documents.example/callback'], client_id: 'another' },
  secretHash: null,
  policy: {
    leastLevel: 'low',
    cardKinds: ['civil-servant'],
    agencyIds: null,
    cardCompulsoryFrom: null,
  },
}

describe('the client directory', () => {
  it('notices a change as soon as its memory is old enough', async () => {
    const time = { now: new Date('2026-01-05T08:00:00Z') }
    let state: Client['state'] = 'active'
    const directory = createClientDirectory(
      { find: () => Promise.resolve({ ...client, state }) },
      { find: () => Promise.resolve(null) },
      { clock: { now: () => time.now }, memorySeconds: 5 },
    )
    expect(await directory.find('documents')).not.toBeNull()
    state = 'disabled'
    time.now = new Date('2026-01-05T08:00:04.999Z')
    expect(await directory.find('documents')).not.toBeNull()
    time.now = new Date('2026-01-05T08:00:05Z')
    expect(await directory.find('documents')).toBeNull()
  })

  it('admits nobody where the agencies of a client are gone', async () => {
    const policy = { ...client.policy, agencyIds: ['gone'] }
    const directory = createClientDirectory(
      { find: () => Promise.resolve({ ...client, policy }) },
      { find: () => Promise.resolve(null) },
      { clock: { now: () => new Date(0) }, memorySeconds: 5 },
    )
    expect((await directory.find('documents'))?.agencyCodes).toEqual([])
  })
})

describe('client metadata', () => {
  it('has the id of the row, whatever stands in the metadata', () => {
    const metadata = metadataOf(client)
    expect(metadata.client_id).toBe('documents')
    expect(metadata).not.toHaveProperty('client_secret')
  })
})

describe('client secrets', () => {
  const hash = hashSecret('the secret').toString('hex')

  it('match by their hash', () => {
    expect(matchesSecretHash('the secret', hash)).toBe(true)
    expect(matchesSecretHash('another', hash)).toBe(false)
  })

  it('never match the hash itself', () => {
    expect(matchesSecretHash(hash, hash)).toBe(false)
  })

  it('never match an empty hash', () => {
    expect(matchesSecretHash('', '')).toBe(false)
  })
})
