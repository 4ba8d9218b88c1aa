import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import type { PinSource } from '../../scripts/desk/holder-pin.ts'
import { virtualDesk } from '../../scripts/desk/local-desk.ts'
import {
  alwaysChosen,
  createIssuingFixture,
  type IssuingFixture,
} from '../../test/support/issuing-fixture.ts'
import { createAuditStore } from '../audit/audit-store.ts'
import { CardFault } from '../cards/card-fault.ts'
import { createCardStore } from '../cards/card-store.ts'
import type { DeskCard } from '../cards/desk-card.ts'
import { suspendCard } from '../cards/suspend-card.ts'
import type { CardKind } from '../holders/card-kind.ts'
import { createHolderStore } from '../holders/holder-store.ts'
import type { Holder } from '../holders/holder.ts'
import { loadTrustAnchors } from '../pki/chain.ts'
import { systemRandom } from '../random.ts'
import { answerAtDesk, presentCard, type OperatorAnswer } from './answer-at-desk.ts'
import { authoriseOperator } from './authorise-operator.ts'
import { bootstrapOperators } from './bootstrap-operators.ts'
import { grantRole } from './change-grants.ts'
import { openChallenge } from './challenge-store.ts'
import {
  finishOperatorSignIn,
  signInOperator,
  type OperatorSignInDeps,
} from './sign-in-operator.ts'

const issuer = 'https://id.example'

interface Issued {
  readonly card: VirtualCard
  readonly cardUuid: string
  readonly holder: Holder
}

describe('an operator signs in at the desk', () => {
  let fixture: IssuingFixture
  let deps: OperatorSignInDeps
  let administrator: Issued
  let officer: Issued

  beforeAll(async () => {
    fixture = await createIssuingFixture()
    const { db, deps: pki } = fixture.pki
    const { clock, policyArc: policyOidArc } = pki
    const anchors = loadTrustAnchors(await pki.certificates.listAuthorities())
    deps = { db, clock, random: systemRandom, issuer, policyOidArc, anchors }
    ;[administrator, officer] = [await issueTo('civil-servant'), await issueTo('civil-servant')]
    const reason = 'first administrator'
    const { id: holderId } = administrator.holder
    await bootstrapOperators(deps, { holderId, actor: 'ecard', reason })
    const role = { role: 'issuing-officer', agencyId: null } as const
    const by = { actor: holderId, reason: 'QĐ 12/2026' }
    await grantRole(deps, { holderId: officer.holder.id, ...role, ...by })
  })
  afterAll(() => fixture.close())

  async function issueTo(kind: CardKind): Promise<Issued> {
    const card = VirtualCard.create()
    const request = await fixture.request(kind)
    const { card: issued } = await fixture.issue(card, request)
    return { card, cardUuid: issued.cardUuid, holder: request.holder }
  }

  async function atDesk<T>(
    card: VirtualCard,
    work: (presented: DeskCard) => Promise<T>,
    pins: PinSource = alwaysChosen,
  ): Promise<T> {
    const desk = virtualDesk(card, { pins, trace: null })
    try {
      return await desk.withCard(work)
    } finally {
      await desk.close()
    }
  }

  const signIn = (card: VirtualCard, pins?: PinSource) =>
    atDesk(card, (presented) => signInOperator(deps, presented), pins)

  /** A challenge and what the card answers to it, bent on the way where the test says so. */
  async function answered(
    card: VirtualCard,
    question: { readonly origin?: string; readonly nonce?: string } = {},
  ): Promise<{ challengeId: string; answer: OperatorAnswer }> {
    const { challengeId, nonce } = await openChallenge(deps)
    const answer = await atDesk(card, async (presented) =>
      answerAtDesk(presented, await presentCard(presented), { origin: issuer, nonce, ...question }),
    )
    return { challengeId, answer }
  }

  const lastEvent = async () => (await createAuditStore(fixture.pki.db).listRecent({ limit: 1 }))[0]

  it('with card and PIN, which activates a card that was handed over locked', async () => {
    const { card, cardUuid, holder } = administrator
    const signedIn = await signIn(card)
    expect(signedIn).toMatchObject({ holderId: holder.id, cardUuid, roles: ['administrator'] })
    expect(await createCardStore(deps.db).find(cardUuid)).toMatchObject({ state: 'active' })
    expect(await lastEvent()).toMatchObject({
      ...{ event: 'operator.signed-in', outcome: 'succeeded' },
      ...{ actor: holder.id, holderId: holder.id, cardUuid },
    })
    const { sessionSecret } = signedIn
    const asked = { sessionSecret, action: 'crl.publish', scope: { kind: 'province' } } as const
    expect(await authoriseOperator(deps, asked)).toBe(holder.id)
  })

  it('not with a PIN that is wrong until it is blocked, nor without one', async () => {
    const { card, cardUuid } = await issueTo('civil-servant')
    const cancelled: PinSource = {
      ...alwaysChosen,
      enter: () => Promise.reject(new CardFault('pin-cancelled')),
    }
    await expect(signIn(card, cancelled)).rejects.toMatchObject({ reason: 'pin-cancelled' })
    let tries = 0
    const wrong: PinSource = {
      ...alwaysChosen,
      enter: () => {
        tries++
        return Promise.resolve(Buffer.from('000000'))
      },
    }
    await expect(signIn(card, wrong)).rejects.toMatchObject({ reason: 'pin-blocked' })
    expect(tries).toBeGreaterThan(2)
    expect(await lastEvent()).toMatchObject({ event: 'operator.refused', reason: 'pin-blocked' })
    expect(await createCardStore(deps.db).find(cardUuid)).toMatchObject({ state: 'issued' })
  })

  it('not with a challenge that was used, also at the same moment', async () => {
    const { challengeId, answer } = await answered(officer.card)
    const attempts = [1, 2, 3].map(() => finishOperatorSignIn(deps, challengeId, answer))
    const outcomes = await Promise.allSettled(attempts)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await expect(finishOperatorSignIn(deps, challengeId, answer)).rejects.toMatchObject({
      code: 'CARD_REFUSED',
      reason: 'challenge-used',
    })
    const unknown = finishOperatorSignIn(deps, systemRandom.uuid(), answer)
    await expect(unknown).rejects.toMatchObject({ reason: 'challenge-unknown' })
  })

  it('not after five minutes', async () => {
    const { challengeId, answer } = await answered(officer.card)
    const late = { now: () => new Date(fixture.pki.now.getTime() + 300_000) }
    const attempt = finishOperatorSignIn({ ...deps, clock: late }, challengeId, answer)
    await expect(attempt).rejects.toMatchObject({ reason: 'challenge-expired' })
  })

  it('not with the answer to another question or for another origin', async () => {
    for (const question of [
      { nonce: systemRandom.bytes(32).toString('base64') },
      { origin: 'https://id.elsewhere.example' },
    ]) {
      const { challengeId, answer } = await answered(officer.card, question)
      const attempt = finishOperatorSignIn(deps, challengeId, answer)
      await expect(attempt).rejects.toMatchObject({ reason: 'card-signature-wrong' })
      expect(await lastEvent()).toMatchObject({ event: 'operator.refused', holderId: null })
    }
  })

  it('not with the certificate of somebody else', async () => {
    const { challengeId, answer } = await answered(officer.card)
    const other = await answered(administrator.card)
    const { unverifiedCertificate } = other.answer.token
    const forged = {
      cardUuid: other.answer.cardUuid,
      token: { ...answer.token, unverifiedCertificate },
    }
    const attempt = finishOperatorSignIn(deps, challengeId, forged)
    await expect(attempt).rejects.toMatchObject({ reason: 'card-signature-wrong' })
    // A card whose CHUID was copied from another.
    const copied = finishOperatorSignIn(deps, other.challengeId, {
      ...other.answer,
      cardUuid: officer.cardUuid,
    })
    await expect(copied).rejects.toMatchObject({ reason: 'certificate-unknown' })
  })

  it('not by a tap alone: 9E signs without a PIN, and its certificate says so', async () => {
    const { challengeId, nonce } = await openChallenge(deps)
    const digestOf = (text: string | Buffer) => createHash('sha256').update(text).digest()
    const digest = digestOf(Buffer.concat([digestOf(issuer), digestOf(nonce)]))
    const answer = await atDesk(officer.card, async (presented): Promise<OperatorAnswer> => {
      const { cardUuid } = await presented.identify()
      const unverifiedCertificate = (await presented.readCertificate('9E')) ?? Buffer.of()
      const signature = await presented.sign('9E', { algorithm: 'P-256', digest })
      const token = { unverifiedCertificate, algorithm: 'ES256', signature } as const
      return { cardUuid: cardUuid ?? '', token }
    })
    const attempt = finishOperatorSignIn(deps, challengeId, answer)
    await expect(attempt).rejects.toMatchObject({ reason: 'certificate-slot-mismatch' })
  })

  it('not with a card of another kind, a blank one, or a stranger’s, which sees no PIN', async () => {
    const never: PinSource = {
      choose: () => Promise.reject(new Error('asked for a PIN')),
      enter: () => Promise.reject(new Error('asked for a PIN')),
    }
    const citizen = await issueTo('citizen')
    const enterprise = await issueTo('enterprise')
    for (const { card } of [citizen, enterprise])
      await expect(signIn(card, never)).rejects.toMatchObject({ reason: 'card-kind-not-admitted' })
    await expect(signIn(VirtualCard.create(), never)).rejects.toMatchObject({
      reason: 'card-unknown',
    })
    const foreign = await createIssuingFixture()
    try {
      const card = VirtualCard.create()
      await foreign.issue(card, await foreign.request())
      await expect(signIn(card, never)).rejects.toMatchObject({ reason: 'chain-untrusted' })
    } finally {
      await foreign.close()
    }
  })

  it('not without a role', async () => {
    const { card, cardUuid, holder } = await issueTo('civil-servant')
    await expect(signIn(card)).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      denial: { reason: 'no-role' },
    })
    const event = { event: 'operator.refused', reason: 'no-role', cardUuid, holderId: holder.id }
    expect(await lastEvent()).toMatchObject(event)
  })

  it('not with a card that is suspended, nor once they have left', async () => {
    const { db, clock } = deps
    const { card, cardUuid } = officer
    await suspendCard({ db, clock }, { cardUuid, actor: 'test', reason: 'mislaid' })
    await expect(signIn(card)).rejects.toMatchObject({ reason: 'card-suspended' })
    expect(await lastEvent()).toMatchObject({ event: 'operator.refused', cardUuid })
    await createHolderStore(db).setState(administrator.holder.id, 'inactive', clock.now())
    await expect(signIn(administrator.card)).rejects.toMatchObject({ reason: 'holder-inactive' })
  })
})
