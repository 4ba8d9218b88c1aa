import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cardRequest } from '../../test/support/card-request.ts'
import { createPkiFixture, type PkiFixture } from '../../test/support/pki-fixture.ts'
import { createDevelopmentPki } from './development-pki.ts'
import {
  findCertificate,
  findCertificates,
  listCertificates,
  listExpiringCertificates,
  walkCertificates,
} from './find-certificates.ts'
import { issueCardCertificate } from './issue-card-certificate.ts'

const many = 1_203
let fixture: PkiFixture
beforeAll(async () => {
  fixture = await createPkiFixture()
  await createDevelopmentPki(fixture.deps)
})
afterAll(() => fixture.close())

/** Rows of servers, each a day longer than the one before. */
async function insertMany(): Promise<void> {
  const authority = await fixture.deps.certificates.findIssuingAuthority('terminal')
  await fixture.db.query(
    `insert into certificates (authority_id, serial_number, service, subject, not_before, not_after,
       status, status_since, der)
     select $1, '4a' || substr(md5(n::text), 3), 'server-' || n || '.internal', 'CN=x', $2::timestamptz,
       $2::timestamptz + n * interval '1 day', 'active', $2::timestamptz, n::text::bytea
     from generate_series(1, $3::int) n`,
    [authority?.id, fixture.now, many],
  )
}

describe('look-ups of certificates', () => {
  it('walk through all that fit, each once, however many there are', async () => {
    await insertMany()
    const seen = new Set<string>()
    let steps = 0
    for await (const { serialNumber } of walkCertificates(fixture.db, {
      authoritySlug: 'terminal',
    })) {
      steps += 1
      seen.add(serialNumber)
    }
    expect([steps, seen.size]).toEqual([many, many])
  })

  it('list what ends soon, the soonest first, and no more than asked for', async () => {
    const { db, now } = fixture
    const soon = await listExpiringCertificates(db, {}, { now, days: 10, limit: 4 })
    expect(soon.map(({ service }) => service)).toEqual(
      [1, 2, 3, 4].map((n) => `server-${n}.internal`),
    )
    const within = await listExpiringCertificates(db, {}, { now, days: 10, limit: 100 })
    expect(within).toHaveLength(10)
  })

  it('show the holder, and what was never finished', async () => {
    const asked = await cardRequest(fixture)
    const issued = await issueCardCertificate(fixture.deps, asked)
    const [record] = await listCertificates(fixture.db, { cardUuid: asked.cardUuid }, { limit: 5 })
    expect(record).toMatchObject({
      ...{ serialNumber: issued.serialNumber, status: 'active', authoritySlug: 'civil-servant' },
      ...{ holderId: asked.holder.id, holderName: asked.holder.displayName, slot: '9E' },
    })
    const { authorityId } = issued
    const serialNumber = '4a'.repeat(16)
    const at = fixture.now
    const bearer = { service: 'left.internal' }
    const row = { authorityId, serialNumber, for: bearer, subject: 'CN=x', notBefore: at }
    const notAfter = new Date(at.getTime() + 1e9)
    await fixture.deps.certificates.prepareCertificate({ ...row, notAfter }, at)
    const left = await findCertificate(fixture.db, serialNumber, null)
    expect(left).toMatchObject({ status: 'prepared', der: null, fingerprint: null })
  })

  it('ask which authority is meant where two have used a number', async () => {
    const { certificates } = fixture.deps
    const serialNumber = '4b'.repeat(16)
    const at = fixture.now
    const dates = { notBefore: at, notAfter: new Date(at.getTime() + 1e9) }
    for (const kind of ['citizen', 'enterprise'] as const) {
      const { id: authorityId } = (await certificates.findIssuingAuthority(kind)) ?? { id: '' }
      const row = { authorityId, serialNumber, for: { service: 'a.internal' }, subject: 'CN=x' }
      await certificates.prepareCertificate({ ...row, ...dates }, at)
    }
    await expect(findCertificate(fixture.db, serialNumber, null)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      facts: { field: 'authority' },
    })
    const found = await findCertificate(fixture.db, serialNumber, 'enterprise')
    expect(found.authoritySlug).toBe('enterprise')
  })

  it('find nothing for text that can be nothing', async () => {
    for (const text of ['', '%', "' or true --", 'zz', '4a4']) {
      expect(await findCertificates(fixture.db, text, { limit: 5 })).toEqual([])
    }
  })
})
