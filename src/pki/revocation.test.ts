import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCrlFixture, crlInstant, type CrlFixture } from '../../test/support/crl-fixture.ts'
import { createAuditStore, type StoredAuditEvent } from '../audit/audit-store.ts'
import { systemRandom } from '../random.ts'
import { createAuthorityStore } from './authority-store.ts'
import { createCertificateStore, type SerialOf } from './certificate-store.ts'
import {
  holdCertificate,
  reasonCodes,
  releaseCertificate,
  revocationReasons,
  revocationRoles,
  revokeAuthority,
  revokeCertificate,
  type RevocationReason,
  type RevocationRole,
} from './revocation.ts'

const by = { actor: 'ecard', role: 'administrator', note: 'mất thẻ' } as const
const unknown = (authorityId: string) => ({ authorityId, serialNumber: '4aff' })

let fixture: CrlFixture
beforeAll(async () => {
  fixture = await createCrlFixture()
})
afterAll(() => fixture.close())

const find = ({ authorityId, serialNumber }: SerialOf) =>
  createCertificateStore(fixture.db).findBySerial(authorityId, serialNumber)

/** What the audit has about a certificate, oldest first. */
async function auditOf({ serialNumber }: SerialOf): Promise<StoredAuditEvent[]> {
  const events = await createAuditStore(fixture.db).listRecent({ limit: 1000 })
  return events.filter(({ facts }) => facts['serialNumber'] === serialNumber).reverse()
}

describe('reasons', () => {
  it('have the numbers of RFC 5280 §5.3.1', () => {
    expect(reasonCodes).toEqual({
      ...{ unspecified: 0, keyCompromise: 1, cACompromise: 2, affiliationChanged: 3 },
      ...{ superseded: 4, cessationOfOperation: 5, certificateHold: 6, privilegeWithdrawn: 9 },
    })
  })

  it('are those that the database takes', async () => {
    for (const reason of revocationReasons) {
      const certificate = await fixture.addCertificate()
      const revoked = await revokeCertificate(fixture.deps, { certificate, reason, ...by })
      expect(revoked).toMatchObject({ status: 'revoked', reason })
    }
  })

  const allowed: Readonly<Record<RevocationRole, readonly RevocationReason[]>> = {
    administrator: revocationReasons,
    'issuing-officer': [
      ...(['unspecified', 'keyCompromise', 'affiliationChanged', 'superseded'] as const),
      'cessationOfOperation',
    ],
    holder: ['keyCompromise'],
    program: ['affiliationChanged', 'superseded', 'cessationOfOperation'],
  }
  it.each(revocationRoles)('are for a %s to give as the table says', async (role) => {
    const certificate = await fixture.addCertificate()
    for (const reason of revocationReasons.filter((one) => !allowed[role].includes(one))) {
      const attempt = revokeCertificate(fixture.deps, { certificate, reason, ...by, role })
      await expect(attempt).rejects.toMatchObject({
        code: 'REVOCATION_REFUSED',
        facts: { problem: 'reason-not-for-role', role, reason },
      })
    }
    expect(await find(certificate)).toMatchObject({ status: 'active' })
    for (const reason of allowed[role]) {
      const other = await fixture.addCertificate()
      const revoked = await revokeCertificate(fixture.deps, {
        ...{ certificate: other, reason, actor: 'ecard', role },
      })
      expect(revoked.status).toBe('revoked')
    }
  })
})

describe('revoking a certificate', () => {
  it('is for good, with its moment and reason, and audited before and after', async () => {
    const certificate = await fixture.addCertificate()
    const request = { certificate, reason: 'keyCompromise', ...by } as const
    expect(await revokeCertificate(fixture.deps, request)).toMatchObject({
      ...{ status: 'revoked', reason: 'keyCompromise', revokedAt: crlInstant },
    })
    const about = { event: 'certificate.revoked', actor: 'ecard', reason: 'mất thẻ' }
    expect(await auditOf(certificate)).toMatchObject([
      { ...about, outcome: 'intended', facts: { revocationReason: 'keyCompromise' } },
      { ...about, outcome: 'succeeded', facts: { role: 'administrator', to: 'revoked' } },
    ])
  })

  it('is refused for one that is revoked already, and changes nothing', async () => {
    const certificate = await fixture.addCertificate()
    await revokeCertificate(fixture.deps, { certificate, reason: 'superseded', ...by })
    const again = revokeCertificate(fixture.deps, { certificate, reason: 'keyCompromise', ...by })
    await expect(again).rejects.toMatchObject({ code: 'CERTIFICATE_TRANSITION_REFUSED' })
    expect(await find(certificate)).toMatchObject({ reason: 'superseded' })
    const outcomes = (await auditOf(certificate)).map(({ outcome }) => outcome)
    expect(outcomes).toEqual(['intended', 'succeeded', 'intended', 'refused'])
  })

  it('is refused for one that nobody issued', async () => {
    const certificate = unknown(fixture.issuing.id)
    const attempt = revokeCertificate(fixture.deps, { certificate, reason: 'superseded', ...by })
    await expect(attempt).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('is done for one that was superseded: who does not know its successor believes it', async () => {
    const certificate = await fixture.addCertificate()
    const change = { status: 'superseded', at: crlInstant, reason: null } as const
    await createCertificateStore(fixture.db).setStatus(certificate, change)
    const request = { certificate, reason: 'keyCompromise', ...by } as const
    expect(await revokeCertificate(fixture.deps, request)).toMatchObject({ status: 'revoked' })
  })

  it('does not happen where its outcome cannot be audited', async () => {
    const certificate = await fixture.addCertificate()
    let appended = 0
    const deps: CrlFixture['deps'] = {
      ...fixture.deps,
      auditOn: (db) => ({
        append: (event) => {
          appended += 1
          if (event.outcome === 'succeeded') return Promise.reject(new Error('the disk is full'))
          return createAuditStore(db).append(event)
        },
      }),
    }
    const attempt = revokeCertificate(deps, { certificate, reason: 'superseded', ...by })
    await expect(attempt).rejects.toThrow('the disk is full')
    expect(await find(certificate)).toMatchObject({ status: 'active' })
    expect(appended).toBe(3)
  })
})

describe('a hold', () => {
  it('stops a certificate and is released again', async () => {
    const certificate = await fixture.addCertificate()
    expect(await holdCertificate(fixture.deps, { certificate, ...by })).toMatchObject({
      ...{ status: 'suspended', reason: 'certificateHold', revokedAt: null },
    })
    expect(await releaseCertificate(fixture.deps, { certificate, ...by })).toMatchObject({
      ...{ status: 'active', reason: null, revokedAt: null },
    })
    const events = (await auditOf(certificate)).map(({ event, outcome }) => `${event} ${outcome}`)
    expect(events).toEqual([
      'certificate.held intended',
      'certificate.held succeeded',
      'certificate.released intended',
      'certificate.released succeeded',
    ])
  })

  it('can end in revocation', async () => {
    const certificate = await fixture.addCertificate()
    await holdCertificate(fixture.deps, { certificate, ...by })
    const request = { certificate, reason: 'keyCompromise', ...by } as const
    expect(await revokeCertificate(fixture.deps, request)).toMatchObject({ status: 'revoked' })
  })

  it.each(['active', 'revoked'] as const)(
    'is not there to release on one that is %s',
    async (is) => {
      const certificate = await fixture.addCertificate()
      if (is === 'revoked')
        await revokeCertificate(fixture.deps, { certificate, reason: 'superseded', ...by })
      const attempt = releaseCertificate(fixture.deps, { certificate, ...by })
      await expect(attempt).rejects.toMatchObject({ code: 'CERTIFICATE_TRANSITION_REFUSED' })
      expect(await find(certificate)).toMatchObject({ status: is })
    },
  )

  it.each(['holder', 'program'] as const)('is put by a %s, and not ended by one', async (role) => {
    const certificate = await fixture.addCertificate()
    await holdCertificate(fixture.deps, { certificate, ...by, role })
    const attempt = releaseCertificate(fixture.deps, { certificate, ...by, role })
    await expect(attempt).rejects.toMatchObject({ code: 'REVOCATION_REFUSED' })
    expect(await find(certificate)).toMatchObject({ status: 'suspended' })
  })
})

describe('revoking an authority', () => {
  const asked = { reason: 'cACompromise', actor: 'ecard', note: 'khóa bị lộ' } as const

  it('is refused for a root, above which nobody is', async () => {
    const attempt = revokeAuthority(fixture.deps, { authorityId: fixture.root.id, ...asked })
    await expect(attempt).rejects.toMatchObject({
      ...{ code: 'REVOCATION_REFUSED', facts: { problem: 'authority-is-root' } },
    })
  })

  it('is refused for one that is not there', async () => {
    const attempt = revokeAuthority(fixture.deps, { authorityId: systemRandom.uuid(), ...asked })
    await expect(attempt).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('is for good, audited before and after, and done once', async () => {
    const other = await createCrlFixture()
    const { deps, db, issuing } = other
    const request = { authorityId: issuing.id, ...asked }
    expect(await revokeAuthority(deps, request)).toMatchObject({
      ...{ state: 'revoked', revocationReason: 'cACompromise', revokedAt: crlInstant },
    })
    await expect(revokeAuthority(deps, request)).rejects.toMatchObject({
      facts: { problem: 'revoked-already' },
    })
    expect(await createAuthorityStore(db).findIssuingAuthority('civil-servant')).toBeNull()
    const events = await createAuditStore(db).listRecent({ event: 'authority.revoked' })
    expect(events.map(({ outcome }) => outcome).reverse()).toEqual([
      ...['intended', 'succeeded', 'intended', 'refused'],
    ])
    await other.close()
  })
})
