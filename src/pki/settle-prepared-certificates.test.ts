import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cardRequest } from '../../test/support/card-request.ts'
import { createPkiFixture, type PkiFixture } from '../../test/support/pki-fixture.ts'
import { silentLog } from '../log.ts'
import { createDevelopmentPki } from './development-pki.ts'
import { issueCardCertificate } from './issue-card-certificate.ts'
import { settlePreparedCertificates } from './settle-prepared-certificates.ts'
import { watchPreparedCertificates } from './watch-prepared-certificates.ts'

let fixture: PkiFixture
beforeAll(async () => {
  fixture = await createPkiFixture()
  await createDevelopmentPki(fixture.deps)
})
afterAll(() => fixture.close())

/** Leaves a row as a killed process does, prepared so many seconds ago. */
async function leaveBehind(secondsAgo: number): Promise<string> {
  const { cardUuid } = await fixture.addCard('citizen')
  const authority = await fixture.deps.certificates.findIssuingAuthority('citizen')
  if (authority === null) throw new Error('no authority')
  const preparedAt = new Date(fixture.now.getTime() - secondsAgo * 1000)
  const notAfter = new Date(fixture.now.getTime() + 1e9)
  const serialNumber = fixture.deps.random.bytes(16).toString('hex').replace(/^../, '4a')
  await fixture.deps.certificates.prepareCertificate(
    {
      ...{ authorityId: authority.id, serialNumber, for: { cardUuid, slot: '9E' } },
      ...{ subject: 'CN=x', notBefore: preparedAt, notAfter },
    },
    preparedAt,
  )
  return cardUuid
}

async function rowOf(cardUuid: string) {
  const { rows } = await fixture.db.query<{ status: string; reason: string; der: Buffer | null }>(
    'select status, reason, der, revoked_at from certificates where card_uuid = $1',
    [cardUuid],
  )
  return rows[0]
}

describe('what an issuance that was cut off has left', () => {
  it('is revoked and audited, once it is old enough', async () => {
    const [old, young] = [await leaveBehind(61), await leaveBehind(59)]
    expect(await settlePreparedCertificates(fixture.deps, { olderThanSeconds: 60 })).toBe(1)
    expect(await rowOf(old)).toEqual({
      ...{ status: 'revoked', reason: 'cessationOfOperation', der: null },
      revoked_at: fixture.now,
    })
    expect(await rowOf(young)).toMatchObject({ status: 'prepared' })
    const [event] = await fixture.deps.audit.listRecent({ cardUuid: old })
    expect(event).toMatchObject({
      ...{ event: 'certificate.settled', outcome: 'succeeded', reason: 'cessationOfOperation' },
      facts: { preparedAt: '2026-03-02T01:28:59.000Z' },
    })
    expect(await settlePreparedCertificates(fixture.deps, { olderThanSeconds: 60 })).toBe(0)
  })

  it('is settled once by two nodes at the same time', async () => {
    const cards = await Promise.all(Array.from({ length: 12 }, () => leaveBehind(300)))
    const options = { olderThanSeconds: 60 }
    const counts = await Promise.all([
      settlePreparedCertificates(fixture.deps, options),
      settlePreparedCertificates(fixture.deps, options),
    ])
    expect(counts[0] + counts[1]).toBe(12)
    for (const cardUuid of cards) {
      expect(await fixture.deps.audit.listRecent({ cardUuid })).toHaveLength(1)
    }
  })

  it('is settled in batches, however much there is', async () => {
    await Promise.all(Array.from({ length: 405 }, () => leaveBehind(300)))
    expect(await settlePreparedCertificates(fixture.deps, { olderThanSeconds: 60 })).toBe(405)
  })

  it('is settled at the start by the watcher', async () => {
    const cardUuid = await leaveBehind(300)
    const stop = watchPreparedCertificates(
      { ...fixture.deps, log: silentLog },
      { olderThanSeconds: 60 },
    )
    await stop()
    expect(await rowOf(cardUuid)).toMatchObject({ status: 'revoked' })
  })
})

describe('an issuance that lost its row to the settling', () => {
  it('fails, and its certificate is never released', async () => {
    const asked = await cardRequest(fixture)
    const key = await fixture.deps.keystore.key('ca-civil-servant')
    const slow = {
      ...key,
      sign: async (data: Uint8Array) => {
        await settlePreparedCertificates(fixture.deps, { olderThanSeconds: -1 })
        return key.sign(data)
      },
    }
    const keystore = { ...fixture.deps.keystore, key: () => Promise.resolve(slow) }
    const issuing = issueCardCertificate({ ...fixture.deps, keystore }, asked)
    await expect(issuing).rejects.toMatchObject({ code: 'CERTIFICATE_TRANSITION_REFUSED' })
    expect(await rowOf(asked.cardUuid)).toMatchObject({ status: 'revoked', der: null })
    const events = await fixture.deps.audit.listRecent({ cardUuid: asked.cardUuid })
    expect(events.map(({ event }) => event)).toEqual(['certificate.settled', 'certificate.issued'])

    const next = await issueCardCertificate(fixture.deps, asked)
    expect(next.status).toBe('active')
  })
})
