import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createPasskeyFixture,
  passkeyOrigin,
  refusalOf,
  type HolderSession,
  type PasskeyFixture,
} from '../../test/support/passkey-fixture.ts'
import { createSoftAuthenticator, type Conduct } from '../../test/support/soft-authenticator.ts'
import { removePasskey, renamePasskey } from './end-passkey.ts'
import type { PasskeyRefusalReason } from './refusal.ts'
import { beginPasskeyRegistration, finishPasskeyRegistration } from './register-passkey.ts'
import type { SessionSignIn } from './registration-proof.ts'
import type { PasskeyPolicy } from './relying-party.ts'

let fixture: PasskeyFixture

beforeAll(async () => {
  fixture = await createPasskeyFixture()
})
afterAll(async () => {
  await fixture.close()
})

describe('registering a passkey', () => {
  it('keeps what the device is and says, and what vouched for it', async () => {
    const { session, passkey } = await fixture.registered({ isBackupEligible: true })
    expect(await fixture.passkeys.find(passkey.id)).toEqual(passkey)
    expect(passkey).toMatchObject({
      holderId: session.holder.id,
      cardKind: 'civil-servant',
      transports: ['internal'],
      backupEligible: true,
      backupState: true,
      attestationVerdict: 'none',
      name: 'Điện thoại',
      state: 'active',
    })
    const [event] = await fixture.audit.listRecent({ event: 'passkey.registered' })
    expect(event).toMatchObject({ cardUuid: session.cardUuid, facts: { passkeyId: passkey.id } })
  })

  it('asks for a discoverable key with user verification, on a device without one yet', async () => {
    const { session, passkey } = await fixture.registered()
    const { options } = await beginPasskeyRegistration(fixture.deps, session)
    expect(options.authenticatorSelection).toMatchObject({
      residentKey: 'required',
      userVerification: 'required',
    })
    expect(options.attestation).toBe('none')
    expect(options.excludeCredentials?.map(({ id }) => id)).toEqual([
      passkey.credentialId.toString('base64url'),
    ])
    expect(options.user.id).toBe(passkey.userHandle.toString('base64url'))
    expect(JSON.stringify(options)).not.toContain(session.holder.id)
  })

  const signIns: [PasskeyRefusalReason, Partial<SessionSignIn>][] = [
    ['proof-missing', { level: 'low' }],
    ['proof-missing', { method: 'passkey', level: 'substantial', cardUuid: null }],
    ['proof-too-old', { at: 0 }],
  ]
  it.each(signIns)('is refused as %s after the sign-in %j', async (reason, how) => {
    const session = await fixture.signedIn()
    const signIn = { ...session.signIn, ...how }
    const begun = beginPasskeyRegistration(fixture.deps, { ...session, signIn })
    expect(await refusalOf(begun)).toBe(reason)
    const [event] = await fixture.audit.listRecent({ event: 'passkey.refused' })
    expect(event).toMatchObject({ reason, holderId: session.holder.id })
  })

  const conducts: [PasskeyRefusalReason, Conduct, Partial<PasskeyPolicy>][] = [
    ['user-verification-missing', { isUserVerified: false }, {}],
    ['origin-mismatch', { origin: 'https://elsewhere.example' }, {}],
    ['rp-id-mismatch', { rpId: 'elsewhere.example' }, {}],
    ['synced-not-allowed', { isBackupEligible: true }, { mayBeSynced: false }],
    ['attestation-untrusted', {}, { attestation: 'trusted' }],
    ['algorithm-not-allowed', { algorithm: -9 }, {}],
  ]
  it.each(conducts)('is refused as %s', async (reason, how, policy) => {
    const session = await fixture.signedIn()
    expect(await refusalOf(register(session, how, policy))).toBe(reason)
    expect(await fixture.passkeys.listOf(session.holder.id)).toEqual([])
  })

  it('takes each answer once, in the session that asked', async () => {
    const session = await fixture.signedIn()
    const device = createSoftAuthenticator({ origin: passkeyOrigin })
    const { challengeId, options } = await beginPasskeyRegistration(fixture.deps, session)
    const attempt = { challengeId, name: 'Một', response: device.create(options) }
    const other = { ...session, sessionUid: 'of another browser' }
    const finish = (within: HolderSession) =>
      finishPasskeyRegistration(fixture.deps, within, attempt)
    expect(await refusalOf(finish(other))).toBe('challenge-other-browser')
    await finish(session)
    expect(await refusalOf(finish(session))).toBe('challenge-used')
  })

  it('refuses a key that somebody has registered already', async () => {
    const [first, second] = [await fixture.signedIn(), await fixture.signedIn()]
    const device = createSoftAuthenticator({ origin: passkeyOrigin })
    const begun = await beginPasskeyRegistration(fixture.deps, first)
    const made = device.create(begun.options)
    const attempt = { name: 'Một', response: made }
    await finishPasskeyRegistration(fixture.deps, first, { ...attempt, ...begun })
    const again = await beginPasskeyRegistration(fixture.deps, second)
    const clientData = { type: 'webauthn.create', challenge: again.options.challenge }
    const clientDataJSON = Buffer.from(
      JSON.stringify({ ...clientData, origin: passkeyOrigin }),
    ).toString('base64url')
    const response = { ...made, response: { ...made.response, clientDataJSON } }
    const copied = finishPasskeyRegistration(fixture.deps, second, {
      name: 'Hai',
      ...again,
      response,
    })
    expect(await refusalOf(copied)).toBe('already-registered')
  })

  it('stops at ten a holder, and counts those that were removed no more', async () => {
    const session = await fixture.signedIn()
    const made = []
    for (let count = 0; count < 10; count++) made.push(await fixture.registered({ session }))
    expect(await refusalOf(register(session))).toBe('too-many')
    const holderId = session.holder.id
    const passkeyId = made[0]?.passkey.id ?? ''
    await renamePasskey(fixture, { passkeyId, holderId, name: 'Máy cũ' })
    const removed = await removePasskey(fixture, { passkeyId, holderId })
    expect(removed).toMatchObject({ name: 'Máy cũ', state: 'revoked' })
    expect(await register(session)).toMatchObject({ state: 'active' })
  })

  it('lets nobody rename or remove what is another holder’s', async () => {
    const [{ passkey }, { session }] = [await fixture.registered(), await fixture.registered()]
    const asked = { passkeyId: passkey.id, holderId: session.holder.id }
    await expect(removePasskey(fixture, asked)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(renamePasskey(fixture, { ...asked, name: 'Hai' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })
})

async function register(
  session: HolderSession,
  how: Conduct = {},
  changed: Partial<PasskeyPolicy> = {},
) {
  const { relyingParty } = fixture.deps
  const policy = { ...relyingParty.policy, ...changed }
  const deps = { ...fixture.deps, relyingParty: { ...relyingParty, policy } }
  const device = createSoftAuthenticator({ origin: passkeyOrigin })
  const { challengeId, options } = await beginPasskeyRegistration(deps, session)
  const attempt = { challengeId, name: 'Một', response: device.create(options, how) }
  return finishPasskeyRegistration(deps, session, attempt)
}
