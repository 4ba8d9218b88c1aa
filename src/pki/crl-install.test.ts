import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCrlFixture, type CrlFixture } from '../../test/support/crl-fixture.ts'
import { createAuditStore } from '../audit/audit-store.ts'
import { parseCertificate } from './certificate.ts'
import type { CrlProblem } from './crl-check.ts'
import { encodeEntries, type CrlEntry } from './crl-entry.ts'
import { installCrl } from './crl-install.ts'
import { createLatestCrls } from './crl-latest.ts'
import { signCrl, type CrlContent } from './crl.ts'
import { revokeAuthority } from './revocation.ts'

const url = 'http://pki.example/pki/crl/root/0.crl'
const entry: CrlEntry = {
  ...{ serialNumber: '11', at: new Date('2026-03-01T00:00:00Z'), reason: 'superseded' },
}

let fixture: CrlFixture
beforeEach(async () => {
  fixture = await createCrlFixture()
  await fixture.db.query(`update authorities set key_name = null where slug = 'root'`)
})
afterEach(() => fixture.close())

/** As signed on the machine of the offline root. */
async function signElsewhere(
  given: Partial<CrlContent> = {},
  { entries = [entry], key = 'ca-root' }: { entries?: CrlEntry[]; key?: string } = {},
): Promise<Buffer> {
  const content: CrlContent = {
    ...{ issuerDer: fixture.root.certificateDer, number: 41n, url: null },
    thisUpdate: new Date('2026-03-02T01:00:00Z'),
    nextUpdate: new Date('2026-05-30T01:00:00Z'),
    ...given,
  }
  const parts = entries.length === 0 ? [] : [encodeEntries(entries)]
  return signCrl(content, parts, await fixture.deps.keystore.key(key))
}

const install = (der: Buffer) => installCrl(fixture.deps, { der, actor: 'ecard' })

async function inForce(): Promise<Buffer | null> {
  return (await createLatestCrls(fixture.db).find('root', 0))?.der ?? null
}

describe('a list from where the root’s key is', () => {
  it.each([null, url])('is in force once it is installed (address %s)', async (given) => {
    const der = await signElsewhere({ url: given })
    expect(await install(der)).toMatchObject({ number: 41n, entries: 1, partition: 0 })
    expect(await inForce()).toEqual(der)
    const events = await createAuditStore(fixture.db).listRecent({
      event: 'authority.crl-installed',
    })
    expect(events.map(({ outcome }) => outcome).reverse()).toEqual(['intended', 'succeeded'])
  })

  it('follows the one before when its number is higher', async () => {
    await install(await signElsewhere())
    const next = await signElsewhere({ number: 42n })
    await install(next)
    expect(await inForce()).toEqual(next)
  })

  it('has to have every authority that this registry knows as revoked', async () => {
    const { deps, issuing } = fixture
    await revokeAuthority(deps, { authorityId: issuing.id, reason: 'superseded', actor: 'ecard' })
    await expect(install(await signElsewhere())).rejects.toMatchObject({ problem: 'entry-missing' })
    const { serialNumber } = parseCertificate(issuing.certificateDer)
    const der = await signElsewhere({}, { entries: [entry, { ...entry, serialNumber }] })
    await install(der)
    expect(await inForce()).toEqual(der)
  })

  const refused: readonly (readonly [CrlProblem, string, () => Promise<Buffer>])[] = [
    ['unreadable', 'is no list', () => Promise.resolve(Buffer.from('-----BEGIN'))],
    ['unreadable', 'is cut short', async () => (await signElsewhere()).subarray(0, -1)],
    [
      'issuer-unknown',
      'is of nobody we know',
      async () => {
        const other = await createCrlFixture()
        const der = await other.publish(other.root)
        await other.close()
        return der
      },
    ],
    [
      'signature-wrong',
      'is signed by another',
      () => signElsewhere({}, { key: 'ca-civil-servant' }),
    ],
    [
      'other-distribution-point',
      'is for another address',
      () => signElsewhere({ url: 'http://pki.example/pki/crl/root/1.crl' }),
    ],
    [
      'not-in-force',
      'has ended',
      () => signElsewhere({ nextUpdate: new Date('2026-03-02T01:29:59Z') }),
    ],
    [
      'not-in-force',
      'has not begun',
      () => signElsewhere({ thisUpdate: new Date('2026-03-02T01:30:01Z') }),
    ],
    ['entries-differ', 'names one twice', () => signElsewhere({}, { entries: [entry, entry] })],
    ['number-not-higher', 'has the last one’s number', () => signElsewhere({ number: 40n })],
    [
      'number-not-higher',
      'is numbered beyond counting',
      () => signElsewhere({ number: 2n ** 63n }),
    ],
  ]
  it.each(refused)('is refused as %s when it %s', async (problem, _, make) => {
    const before = await signElsewhere({ number: 40n })
    await install(before)
    const attempt = install(await make())
    await expect(attempt).rejects.toMatchObject({ code: 'CRL_REFUSED', facts: { problem } })
    expect(await inForce()).toEqual(before)
  })
})
