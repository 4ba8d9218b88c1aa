import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createCrlFixture, type CrlFixture } from '../../test/support/crl-fixture.ts'
import { insertCard } from '../../test/support/registry.ts'
import type { CardKind } from '../holders/card-kind.ts'
import { deactivateHolder } from '../holders/deactivate-holder.ts'
import { silentLog } from '../log.ts'
import { createCertificateStore } from '../pki/certificate-store.ts'
import { holdCertificate, revokeAuthority, revokeCertificate } from '../pki/revocation.ts'
import { systemRandom } from '../random.ts'
import { reasonOfCause, revocationCauses } from './card-certificates.ts'
import { changeCardState } from './change-card-state.ts'
import { createCardStore } from './card-store.ts'
import { reinstateCard } from './reinstate-card.ts'
import { revokeCard } from './revoke-card.ts'
import type { StandingChange } from './standing-store.ts'
import { suspendCard } from './suspend-card.ts'
import { watchStanding } from './watch-standing.ts'

const asked = { actor: 'ecard', reason: 'mất thẻ' }
const byAdministrator = { actor: 'ecard', role: 'administrator' } as const
const minuteMs = 60_000

let fixture: CrlFixture
beforeAll(async () => {
  fixture = await createCrlFixture()
})
afterAll(() => fixture.close())

/** An active card with both certificates of a sign-in. */
async function addCard(kind: CardKind = 'civil-servant') {
  const { cardUuid, holderId } = await insertCard(fixture.db, { kind })
  const pin = await fixture.addCertificate({ cardUuid, slot: '9A' })
  const tap = await fixture.addCertificate({ cardUuid, slot: '9E' })
  return { cardUuid, holderId, pin, tap }
}

async function statusesOf(cardUuid: string): Promise<string[]> {
  const found = await createCertificateStore(fixture.db).listByCard(cardUuid)
  return found.map(({ slot, status, reason }) => [slot, status, reason].join(' ')).sort()
}

const bothAre = (status: string) => [`9A ${status}`, `9E ${status}`]

describe('the certificates of a card', () => {
  it('are held with it and released with it', async () => {
    const { cardUuid } = await addCard()
    await suspendCard(fixture.deps, { cardUuid, ...asked })
    expect(await statusesOf(cardUuid)).toEqual(bothAre('suspended certificateHold'))
    await reinstateCard(fixture.deps, { cardUuid, ...asked })
    expect(await statusesOf(cardUuid)).toEqual(bothAre('active '))
  })

  it('stay held where somebody held one of them before the card', async () => {
    const { cardUuid, pin } = await addCard()
    await holdCertificate(fixture.deps, { certificate: pin, ...byAdministrator })
    fixture.now = new Date(fixture.now.getTime() + minuteMs)
    await suspendCard(fixture.deps, { cardUuid, ...asked })
    await reinstateCard(fixture.deps, { cardUuid, ...asked })
    expect(await statusesOf(cardUuid)).toEqual(['9A suspended certificateHold', '9E active '])
  })

  it.each(revocationCauses)(
    'are revoked with a card that is %s, in RFC 5280’s words',
    async (cause) => {
      const { cardUuid } = await addCard()
      await revokeCard(fixture.deps, { cardUuid, ...asked, cause })
      expect(await statusesOf(cardUuid)).toEqual(bothAre(`revoked ${reasonOfCause[cause]}`))
    },
  )

  it('are revoked with a card that was suspended', async () => {
    const { cardUuid } = await addCard()
    await suspendCard(fixture.deps, { cardUuid, ...asked })
    await revokeCard(fixture.deps, { cardUuid, ...asked, cause: 'stolen' })
    expect(await statusesOf(cardUuid)).toEqual(bothAre('revoked keyCompromise'))
  })

  it('keep the reason for which one of them was revoked before', async () => {
    const { cardUuid, pin } = await addCard()
    const certificate = pin
    await revokeCertificate(fixture.deps, {
      ...{ certificate, reason: 'privilegeWithdrawn', ...byAdministrator },
    })
    await revokeCard(fixture.deps, { cardUuid, ...asked, cause: 'lost' })
    expect(await statusesOf(cardUuid)).toEqual([
      '9A revoked privilegeWithdrawn',
      '9E revoked keyCompromise',
    ])
  })

  it('are revoked as superseded with a card that is replaced', async () => {
    const { cardUuid } = await addCard()
    const step = { event: 'card.replaced', from: null, to: 'replaced' } as const
    await changeCardState(fixture.deps, { cardUuid, ...asked }, step)
    expect(await statusesOf(cardUuid)).toEqual(bothAre('revoked superseded'))
  })

  it('are left to their own end with a card that expires', async () => {
    const { cardUuid } = await addCard()
    const step = { event: 'card.expired', from: null, to: 'expired' } as const
    await changeCardState(fixture.deps, { cardUuid, ...asked }, step)
    expect(await statusesOf(cardUuid)).toEqual(bothAre('active '))
  })

  it('are not handed out any more when they were just being issued', async () => {
    const { cardUuid } = await insertCard(fixture.db)
    const serialNumber = systemRandom.bytes(16).toString('hex').replace(/^../, '4a')
    await fixture.db.query(
      `insert into certificates (authority_id, serial_number, card_uuid, slot, subject, not_before,
         not_after, status, status_since)
       values ($1, $2, $3, '9E', 'CN=x', $4, $5, 'prepared', $4)`,
      [fixture.issuing.id, serialNumber, cardUuid, fixture.now, new Date('2030-01-01T00:00:00Z')],
    )
    await revokeCard(fixture.deps, { cardUuid, ...asked, cause: 'lost' })
    const serial = { authorityId: fixture.issuing.id, serialNumber }
    const late = createCertificateStore(fixture.db).completeCertificate(
      serial,
      Buffer.from('signed too late'),
      fixture.now,
    )
    await expect(late).rejects.toMatchObject({ code: 'CERTIFICATE_TRANSITION_REFUSED' })
  })

  it('stay as they are when the change of the card is refused', async () => {
    const { cardUuid } = await addCard()
    await expect(reinstateCard(fixture.deps, { cardUuid, ...asked })).rejects.toMatchObject({
      code: 'CARD_TRANSITION_REFUSED',
    })
    expect(await statusesOf(cardUuid)).toEqual(bothAre('active '))
  })

  it.each([
    ['person has left', 'civil-servant', 'affiliationChanged'],
    ['organisation is closed', 'enterprise', 'cessationOfOperation'],
  ] as const)('are revoked for good when their %s', async (_, kind, reason) => {
    const { cardUuid, holderId } = await addCard(kind)
    await deactivateHolder(fixture.deps, { holderId, ...asked })
    expect(await statusesOf(cardUuid)).toEqual(bothAre(`revoked ${reason}`))
  })

  it('count as revoked with their authority, from the commit on', async () => {
    const other = await createCrlFixture()
    const { cardUuid } = await insertCard(other.db)
    await other.addCertificate({ cardUuid, slot: '9E' })
    const cards = createCardStore(other.db)
    const of = { cardUuid, slot: '9E' } as const
    const standing = () => cards.findCertificateByCard(of, systemRandom.uuid())
    expect((await standing()).standing?.certificate.status).toBe('active')
    const request = {
      authorityId: other.issuing.id,
      reason: 'cACompromise',
      actor: 'ecard',
    } as const
    await revokeAuthority(other.deps, request)
    expect((await standing()).standing?.certificate.status).toBe('revoked')
    await other.close()
  })
})

describe('what listeners hear', () => {
  async function listening<T>(work: (heard: string[]) => Promise<T>): Promise<T> {
    const heard: string[] = []
    const stop = await fixture.db.listen(
      'ecard_standing',
      (payload) => heard.push(payload),
      () => undefined,
    )
    try {
      return await work(heard)
    } finally {
      await stop()
    }
  }

  async function settle(heard: string[]): Promise<string[]> {
    const mark = systemRandom.uuid()
    await fixture.db.query(`select pg_notify('ecard_standing', $1)`, [mark])
    await vi.waitFor(() => {
      expect(heard).toContain(mark)
    })
    return heard.filter((payload) => payload !== mark)
  }

  it('is one notice for a card and both its certificates', async () => {
    const { cardUuid } = await addCard()
    await listening(async (heard) => {
      await suspendCard(fixture.deps, { cardUuid, ...asked })
      const notices = await settle(heard)
      expect(notices.map((notice) => JSON.parse(notice) as unknown)).toEqual([
        { kind: 'card', id: cardUuid },
      ])
    })
  })

  it('is one notice for an authority, however many cards it has', async () => {
    const other = await createCrlFixture()
    const cards: string[] = []
    for (let count = 0; count < 5; count++) {
      const { cardUuid } = await insertCard(other.db)
      await other.addCertificate({ cardUuid, slot: '9A' })
      await other.addCertificate({ cardUuid, slot: '9E' })
      cards.push(cardUuid)
    }
    const ended: StandingChange[] = []
    const { db, clock } = other.deps
    const stop = await watchStanding({
      ...{ db, clock, log: silentLog },
      onEnded: (change) => Promise.resolve(void ended.push(change)),
    })
    const request = {
      authorityId: other.issuing.id,
      reason: 'cACompromise',
      actor: 'ecard',
    } as const
    await revokeAuthority(other.deps, request)
    await vi.waitFor(() => {
      expect(ended.map(({ id }) => id).sort()).toEqual([...cards].sort())
    })
    await stop()
    await other.close()
  })
})
