import { createAuditStore } from '../../src/audit/audit-store.ts'
import { systemClock } from '../../src/clock.ts'
import { createMemoryStore } from '../../src/db/memory-store.ts'
import { openDatabase } from '../../src/db/pool.ts'
import { silentLog } from '../../src/log.ts'
import { createPasskeyStore } from '../../src/passkeys/passkey-store.ts'
import {
  beginPasskeyRegistration,
  finishPasskeyRegistration,
} from '../../src/passkeys/register-passkey.ts'
import { openRelyingParty } from '../../src/passkeys/relying-party.ts'
import { systemRandom } from '../../src/random.ts'
import {
  createSoftAuthenticator,
  type RequestOptions,
  type SoftAuthenticator,
} from '../support/soft-authenticator.ts'
import type { Browser } from './browser.ts'
import type { Desk } from './world.ts'

/** A device for each desk's holder, its passkey registered as the service itself does it. */
export async function registerDevices(
  desks: readonly Desk[],
  { issuer, databaseUrl }: { readonly issuer: string; readonly databaseUrl: string },
): Promise<SoftAuthenticator[]> {
  const db = openDatabase({ url: databaseUrl, log: silentLog, maxConnections: 2 })
  const policy = { attestation: 'none', mayBeSynced: true, mayStandAlone: false } as const
  const settings = { rpId: null, metadataFile: null, policy }
  const relyingParty = await openRelyingParty(settings, { issuer, name: 'Đo tốc độ' })
  if (relyingParty === null) throw new Error(`no passkey can be made for ${issuer}`)
  const store = createMemoryStore({ clock: systemClock })
  const stores = { store, passkeys: createPasskeyStore(db), audit: createAuditStore(db) }
  const deps = { ...stores, relyingParty, clock: systemClock, random: systemRandom }
  const devices: SoftAuthenticator[] = []
  for (const { card } of desks) {
    const device = createSoftAuthenticator({ origin: issuer })
    const at = Math.floor(systemClock.now().getTime() / 1000)
    const session = {
      sessionUid: systemRandom.uuid(),
      holder: { id: card.holderId, displayName: 'Nguyễn Văn Mẫu' },
      signIn: {
        ...({ method: 'card', level: 'high', cardKind: 'civil-servant' } as const),
        ...{ cardUuid: card.cardUuid, at },
      },
    }
    const { challengeId, options } = await beginPasskeyRegistration(deps, session)
    const attempt = { challengeId, name: 'Điện thoại', response: device.create(options) }
    await finishPasskeyRegistration(deps, session, attempt)
    devices.push(device)
  }
  await store.close()
  await db.close()
  return devices
}

/** Our page by passkey: the page itself, a challenge, and what the device answers. */
export async function passPasskeySignIn(
  browser: Browser,
  signInPage: string,
  device: SoftAuthenticator,
): Promise<string> {
  const { origin } = new URL(signInPage)
  const headers = { 'content-type': 'application/json', origin, 'sec-fetch-site': 'same-origin' }
  const page = await browser.get(signInPage)
  if (page.status !== 200) throw new Error(`no sign-in page: ${page.status}`)
  const started = await browser.post(`${signInPage}/passkey/start`, '{}', headers)
  const { challengeId, options } = JSON.parse(started.body) as Started
  const answer = JSON.stringify({ challengeId, response: device.get(options) })
  const finished = await browser.post(`${signInPage}/passkey/finish`, answer, headers)
  const { redirect } = JSON.parse(finished.body) as { redirect?: string }
  if (redirect === undefined) throw new Error(`not signed in: ${finished.body}`)
  return new URL(redirect, signInPage).href
}

interface Started {
  readonly challengeId: string
  readonly options: RequestOptions
}
