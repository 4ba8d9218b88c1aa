import { describe, expect, it } from 'vitest'
import type { Client } from './client-store.ts'
import { createClientDirectory, hashSecret, isSecretOf, metadataOf } from './clients.ts'

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
  const now = new Date('2026-01-05T08:00:00Z')
  const secretHash = hashSecret('the secret')

  it('match by their hash, and never the hash itself', () => {
    expect(isSecretOf({ secretHash }, 'the secret', now)).toBe(true)
    for (const wrong of ['another', '', secretHash.toString('hex')])
      expect(isSecretOf({ secretHash }, wrong, now)).toBe(false)
  })

  it('never match where there is none, or an empty hash', () => {
    expect(isSecretOf({ secretHash: null }, '', now)).toBe(false)
    expect(isSecretOf({ secretHash: Buffer.of() }, '', now)).toBe(false)
  })

  it('match by the one before, until its time is over', () => {
    const until = new Date('2026-01-05T08:00:01Z')
    const previousSecret = { hash: hashSecret('the old one'), until }
    expect(isSecretOf({ secretHash, previousSecret }, 'the old one', now)).toBe(true)
    expect(isSecretOf({ secretHash, previousSecret }, 'the old one', until)).toBe(false)
    expect(isSecretOf({ secretHash, previousSecret }, 'the secret', until)).toBe(true)
  })
})
