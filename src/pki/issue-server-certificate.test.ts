import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPkiFixture, type PkiFixture } from '../../test/support/pki-fixture.ts'
import { makeSigningRequest } from '../../test/support/signing-requests.ts'
import { createDevelopmentPki } from './development-pki.ts'
import { issueServerCertificate } from './issue-server-certificate.ts'

let fixture: PkiFixture
beforeAll(async () => {
  fixture = await createPkiFixture()
  await createDevelopmentPki(fixture.deps)
})
afterAll(() => fixture.close())

function issue(dnsNames: readonly string[], requested: readonly string[] = []) {
  const { der: signingRequest } = makeSigningRequest({ dnsNames: requested })
  return issueServerCertificate(fixture.deps, { signingRequest, dnsNames, actor: 'test' })
}

describe('a certificate of an inner server', () => {
  it('has the names that the administrator means, and none of the request', async () => {
    const issued = await issue(['db.internal', 'db-1.db.internal'], ['db.internal'])
    const { subject, subjectAltName } = new X509Certificate(issued.der)
    expect(subjectAltName).toBe('DNS:db.internal, DNS:db-1.db.internal')
    expect(subject).toBe('C=VN\nCN=db.internal')
    expect(issued).toMatchObject({ service: 'db.internal', cardUuid: null, terminalId: null })
  })

  it('takes the place of the one before it', async () => {
    const first = await issue(['redis.internal'])
    const second = await issue(['redis.internal'])
    const { certificates } = fixture.deps
    const found = await certificates.findBySerial(first.authorityId, first.serialNumber)
    expect(found?.status).toBe('superseded')
    expect(second.status).toBe('active')
  })

  it.each<[string, readonly string[], readonly string[]]>([
    ['a name outside the domains of the profile', ['id.province.example'], []],
    ['the domain itself', ['internal'], []],
    ['a name that only looks to be below', ['evilinternal'], []],
    ['a name that the administrator did not mean', ['a.internal'], ['b.internal']],
    ['a wildcard', ['*.internal'], []],
    ['capitals', ['DB.internal'], []],
    ['an empty label', ['db..internal'], []],
    ['a label that begins with a hyphen', ['-db.internal'], []],
    ['one name twice', ['a.internal', 'a.internal'], []],
    ['no name at all', [], []],
  ])('is refused for %s', async (_, dnsNames, requested) => {
    await expect(issue(dnsNames, requested)).rejects.toMatchObject({
      code: 'CERTIFICATE_REQUEST_REFUSED',
      facts: { field: 'dnsNames' },
    })
  })
})
