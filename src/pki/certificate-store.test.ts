import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migratedTestDatabase } from '../../test/support/migrated-database.ts'
import {
  insertAuthority,
  insertCard,
  insertTerminal,
  preparedCertificate,
  registryEnd,
  registryTime,
} from '../../test/support/registry.ts'
import type { Database } from '../db/pool.ts'
import { systemRandom } from '../random.ts'
import type { Authority } from './authority.ts'
import {
  createCertificateStore,
  type CertificateStore,
  type PreparedCertificate,
} from './certificate-store.ts'

const at = new Date('2026-03-01T07:00:00Z')
const later = new Date('2026-04-01T07:00:00Z')

describe('the certificate store', () => {
  let database: Awaited<ReturnType<typeof migratedTestDatabase>>
  let db: Database
  let certificates: CertificateStore
  let root: Authority

  beforeAll(async () => {
    database = await migratedTestDatabase()
    db = database.db
    certificates = createCertificateStore(db)
    root = await insertAuthority(db, { name: 'Root' })
  })
  afterAll(() => database.drop())

  async function prepare(): Promise<PreparedCertificate & { cardUuid: string }> {
    const { cardUuid } = await insertCard(db)
    const prepared = preparedCertificate(root.id, { for: { cardUuid, slot: '9A' } })
    await certificates.prepareCertificate(prepared, at)
    return { ...prepared, cardUuid }
  }

  const der = (): Buffer => systemRandom.bytes(64)

  it('keeps authorities, roots first', async () => {
    const kind = 'citizen'
    const issuing = await insertAuthority(db, { name: 'A citizen CA', kind, issuerId: root.id })
    expect(await certificates.findAuthority(issuing.id)).toEqual(issuing)
    expect(await certificates.findIssuingAuthority('citizen')).toEqual(issuing)
    expect(await certificates.findIssuingAuthority('enterprise')).toBeNull()
    expect(await certificates.listAuthorities()).toEqual([root, issuing])
    const again = certificates.insertAuthority({ ...issuing, id: systemRandom.uuid() })
    await expect(again).rejects.toMatchObject({ code: 'DUPLICATE' })
  })

  it('shows a prepared certificate to nobody until it is completed', async () => {
    const prepared = await prepare()
    const { authorityId, serialNumber, cardUuid } = prepared
    expect(await certificates.findBySerial(authorityId, serialNumber)).toBeNull()
    expect(await certificates.listByCard(cardUuid)).toEqual([])
    const signed = der()
    const completed = await certificates.completeCertificate(prepared, signed, later)
    expect(completed).toEqual({
      authorityId,
      serialNumber,
      cardUuid,
      slot: '9A',
      terminalId: null,
      service: null,
      crlPartition: 0,
      keyFingerprint: null,
      der: signed,
      fingerprint: createHash('sha256').update(signed).digest(),
      subject: prepared.subject,
      status: 'active',
      statusSince: later,
      notBefore: registryTime,
      notAfter: registryEnd,
      revokedAt: null,
      reason: null,
    })
    expect(await certificates.findBySerial(authorityId, serialNumber)).toEqual(completed)
    expect(await certificates.listByCard(cardUuid)).toEqual([completed])
  })

  it('completes a certificate once, and none that was not prepared', async () => {
    const prepared = await prepare()
    await certificates.completeCertificate(prepared, der(), at)
    const refused = { code: 'CERTIFICATE_TRANSITION_REFUSED' }
    await expect(certificates.completeCertificate(prepared, der(), at)).rejects.toMatchObject(
      refused,
    )
    const unknown = { authorityId: root.id, serialNumber: '4a4a' }
    await expect(certificates.completeCertificate(unknown, der(), at)).rejects.toMatchObject(
      refused,
    )
  })

  it('refuses a serial number that the authority used before', async () => {
    const prepared = await prepare()
    const again = certificates.prepareCertificate(prepared, at)
    await expect(again).rejects.toMatchObject({ code: 'DUPLICATE' })
  })

  it('refuses a second active certificate of a card and slot until the first has ended', async () => {
    const first = await prepare()
    const { cardUuid } = first
    await certificates.completeCertificate(first, der(), at)
    const second = preparedCertificate(root.id, { for: { cardUuid, slot: '9A' } })
    await certificates.prepareCertificate(second, at)
    const tooEarly = certificates.completeCertificate(second, der(), at)
    await expect(tooEarly).rejects.toMatchObject({
      code: 'DUPLICATE',
      facts: { constraint: 'certificates_one_active_per_slot' },
    })
    await certificates.setStatus(first, { status: 'superseded', at, reason: null })
    await certificates.completeCertificate(second, der(), at)
    const statuses = (await certificates.listByCard(cardUuid)).map(({ status }) => status)
    expect(statuses.sort()).toEqual(['active', 'superseded'])
  })

  it('holds, lets go and revokes for good', async () => {
    const prepared = await prepare()
    await certificates.completeCertificate(prepared, der(), at)
    const held = { status: 'suspended', at: later, reason: 'certificateHold' } as const
    expect(await certificates.setStatus(prepared, held)).toMatchObject({
      status: 'suspended',
      statusSince: later,
      revokedAt: null,
      reason: 'certificateHold',
    })
    await certificates.setStatus(prepared, { status: 'active', at, reason: null })
    const revoked = { status: 'revoked', at, reason: 'keyCompromise' } as const
    expect(await certificates.setStatus(prepared, revoked)).toMatchObject({ revokedAt: at })
    const back = certificates.setStatus(prepared, { status: 'active', at: later, reason: null })
    await expect(back).rejects.toMatchObject({ code: 'CERTIFICATE_TRANSITION_REFUSED' })
  })

  it('keeps the first moment of a revocation that is asked for twice', async () => {
    const prepared = await prepare()
    await certificates.completeCertificate(prepared, der(), at)
    await certificates.setStatus(prepared, { status: 'revoked', at, reason: 'unspecified' })
    const again = { status: 'revoked', at: later, reason: 'keyCompromise' } as const
    expect(await certificates.setStatus(prepared, again)).toMatchObject({
      revokedAt: at,
      statusSince: at,
    })
  })

  it('does not change what is not there, or was only prepared', async () => {
    const change = { status: 'revoked', at, reason: 'unspecified' } as const
    const unknown = { authorityId: root.id, serialNumber: '4a4b' }
    for (const serial of [unknown, await prepare()])
      await expect(certificates.setStatus(serial, change)).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
  })

  it('keeps the certificates of terminals too', async () => {
    const { id: terminalId } = await insertTerminal(db)
    const prepared = preparedCertificate(root.id, { for: { terminalId } })
    const inserted = await certificates.insertCertificate(prepared, der(), at)
    expect(inserted).toMatchObject({ terminalId, cardUuid: null, slot: null, status: 'active' })
    expect(await certificates.listByTerminal(terminalId)).toEqual([inserted])
  })
})
