import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertAgency } from '../../test/support/registry.ts'
import { startRelyingParty, type RelyingParty } from '../../test/support/relying-party.ts'
import {
  createSignInFixture,
  said,
  type SignInFixture,
} from '../../test/support/sign-in-fixture.ts'
import { TestBrowser } from '../../test/support/test-browser.ts'
import { openTestStore } from '../../test/support/test-stores.ts'
import { createAuditStore } from '../audit/audit-store.ts'
import { systemClock, type Clock } from '../clock.ts'
import { systemRandom } from '../random.ts'
import { changeClientPolicy, setClientState } from './change-client.ts'
import type { ClientRefused } from './client-refused.ts'
import type { ClientWish } from './client-wish.ts'
import { isSecretOf } from './clients.ts'
import { registerClient } from './register-client.ts'
import { rotateClientSecret } from './rotate-client-secret.ts'

let fixture: SignInFixture
const parties: RelyingParty[] = []
beforeAll(async () => {
  fixture = await createSignInFixture(await openTestStore('memory'))
})
afterAll(async () => {
  await Promise.all(parties.map((party) => party.close()))
  await fixture.close()
})

const deps = (clock: Clock = systemClock) => ({
  ...{ db: fixture.registry.db, clock, random: systemRandom },
})
const by = { actor: 'ecard' }

function wish(given: Partial<ClientWish> = {}): ClientWish {
  return {
    clientId: `app-${systemRandom.bytes(4).toString('hex')}`,
    name: { vi: 'Đăng ký, xếp lịch họp', en: 'Meetings' },
    agencyId: null,
    redirectUris: ['https://meetings.example/callback'],
    postLogoutRedirectUris: [],
    backchannelLogoutUri: 'https://meetings.example/logout',
    auth: 'client_secret_basic',
    ...{ jwks: null, jwksUri: null, scopes: ['profile'], offlineAccess: false },
    policy: {
      ...{ leastLevel: 'low', cardKinds: ['civil-servant'] },
      ...{ agencyIds: null, cardCompulsoryFrom: null },
    },
    ...given,
  }
}

describe('registering an application', () => {
  const publicKey = { kty: 'EC', crv: 'P-256', x: 'x'.repeat(43), y: 'y'.repeat(43) }
  const byKey = { auth: 'private_key_jwt' } as const
  it.each<[string, string, string, Partial<ClientWish>]>([
    ['a name with spaces', 'id', 'id-malformed', { clientId: 'Lịch họp' }],
    ['no name', 'nameVi', 'missing', { name: { vi: ' ', en: 'Meetings' } }],
    ['no English name', 'nameEn', 'missing', { name: { vi: 'Lịch họp', en: '' } }],
    ['no address', 'redirectUris', 'missing', { redirectUris: [] }],
    ['half an address', 'redirectUris', 'address-unreadable', { redirectUris: ['/callback'] }],
    [
      'an address with a password',
      'redirectUris',
      'address-unreadable',
      { redirectUris: ['https://a:b@meetings.example/'] },
    ],
    [
      'plain HTTP',
      'redirectUris',
      'address-not-https',
      { redirectUris: ['http://meetings.example/callback'] },
    ],
    [
      'a scheme of its own',
      'postLogoutRedirectUris',
      'address-not-https',
      { postLogoutRedirectUris: ['meetings://here'] },
    ],
    [
      'a fragment',
      'redirectUris',
      'address-has-fragment',
      { redirectUris: ['https://meetings.example/#callback'] },
    ],
    [
      'an address twice',
      'redirectUris',
      'address-twice',
      { redirectUris: ['https://m.example/c', 'https://m.example/c'] },
    ],
    [
      'notices over plain HTTP',
      'backchannelLogoutUri',
      'address-not-https',
      { backchannelLogoutUri: 'http://10.0.0.5/logout' },
    ],
    ['no keys', 'jwks', 'keys-missing', byKey],
    [
      'keys in two places',
      'jwks',
      'keys-missing',
      { ...byKey, jwks: { keys: [publicKey] }, jwksUri: 'https://m.example/jwks' },
    ],
    ['no key set', 'jwks', 'keys-unreadable', { ...byKey, jwks: { keys: [] } }],
    ['a shared key', 'jwks', 'keys-unreadable', { ...byKey, jwks: { keys: [{ kty: 'oct' }] } }],
    [
      'private keys',
      'jwks',
      'keys-private',
      { ...byKey, jwks: { keys: [{ ...publicKey, d: 'd'.repeat(43) }] } },
    ],
    ['keys beside a secret', 'jwksUri', 'keys-unwanted', { jwksUri: 'https://m.example/jwks' }],
    ['an unknown scope', 'scopes', 'scope-unknown', { scopes: ['profile', 'salary'] }],
    ['no card kind', 'cardKinds', 'missing', { policy: { ...wish().policy, cardKinds: [] } }],
    [
      'a key that the provider cannot read',
      'metadata',
      'provider-refused',
      { ...byKey, jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'only' }] } },
    ],
  ])('refuses %s', async (_what, field, reason, given) => {
    const wanted = wish(given)
    const refusal = await refusalOf(registerClient(deps(), wanted, by))
    expect(refusal.faults).toEqual([expect.objectContaining({ field, reason })])
    expect(await fixture.registry.clients.find(wanted.clientId)).toBeNull()
  })

  it('says what the provider has against it', async () => {
    const jwks = { keys: [{ kty: 'EC', crv: 'P-256', x: 'only' }] }
    const { faults } = await refusalOf(registerClient(deps(), wish({ ...byKey, jwks }), by))
    expect(faults[0]?.given).toBe('client JSON Web Key Set is invalid')
  })

  it('names every field that is wrong at once, and never a key', async () => {
    const wanted = wish({ clientId: 'X', redirectUris: [], scopes: ['salary'] })
    const { faults, facts } = await refusalOf(registerClient(deps(), wanted, by))
    expect(faults.map(({ field }) => field)).toEqual(['id', 'redirectUris', 'scopes'])
    expect(facts).toEqual({ field: 'id', reason: 'id-malformed' })
  })

  it('takes an id once, also of two who ask at the same moment', async () => {
    const wanted = wish()
    const both = [registerClient(deps(), wanted, by), registerClient(deps(), wanted, by)]
    const outcomes = await Promise.allSettled(both)
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const refusal = await refusalOf(registerClient(deps(), wanted, by))
    expect(refusal.faults).toMatchObject([{ field: 'id', reason: 'id-taken' }])
  })

  it('gives a secret that the provider takes and the registry does not know', async () => {
    const { client, secret } = await registerClient(deps(), wish(), by)
    expect(secret).toMatch(/^[\w-]{43}$/)
    const { rows } = await fixture.registry.db.query<{ row: string }>(
      'select clients::text as row from clients where client_id = $1',
      [client.clientId],
    )
    expect(rows[0]?.row).not.toContain(secret)
    expect(await authenticate(client.clientId, secret ?? '')).toBe('invalid_grant')
    expect(await authenticate(client.clientId, 'another')).toBe('invalid_client')
    const events = await eventsOf(client.clientId)
    expect(events).toMatchObject([{ event: 'client.registered', actor: 'ecard' }])
    expect(JSON.stringify(events)).not.toContain(secret)
  })

  it.each(['private_key_jwt', 'none'] as const)(
    'lets people sign in at once to an application with %s',
    async (auth) => {
      const party = await startRelyingParty({ clientId: `real-${auth}`.replaceAll('_', '-'), auth })
      parties.push(party)
      const { metadata, origin } = party
      const wanted = wish({
        ...{ clientId: party.clientId, auth, jwks: metadata['jwks'] ?? null },
        redirectUris: [`${origin}/callback`],
        backchannelLogoutUri: `${origin}/backchannel-logout`,
        scopes: ['profile', 'agency', 'organisation', 'card'],
      })
      expect((await registerClient(deps(), wanted, by)).secret).toBeNull()
      await party.connect(fixture.service.issuer)
      const card = await fixture.registry.addCard()
      const done = await fixture.tap(new TestBrowser(), party, card)
      expect(said(done)).toMatchObject({ signedIn: { sub: card.holderId } })
    },
  )
})

describe('changing an application', () => {
  const request = (clientId: string) => ({ clientId, actor: 'ecard', reason: 'thử' })

  it('rotates its secret, and the old one counts for as long as was said', async () => {
    const { client, secret } = await registerClient(deps(), wish(), by)
    const { clientId } = client
    const rotation = { ...request(clientId), graceHours: 2 }
    const rotated = await rotateClientSecret(deps(), rotation)
    expect(rotated.secret).not.toBe(secret)
    for (const one of [rotated.secret, secret ?? ''])
      expect(await authenticate(clientId, one)).toBe('invalid_grant')
    const kept = await fixture.registry.clients.find(clientId)
    const { previousUntil } = rotated
    if (kept === null || previousUntil === null) throw new Error('no grace')
    expect(isSecretOf(kept, secret ?? '', previousUntil)).toBe(false)
    expect(previousUntil.getTime() - systemClock.now().getTime()).toBeGreaterThan(7_100_000)
    const again = await rotateClientSecret(deps(), { ...request(clientId), graceHours: 0 })
    expect(again.previousUntil).toBeNull()
    expect(await authenticate(clientId, secret ?? '')).toBe('invalid_client')
    expect(await authenticate(clientId, rotated.secret)).toBe('invalid_client')
    expect(await authenticate(clientId, again.secret)).toBe('invalid_grant')
  })

  it('has no secret to rotate for one that proves itself by key', async () => {
    const keys = { auth: 'private_key_jwt', jwksUri: 'https://m.example/jwks' } as const
    const { client } = await registerClient(deps(), wish(keys), by)
    const rotation = rotateClientSecret(deps(), { ...request(client.clientId), graceHours: 1 })
    expect((await refusalOf(rotation)).faults).toMatchObject([{ reason: 'has-no-secret' }])
    expect(await eventsOf(client.clientId)).toHaveLength(1)
  })

  it('changes what is named of its policy and leaves the rest', async () => {
    const { client } = await registerClient(deps(), wish(), by)
    const agency = await insertAgency(fixture.registry.db, {
      parentId: fixture.registry.agency.province.id,
    })
    const policy = { leastLevel: 'high', agencyIds: [agency.id] } as const
    const changed = await changeClientPolicy(deps(), { ...request(client.clientId), policy })
    expect(changed.policy).toEqual({ ...client.policy, ...policy })
    expect(await fixture.registry.clients.find(client.clientId)).toEqual(changed)
    expect((await eventsOf(client.clientId))[0]).toMatchObject({
      event: 'client.policy-changed',
      facts: { leastLevel: 'high', cardKinds: 'civil-servant', agencies: agency.id },
    })
  })

  it('refuses everything to a disabled one, also for sessions that are open, until it is enabled', async () => {
    const party = await fixture.application()
    const card = await fixture.registry.addCard()
    const browser = new TestBrowser()
    await fixture.tap(browser, party, card)
    const accessToken = party.sessions[0]?.accessToken ?? ''
    const { clientId } = party
    await setClientState(deps(), { ...request(clientId), state: 'disabled' })
    expect(said(await browser.visit(await party.authorizationUrl()))).toEqual({
      page: 'error',
      error: 'invalid_client',
    })
    expect(await userInfoStatus(accessToken)).toBe(401)
    await setClientState(deps(), { ...request(clientId), state: 'active' })
    expect(said(await browser.visit(await party.authorizationUrl()))).toHaveProperty('signedIn')
    const events = (await eventsOf(clientId)).map(({ event }) => event)
    expect(events).toEqual(['client.enabled', 'client.disabled'])
  })

  it('cannot change one that is not there', async () => {
    const state = 'disabled'
    await expect(setClientState(deps(), { ...request('nobody'), state })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })
})

/** `invalid_grant`: the provider believes the client and looks at the code. */
async function authenticate(clientId: string, secret: string): Promise<string> {
  const answer = await fetch(`${fixture.service.issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${clientId}:${secret}`)}` },
    body: new URLSearchParams({
      ...{ grant_type: 'authorization_code', code: 'none', code_verifier: 'v'.repeat(43) },
      redirect_uri: 'https://meetings.example/callback',
    }),
  })
  return ((await answer.json()) as { error: string }).error
}

async function userInfoStatus(accessToken: string): Promise<number> {
  const headers = { authorization: `Bearer ${accessToken}` }
  return (await fetch(`${fixture.service.issuer}/userinfo`, { headers })).status
}

function eventsOf(clientId: string) {
  return createAuditStore(fixture.registry.db).listRecent({ clientId })
}

async function refusalOf(attempt: Promise<unknown>): Promise<ClientRefused> {
  const outcome = await attempt.then(
    () => null,
    (error: unknown) => error,
  )
  expect(outcome).toMatchObject({ code: 'CLIENT_REFUSED' })
  return outcome as ClientRefused
}
