import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  createPkiFixture,
  fixturePassphrase,
  type PkiFixture,
} from '../../test/support/pki-fixture.ts'
import { openFileKeystore } from '../keystore/file-keystore.ts'
import { systemRandom } from '../random.ts'
import { authorityKinds, type Authority } from './authority.ts'
import { loadTrustAnchors } from './chain.ts'
import { createDevelopmentPki } from './development-pki.ts'
import type { IssuanceDeps } from './issuance.ts'

let fixture: PkiFixture
beforeEach(async () => {
  fixture = await createPkiFixture()
})
afterEach(() => fixture.close())

const fingerprintsOf = (authorities: readonly Authority[]) =>
  authorities.map(({ certificateDer }) => certificateDer.toString('base64'))

describe('createDevelopmentPki', () => {
  it('makes the root and an authority for each kind, root first, all of which hold', async () => {
    const authorities = await createDevelopmentPki(fixture.deps)
    expect(authorities.map(({ kind }) => kind)).toEqual(authorityKinds)
    const anchors = loadTrustAnchors(await fixture.deps.certificates.listAuthorities())
    expect(anchors.byKeyIdentifier.size).toBe(5)
  })

  it('changes nothing when it runs again', async () => {
    const first = await createDevelopmentPki(fixture.deps)
    const second = await createDevelopmentPki(fixture.deps)
    expect(fingerprintsOf(second)).toEqual(fingerprintsOf(first))
    expect(await fixture.deps.audit.listRecent({ event: 'authority.created' })).toHaveLength(10)
  })

  it('makes each authority once when two processes start together', async () => {
    const both = await Promise.all([
      createDevelopmentPki(await anotherProcess()),
      createDevelopmentPki(await anotherProcess()),
    ])
    expect(fingerprintsOf(both[0])).toEqual(fingerprintsOf(both[1]))
    expect(await fixture.deps.certificates.listAuthorities()).toHaveLength(5)
  })

  it('takes up runs that were cut off after each of their steps', async () => {
    for (const step of ['generate', 'intended', 'insert', 'succeeded', 'generate', 'insert']) {
      await expect(createDevelopmentPki(await cutOffAfter(step))).rejects.toThrow(`cut: ${step}`)
    }
    const made = await createDevelopmentPki(fixture.deps)
    const authorities = await fixture.deps.certificates.listAuthorities()
    expect(fingerprintsOf(authorities).sort()).toEqual(fingerprintsOf(made).sort())
    expect(loadTrustAnchors(authorities).byKeyIdentifier.size).toBe(5)
  })

  it('refuses a keystore from which the key of an authority has gone', async () => {
    await createDevelopmentPki(fixture.deps)
    const keystore = await openKeystore('empty')
    await expect(createDevelopmentPki({ ...fixture.deps, keystore })).rejects.toMatchObject({
      code: 'KEYSTORE_UNAVAILABLE',
      facts: { problem: 'key-missing', key: 'ca-root' },
    })
  })

  it('refuses the keystore of another database', async () => {
    await createDevelopmentPki(fixture.deps)
    const keystore = await openKeystore('other')
    await keystore.generate('ca-root', 'P-384')
    await expect(createDevelopmentPki({ ...fixture.deps, keystore })).rejects.toMatchObject({
      code: 'AUTHORITY_UNAVAILABLE',
      facts: { key: 'ca-root' },
    })
  })
})

async function anotherProcess(): Promise<IssuanceDeps> {
  return { ...fixture.deps, keystore: await openKeystore('keystore') }
}

function openKeystore(folder: string) {
  const directory = join(fixture.folder, folder)
  return openFileKeystore({ directory, passphrase: fixturePassphrase, random: systemRandom })
}

/** A process that ends as soon as it has done `step` once. */
async function cutOffAfter(step: string): Promise<IssuanceDeps> {
  const { certificates, audit, keystore, ...rest } = await anotherProcess()
  const cutAfter = async <T>(name: string, work: Promise<T>): Promise<T> => {
    const result = await work
    if (name === step) throw new Error(`cut: ${step}`)
    return result
  }
  return {
    ...rest,
    keystore: {
      ...keystore,
      generate: (...args) => cutAfter('generate', keystore.generate(...args)),
    },
    audit: { append: (event) => cutAfter(event.outcome, audit.append(event)) },
    certificates: {
      ...certificates,
      insertAuthority: (authority) => cutAfter('insert', certificates.insertAuthority(authority)),
    },
  }
}
