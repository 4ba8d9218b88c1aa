import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  askDevice,
  createPasskeyFixture,
  refusalOf,
  signInBy,
  type PasskeyFixture,
} from '../../test/support/passkey-fixture.ts'
import { insertCard } from '../../test/support/registry.ts'
import type { Conduct } from '../../test/support/soft-authenticator.ts'
import { suspendCard } from '../cards/suspend-card.ts'
import { createHolderStore } from '../holders/holder-store.ts'
import { removePasskey, revokePasskey } from './end-passkey.ts'
import type { PasskeyRefusalReason } from './refusal.ts'
import { finishPasskeySignIn, type PasskeyAttempt } from './verify-passkey.ts'

let fixture: PasskeyFixture

beforeAll(async () => {
  fixture = await createPasskeyFixture()
})
afterAll(async () => {
  await fixture.close()
})

describe('a sign-in by passkey', () => {
  it('signs its holder in at level substantial, without card or terminal', async () => {
    const { device, passkey, session } = await fixture.registered()
    expect(await signInBy(fixture.deps, device)).toEqual({
      holderId: session.holder.id,
      holderName: 'Nguyễn Văn Mẫu',
      method: 'passkey',
      level: 'substantial',
      amr: ['hwk', 'user'],
      cardUuid: null,
      cardKind: 'civil-servant',
      keySlot: null,
      terminalId: null,
      passkeyId: passkey.id,
      at: fixture.clock.now(),
    })
  })

  it('is written down: in the audit log, and with the passkey when and where', async () => {
    const { device, passkey } = await fixture.registered()
    await signInBy(fixture.deps, device)
    const [event] = await fixture.audit.listRecent({ event: 'passkey.signed-in' })
    expect(event).toMatchObject({ outcome: 'succeeded', facts: { passkeyId: passkey.id } })
    expect((await fixture.passkeys.find(passkey.id))?.lastUse).toEqual({
      at: fixture.clock.now(),
      terminalId: null,
      device: 'Chrome, Windows',
    })
  })

  it('goes on with a device that counts its uses, and with one that does not', async () => {
    for (const counts of [true, false]) {
      const { device, passkey } = await fixture.registered({ counts })
      await signInBy(fixture.deps, device)
      await signInBy(fixture.deps, device)
      expect((await fixture.passkeys.find(passkey.id))?.signCount).toBe(counts ? 2 : 0)
    }
  })
})

describe('a passkey is refused', () => {
  const conducts: [PasskeyRefusalReason, Conduct][] = [
    ['user-verification-missing', { isUserVerified: false }],
    ['user-not-present', { isUserPresent: false }],
    ['origin-mismatch', { origin: 'https://id.example.elsewhere' }],
    ['rp-id-mismatch', { rpId: 'elsewhere.example' }],
    ['embedded-elsewhere', { crossOrigin: true }],
    ['signature-wrong', { signature: Buffer.from('30060201010201ff', 'hex') }],
    ['user-handle-mismatch', { userHandle: 'c29tZWJvZHkgZWxzZQ' }],
    ['user-handle-mismatch', { userHandle: null }],
    ['backup-changed', { isBackupEligible: true }],
  ]
  it.each(conducts)('as %s, and nothing is counted', async (reason, how) => {
    const { device, passkey } = await fixture.registered()
    expect(await refusalOf(signInBy(fixture.deps, device, how))).toBe(reason)
    const [event] = await fixture.audit.listRecent({})
    expect(event).toMatchObject({ outcome: 'refused', reason })
    expect(await fixture.passkeys.find(passkey.id)).toEqual(passkey)
  })

  it('where it answers another challenge than ours', async () => {
    const { device } = await fixture.registered()
    const { response } = await askDevice(fixture.deps, device)
    const attempt = await askDevice(fixture.deps, device)
    const swapped = finishPasskeySignIn(fixture.deps, { ...attempt, response })
    expect(await refusalOf(swapped)).toBe('challenge-mismatch')
  })

  it('where it is not registered, or its answer is no answer', async () => {
    const { device } = await fixture.registered()
    device.create({ challenge: 'none of ours', rp: {}, user: { id: 'bm9ib2R5' } })
    expect(await refusalOf(signInBy(fixture.deps, device))).toBe('passkey-unknown')
    const attempt = await askDevice(fixture.deps, device)
    const malformed = finishPasskeySignIn(fixture.deps, { ...attempt, response: { id: '!' } })
    expect(await refusalOf(malformed)).toBe('response-malformed')
  })

  it('whose counter went back, and is out of use from then on', async () => {
    const { device, passkey } = await fixture.registered()
    await signInBy(fixture.deps, device)
    await signInBy(fixture.deps, device)
    expect(await refusalOf(signInBy(fixture.deps, device, { signCount: 2 }))).toBe(
      'counter-went-back',
    )
    expect((await fixture.passkeys.find(passkey.id))?.state).toBe('flagged')
    const [event] = await fixture.audit.listRecent({ event: 'passkey.flagged' })
    expect(event?.facts).toEqual({ passkeyId: passkey.id })
    expect(await refusalOf(signInBy(fixture.deps, device))).toBe('passkey-flagged')
  })

  it('whose counter goes back without the right signature, and stays in use', async () => {
    const { device, passkey } = await fixture.registered()
    await signInBy(fixture.deps, device)
    const forged = { signCount: 0, signature: Buffer.from('30060201010201ff', 'hex') }
    expect(await refusalOf(signInBy(fixture.deps, device, forged))).toBe('signature-wrong')
    expect((await fixture.passkeys.find(passkey.id))?.state).toBe('active')
  })

  it('that was revoked, by an operator or by its holder', async () => {
    const [one, other] = [await fixture.registered(), await fixture.registered()]
    const passkeyId = one.passkey.id
    await revokePasskey(fixture, { passkeyId, holderId: null, actor: 'ecard', reason: 'lost' })
    const holderId = other.session.holder.id
    await removePasskey(fixture, { passkeyId: other.passkey.id, holderId })
    for (const { device } of [one, other])
      expect(await refusalOf(signInBy(fixture.deps, device))).toBe('passkey-revoked')
  })

  it('that was revoked between the look at it and its use', async () => {
    const { device, passkey } = await fixture.registered()
    const { passkeys } = fixture
    const ending = { to: 'revoked', by: 'ecard', reason: 'lost', at: fixture.clock.now() } as const
    const deps = {
      ...fixture.deps,
      passkeys: {
        ...passkeys,
        recordUse: async (...use: Parameters<typeof passkeys.recordUse>) => {
          await passkeys.end(passkey.id, ending)
          return passkeys.recordUse(...use)
        },
      },
    }
    expect(await refusalOf(signInBy(deps, device))).toBe('used-meanwhile')
  })

  it('whose holder has left', async () => {
    const { device, session } = await fixture.registered()
    const at = fixture.clock.now()
    await createHolderStore(fixture.db).setState(session.holder.id, 'inactive', at)
    expect(await refusalOf(signInBy(fixture.deps, device))).toBe('holder-inactive')
  })

  it('while every card of its kind is suspended, unless policy lets it stand alone', async () => {
    const { device, session } = await fixture.registered()
    const { cardUuid } = session
    await suspendCard(fixture, { cardUuid, actor: 'ecard', reason: 'missing' })
    await insertCard(fixture.db, { holderId: session.holder.id, kind: 'citizen' })
    expect(await refusalOf(signInBy(fixture.deps, device))).toBe('no-card-in-use')
    const { relyingParty } = fixture.deps
    const policy = { ...relyingParty.policy, mayStandAlone: true }
    const lenient = { ...fixture.deps, relyingParty: { ...relyingParty, policy } }
    expect(await signInBy(lenient, device)).toMatchObject({ method: 'passkey' })
    await insertCard(fixture.db, { holderId: session.holder.id })
    expect(await signInBy(fixture.deps, device)).toMatchObject({ method: 'passkey' })
  })

  it('that is synced, from the day on that policy no longer takes such', async () => {
    const synced = { isBackupEligible: true }
    const { device } = await fixture.registered(synced)
    expect(await signInBy(fixture.deps, device, synced)).toMatchObject({ method: 'passkey' })
    const { relyingParty } = fixture.deps
    const policy = { ...relyingParty.policy, mayBeSynced: false }
    const strict = { ...fixture.deps, relyingParty: { ...relyingParty, policy } }
    expect(await refusalOf(signInBy(strict, device, synced))).toBe('synced-not-allowed')
  })
})

describe('a challenge', () => {
  it('is good once, for its own browser and its own sign-in, for five minutes', async () => {
    const { device } = await fixture.registered()
    const finish = (attempt: PasskeyAttempt) => finishPasskeySignIn(fixture.deps, attempt)
    const attempt = await askDevice(fixture.deps, device)
    expect(await refusalOf(finish({ ...attempt, browserSecret: 'of another browser' }))).toBe(
      'challenge-other-browser',
    )
    expect(await finish(attempt)).toMatchObject({ method: 'passkey' })
    expect(await refusalOf(finish(attempt))).toBe('challenge-used')

    const second = await askDevice(fixture.deps, device)
    expect(await refusalOf(finish({ ...second, interactionId: 'another tab' }))).toBe(
      'challenge-other-browser',
    )
    const third = await askDevice(fixture.deps, device)
    fixture.clock.advance(300)
    expect(await refusalOf(finish(third))).toBe('challenge-expired')
    const unknown = { ...third, challengeId: '6f1c2f4e-8f0a-4a55-9d0e-1b2c3d4e5f60' }
    expect(await refusalOf(finish(unknown))).toBe('challenge-unknown')
  })

  it('signs in one of many who hand the same answer in at once', async () => {
    const { device } = await fixture.registered()
    const attempt = await askDevice(fixture.deps, device)
    const all = await Promise.allSettled(
      Array.from({ length: 8 }, () => finishPasskeySignIn(fixture.deps, attempt)),
    )
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })
})
