import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  createCrlFixture,
  crlInstant,
  type CrlFixture,
  type CrlFixtureOptions,
} from '../../test/support/crl-fixture.ts'
import { createAuditStore } from '../audit/audit-store.ts'
import type { Keystore } from '../keystore/keystore.ts'
import { parseCertificate } from './certificate.ts'
import { createLatestCrls } from './crl-latest.ts'
import { publishCrl } from './crl-publish.ts'
import { readCrl, type ReadEntry } from './crl-reader.ts'
import { tryToLock } from './crl-store.ts'
import {
  holdCertificate,
  releaseCertificate,
  revokeAuthority,
  revokeCertificate,
} from './revocation.ts'

const by = { actor: 'ecard', role: 'administrator' } as const
const needed = { when: 'needed', actor: 'test' } as const
const minutesMs = 60_000
const hoursMs = 3_600_000

let fixture: CrlFixture
beforeEach(async () => {
  fixture = await createCrlFixture()
})
afterEach(() => fixture.close())

async function again(options: CrlFixtureOptions): Promise<void> {
  await fixture.close()
  fixture = await createCrlFixture(options)
}

const later = (ms: number) => {
  fixture.now = new Date(fixture.now.getTime() + ms)
}

const publishNeeded = async (partition = 0) =>
  (await publishCrl(fixture.deps, { authority: fixture.issuing, partition }, needed)).outcome

function entriesOf(der: Buffer): ReadEntry[] {
  const entries: ReadEntry[] = []
  readCrl(der, (entry) => entries.push(entry))
  return entries
}

const serialsOf = (der: Buffer) => entriesOf(der).map(({ serialNumber }) => serialNumber)

describe('a list', () => {
  it('has what is revoked and what is held, with moment and reason, by serial number', async () => {
    const held = await fixture.addCertificate({ serialNumber: '01' })
    const good = await fixture.addCertificate({ serialNumber: '02' })
    const revoked = await fixture.addCertificate({ serialNumber: '80ff' })
    await holdCertificate(fixture.deps, { certificate: held, ...by })
    later(1500)
    await revokeCertificate(fixture.deps, { certificate: revoked, reason: 'superseded', ...by })
    const der = await fixture.publish()
    expect(entriesOf(der)).toEqual([
      { serialNumber: '01', at: crlInstant, reasonCode: 6 },
      { serialNumber: '80ff', at: new Date('2026-03-02T01:30:01Z'), reasonCode: 4 },
    ])
    expect(serialsOf(der)).not.toContain(good.serialNumber)
  })

  it('has a certificate that was never finished, should its signature exist after all', async () => {
    await fixture.db.query(
      `insert into certificates (authority_id, serial_number, service, subject, not_before,
         not_after, status, status_since, revoked_at, reason)
       values ($1, '4a77', 'x.example', 'CN=x', $2, $3, 'revoked', $2, $2, 'unspecified')`,
      [fixture.issuing.id, crlInstant, new Date('2030-01-01T00:00:00Z')],
    )
    const der = await fixture.publish()
    expect(entriesOf(der)).toEqual([{ serialNumber: '4a77', at: crlInstant, reasonCode: null }])
  })

  it('loses a hold that was released, and only that', async () => {
    const held = await fixture.addCertificate()
    const revoked = await fixture.addCertificate()
    await holdCertificate(fixture.deps, { certificate: held, ...by })
    await revokeCertificate(fixture.deps, { certificate: revoked, reason: 'superseded', ...by })
    expect(serialsOf(await fixture.publish())).toHaveLength(2)
    await releaseCertificate(fixture.deps, { certificate: held, ...by })
    expect(serialsOf(await fixture.publish())).toEqual([revoked.serialNumber])
  })

  it('keeps an expired certificate until one list from after its end has had it', async () => {
    const notAfter = new Date(crlInstant.getTime() + hoursMs)
    const certificate = await fixture.addCertificate({ notAfter })
    await revokeCertificate(fixture.deps, { certificate, reason: 'superseded', ...by })
    expect(serialsOf(await fixture.publish())).toHaveLength(1)
    later(2 * hoursMs)
    expect(serialsOf(await fixture.publish())).toHaveLength(1)
    later(hoursMs)
    expect(serialsOf(await fixture.publish())).toEqual([])
  })

  it('has only its own part of the certificates', async () => {
    await again({ partitions: 3 })
    for (const partition of [0, 1, 1, 2]) {
      const certificate = await fixture.addCertificate({ partition })
      await revokeCertificate(fixture.deps, { certificate, reason: 'superseded', ...by })
    }
    const parts = []
    for (const partition of [0, 1, 2]) parts.push(await fixture.publish(fixture.issuing, partition))
    expect(parts.map((der) => serialsOf(der).length)).toEqual([1, 2, 1])
    expect(parts.map((der) => readCrl(der).distributionPoint?.urls)).toEqual(
      [0, 1, 2].map((part) => [`http://pki.example/pki/crl/civil-servant/${part}.crl`]),
    )
  })

  it('of the root has the authorities that are revoked', async () => {
    const { issuing, root, deps } = fixture
    expect(serialsOf(await fixture.publish(root))).toEqual([])
    await revokeAuthority(deps, { authorityId: issuing.id, reason: 'cACompromise', actor: 'ecard' })
    const { serialNumber } = parseCertificate(issuing.certificateDer)
    expect(entriesOf(await fixture.publish(root))).toEqual([
      { serialNumber, at: crlInstant, reasonCode: 2 },
    ])
  })

  it('lasts a day from an issuing authority and ninety from a root', async () => {
    const days = (der: Buffer) => {
      const { thisUpdate, nextUpdate } = readCrl(der)
      return (nextUpdate.getTime() - thisUpdate.getTime()) / (24 * hoursMs)
    }
    expect(days(await fixture.publish())).toBe(1)
    expect(days(await fixture.publish(fixture.root))).toBe(90)
  })

  it('does not outlive the certificate of its authority', async () => {
    const { notAfter } = parseCertificate(fixture.issuing.certificateDer)
    fixture.now = new Date(notAfter.getTime() - hoursMs)
    expect(readCrl(await fixture.publish()).nextUpdate).toEqual(notAfter)
  })

  it.each(['P-256', 'P-384', 'RSA-2048', 'RSA-3072'] as const)(
    'verifies for a key of %s',
    async (algorithm) => {
      await again({ algorithm })
      const certificate = await fixture.addCertificate()
      await revokeCertificate(fixture.deps, { certificate, reason: 'superseded', ...by })
      expect(serialsOf(await fixture.publish())).toEqual([certificate.serialNumber])
    },
  )
})

describe('publishing', () => {
  it('is for the first list, and then not until there is a reason', async () => {
    expect(await publishNeeded()).toBe('published')
    later(5 * minutesMs)
    expect(await publishNeeded()).toBe('unchanged')
  })

  it('follows a change, but not sooner than a minute after the last list', async () => {
    await publishNeeded()
    const certificate = await fixture.addCertificate()
    await holdCertificate(fixture.deps, { certificate, ...by })
    later(30_000)
    expect(await publishNeeded()).toBe('too-soon')
    later(30_000)
    expect(await publishNeeded()).toBe('published')
    await releaseCertificate(fixture.deps, { certificate, ...by })
    later(minutesMs)
    expect(await publishNeeded()).toBe('published')
  })

  it('comes a quarter of its life after the last list though nothing changed', async () => {
    await publishNeeded()
    later(6 * hoursMs - 1000)
    expect(await publishNeeded()).toBe('unchanged')
    later(1000)
    expect(await publishNeeded()).toBe('published')
  })

  it('gives each list the next number, and keeps the last three', async () => {
    for (let count = 0; count < 5; count++) await fixture.publish()
    const { rows } = await fixture.db.query<{ number: string }>(
      'select number from crls order by number',
    )
    expect(rows.map(({ number }) => number)).toEqual(['3', '4', '5'])
  })

  it('is left to who does it already', async () => {
    await fixture.db.inTransaction(async (tx) => {
      expect(await tryToLock(tx, { authorityId: fixture.issuing.id, partition: 0 })).toBe(true)
      expect(await publishNeeded()).toBe('busy')
    })
    expect(await publishNeeded()).toBe('published')
  })

  it('is audited before the signature and after', async () => {
    await fixture.publish()
    const events = await createAuditStore(fixture.db).listRecent({
      event: 'authority.crl-published',
    })
    expect(events.reverse()).toMatchObject(
      ['intended', 'succeeded'].map((outcome) => ({
        ...{ outcome, actor: 'test', at: crlInstant },
        facts: { authority: 'civil-servant', partition: 0, number: '1', entries: 0 },
      })),
    )
  })

  it('is refused while the clock is behind the last list', async () => {
    await fixture.publish()
    later(-hoursMs)
    await expect(fixture.publish()).rejects.toMatchObject({
      ...{ code: 'CRL_REFUSED', problem: 'clock-behind' },
    })
  })

  it('does not happen with a signature that does not verify', async () => {
    const { keystore } = fixture.deps
    const broken: Keystore = {
      ...keystore,
      key: async (name) => {
        const key = await keystore.key(name)
        return { ...key, sign: () => key.sign(Buffer.from('something else')) }
      },
    }
    const deps = { ...fixture.deps, keystore: broken }
    const attempt = publishCrl(deps, { authority: fixture.issuing, partition: 0 }, needed)
    await expect(attempt).rejects.toMatchObject({ problem: 'signature-wrong' })
    expect(await createLatestCrls(fixture.db).find('civil-servant', 0)).toBeNull()
  })

  it('says where to sign when the key is elsewhere', async () => {
    const authority = { ...fixture.issuing, keyName: null }
    const attempt = publishCrl(fixture.deps, { authority, partition: 0 }, needed)
    await expect(attempt).rejects.toMatchObject({ code: 'AUTHORITY_UNAVAILABLE' })
  })
})

describe('the list in force', () => {
  it('is the last one, with a tag that changes with it; null where there is none', async () => {
    const lists = createLatestCrls(fixture.db)
    expect(await lists.find('civil-servant', 0)).toBeNull()
    const der = await fixture.publish()
    const first = await lists.find('civil-servant', 0)
    expect(first).toMatchObject({ der, number: 1n, thisUpdate: crlInstant })
    expect(await lists.find('civil-servant', 0)).toBe(first)
    expect(await lists.find('civil-servant', 1)).toBeNull()
    expect(await lists.find('nobody', 0)).toBeNull()
    later(1000)
    await fixture.publish()
    const second = await lists.find('civil-servant', 0)
    expect(second).toMatchObject({ number: 2n })
    expect(second?.etag).not.toBe(first?.etag)
    expect(second?.etag).toMatch(/^"[0-9a-f]{32}"$/)
  })
})
