import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPassSecret } from '../../test/support/pass-fixture.ts'
import { insertPerson } from '../../test/support/registry.ts'
import type { RelyingParty } from '../../test/support/relying-party.ts'
import {
  createSignInFixture,
  said,
  type SignInFixture,
} from '../../test/support/sign-in-fixture.ts'
import { TestBrowser, type Page } from '../../test/support/test-browser.ts'
import { openTestStore } from '../../test/support/test-stores.ts'
import { systemClock } from '../clock.ts'
import type { ExpiringStore } from '../db/expiring-store.ts'
import { issuePass } from '../passes/issue-pass.ts'
import type { PassRequest } from '../passes/plan-pass.ts'
import type { Pass } from '../passes/pass.ts'
import { withdrawPass } from '../passes/withdraw-pass.ts'
import { systemRandom } from '../random.ts'
import { endSessions } from './end-sessions.ts'

let people = 0

describe('a session that a temporary pass opened', () => {
  let store: ExpiringStore
  let fixture: SignInFixture
  let deps: Parameters<typeof issuePass>[0]

  beforeAll(async () => {
    store = await openTestStore('memory')
    fixture = await createSignInFixture(store)
    const { db } = fixture.registry
    deps = { db, clock: systemClock, random: systemRandom, secret: await openPassSecret() }
  })
  afterAll(async () => {
    await fixture.close()
    await store.close()
  })

  async function issue(wish: Partial<PassRequest> = {}): Promise<Pass> {
    const nationalNumber = `0000860${String(++people).padStart(5, '0')}`
    const { id: holderId } = await insertPerson(deps.db, { nationalNumber })
    const { pass } = await issuePass(deps, {
      ...{ holderId, cardKind: 'civil-servant', validFrom: null, lastsSeconds: 3600, uses: 2 },
      ...{ clientIds: null, mayRegisterPasskey: false, actor: 'ecard', reason: 'quên thẻ' },
      ...wish,
    })
    return pass
  }

  async function signIn(browser: TestBrowser, party: RelyingParty, pass: Pass): Promise<Page> {
    const { id: passId, holderId, cardKind, clientIds, mayRegisterPasskey } = pass
    const page = await browser.visit(await party.authorizationUrl())
    return fixture.service.signIn(browser, page, {
      ...{ holderId, holderName: 'Nguyễn Văn Mẫu', method: 'pass', level: 'low', amr: ['otp'] },
      ...{ cardUuid: null, cardKind, keySlot: null, terminalId: null, passkeyId: null },
      ...{ pass: { passId, clientIds, mayRegisterPasskey }, at: systemClock.now() },
    })
  }

  async function isSignedOut(browser: TestBrowser, party: RelyingParty): Promise<boolean> {
    const page = await browser.visit(await party.authorizationUrl({ prompt: 'none' }))
    return said(page)['refused'] === 'login_required'
  }

  it('says so to the application, and opens the next one without another use', async () => {
    const [first, second] = [await fixture.application(), await fixture.application()]
    const browser = new TestBrowser()
    const pass = await issue()
    await signIn(browser, first, pass)
    await browser.visit(await second.authorizationUrl())
    for (const party of [first, second]) {
      const claims = { acr: 'urn:ecard:loa:low', amr: ['otp'], card_kind: 'civil-servant' }
      expect(party.sessions[0]).toMatchObject({ sub: pass.holderId, claims })
    }
  })

  it('opens only the applications that the pass is for', async () => {
    const [chosen, other] = [await fixture.application(), await fixture.application()]
    const browser = new TestBrowser()
    await signIn(browser, chosen, await issue({ clientIds: [chosen.clientId] }))
    expect(chosen.sessions).toHaveLength(1)
    const page = await browser.visit(await other.authorizationUrl())
    expect(said(page)).toMatchObject({ reason: 'application' })
    expect(other.sessions).toHaveLength(0)
  })

  it('does not do where the application asks for more', async () => {
    const app = await fixture.application()
    const strict = await fixture.application({}, { policy: { leastLevel: 'substantial' } })
    const browser = new TestBrowser()
    await signIn(browser, app, await issue())
    const page = await browser.visit(await strict.authorizationUrl())
    expect(said(page)).toMatchObject({ reason: 'level', methods: ['card', 'passkey'] })
  })

  it('ends everywhere when the pass is withdrawn, also when it was used up', async () => {
    const app = await fixture.application()
    const browser = new TestBrowser()
    const pass = await issue()
    await signIn(browser, app, pass)
    expect(await isSignedOut(browser, app)).toBe(false)
    await withdrawPass(deps, { passId: pass.id, actor: 'ecard', reason: 'đã tìm thấy thẻ' })
    // From the commit on, whether or not anybody has heard of it yet.
    expect(await isSignedOut(browser, app)).toBe(true)
    const receipts = await endSessions(fixture.service.provider.parts, {
      ...{ kind: 'pass', id: pass.id },
    })
    expect(receipts.map(({ clientId }) => clientId)).toEqual([app.clientId])
    expect(app.sessions).toEqual([])
  })

  it('ends when the holder leaves', async () => {
    const app = await fixture.application()
    const browser = new TestBrowser()
    const pass = await issue()
    await signIn(browser, app, pass)
    await fixture.registry.holders.setState(pass.holderId, 'inactive', systemClock.now())
    expect(await isSignedOut(browser, app)).toBe(true)
  })

  it('lasts no longer than the officer said', async () => {
    const app = await fixture.application()
    const browser = new TestBrowser()
    const validFrom = new Date(systemClock.now().getTime() - 3_600_000)
    const pass = await issue({ validFrom, lastsSeconds: 3600 })
    expect(said(await signIn(browser, app, pass))).toEqual({ refused: 'access_denied' })
    expect(await isSignedOut(browser, app)).toBe(true)
  })
})
