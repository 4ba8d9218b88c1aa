import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRemoteJWKSet } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import { silentLog } from '../../../src/log.ts'
import type { Client } from '../../../src/oidc/client-store.ts'
import { systemRandom } from '../../../src/random.ts'
import { freeAddress } from '../../../test/support/free-address.ts'
import { createSmallBrowser, type SmallBrowser } from '../../../test/support/small-browser.ts'
import { openTestIssuer, type TestIssuer } from '../../../test/support/test-issuer.ts'
import type { Address } from '../addresses.ts'
import { applications, type ApplicationId } from '../applications.ts'
import { seedClients } from '../seed/seed-clients.ts'
import { openRelyingParty, type RelyingParty } from './relying-party.ts'

const tap = { acr: 'urn:ecard:loa:low', amr: ['hwk'] }
const tapAndPin = { acr: 'urn:ecard:loa:high', amr: ['sc', 'pin', 'hwk', 'mfa'] }
const folder = mkdtempSync(join(tmpdir(), 'ecard-applications-'))

let issuer: TestIssuer
let documents: RelyingParty
let directives: RelyingParty
let browser: SmallBrowser

beforeAll(async () => {
  const issuerAddress = await freeAddress()
  const own = await addressPerApplication()
  const { clients, keys } = await register(own)
  issuer = await openTestIssuer(issuerAddress, {
    clients,
    claims: {
      name: 'Nguyễn Văn Mẫu',
      agencies: [{ name: 'Văn phòng', code: 'MH-VP', position: 'Chuyên viên', path: [] }],
    },
  })
  const open = (id: ApplicationId) => openApplication(id, { issuer, own, key: keys[id] })
  documents = await open('van-ban')
  directives = await open('chi-dao')
})

afterAll(async () => {
  await Promise.all([documents.close(), directives.close(), issuer.close()])
  rmSync(folder, { recursive: true })
})

beforeEach(() => {
  browser = createSmallBrowser()
  issuer.signIn = tap
})

describe('a shared application', () => {
  it('shows a stranger the door, what it takes, and nothing of its screen', async () => {
    const { html } = await browser.get(documents.origin)
    expect(html).toContain('Đăng nhập bằng thẻ điện tử')
    expect(html).toContain('Thẻ điện tử công chức')
    expect(html).not.toContain('Văn bản đến')
  })

  it('shows who is signed in, from where, at which level and how', async () => {
    const { url, html } = await browser.get(`${documents.origin}/sign-in`)
    expect(url).toBe(`${documents.origin}/`)
    for (const shown of ['Nguyễn Văn Mẫu', 'Chuyên viên, Văn phòng', tap.acr, 'Văn bản đến']) {
      expect(html).toContain(shown)
    }
  })

  it('keeps its session apart from the other applications on the same host', async () => {
    await browser.get(`${documents.origin}/sign-in`)
    const { html } = await browser.get(directives.origin)
    expect(html).toContain('Đăng nhập bằng thẻ điện tử')
  })

  it('does not let a tap in where it needs tap and PIN, even if the service did', async () => {
    const refused = await browser.get(`${directives.origin}/sign-in`)
    expect(refused.html).toContain('Chưa đăng nhập được')
    issuer.signIn = tapAndPin
    const fresh = createSmallBrowser()
    const { html } = await fresh.get(`${directives.origin}/sign-in`)
    expect(html).toContain('Chạm thẻ và mã PIN')
    expect(html).toContain('Ý kiến chỉ đạo đang theo dõi')
  })

  it('says so when the visitor cancelled', async () => {
    issuer.signIn = null
    const { html } = await browser.get(`${documents.origin}/sign-in`)
    expect(html).toContain('Bạn đã hủy đăng nhập')
  })

  it('takes no answer that belongs to no sign-in of this browser', async () => {
    const { html } = await browser.get(`${documents.origin}/signed-in?code=stolen&state=guessed`)
    expect(html).toContain('Chưa đăng nhập được')
  })

  it('signs out at the service, which tells the other application by back-channel', async () => {
    issuer.signIn = tapAndPin
    const desk = await browser.get(`${documents.origin}/sign-in`)
    const other = await browser.get(`${directives.origin}/sign-in`)
    expect(other.html).toContain('Ý kiến chỉ đạo đang theo dõi')
    const ended = nextValue(await browser.fetch(other, '/events'))

    const confirm = await browser.submit(desk, '/sign-out')
    const back = await browser.submit(confirm, '/session/end/confirm')

    expect(back.url.startsWith(`${documents.origin}/`)).toBe(true)
    expect(back.html).toContain('Đăng nhập bằng thẻ điện tử')
    expect(await ended).toEqual([{ signedIn: true }, { signedIn: false }])
    const { html } = await browser.get(directives.origin)
    expect(html).toContain('Phiên đăng nhập của bạn đã kết thúc')
  })

  it('refuses a logout token that the service did not sign', async () => {
    const body = new URLSearchParams({ logout_token: 'a.b.c' })
    const answer = await fetch(`${documents.origin}/backchannel-logout`, { method: 'POST', body })
    expect(answer.status).toBe(400)
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })
})

type Addresses = Readonly<Record<ApplicationId, Address>>

async function addressPerApplication(): Promise<Addresses> {
  const pairs: [ApplicationId, Address][] = []
  for (const { id } of applications) pairs.push([id, await freeAddress()])
  return Object.fromEntries(pairs) as Addresses
}

/** Registers the five as the demo does, with a registry that merely remembers. */
async function register(own: Addresses) {
  const registered: Client[] = []
  const none = { port: 0, origin: '' }
  const clients = { upsert: (client: Client) => Promise.resolve(void registered.push(client)) }
  const agency = {
    id: 'a',
    code: 'MH-VP',
    name: 'Văn phòng',
    kind: 'office',
    parentId: null,
  } as const
  const agencies = { findByCode: () => Promise.resolve(agency) }
  const addresses = { issuer: none, portal: none, reader: none, applications: own }
  const keys = await seedClients({ clients, agencies }, { addresses, keyFolder: folder })
  const metadata = registered.map(({ clientId, metadata }) => ({
    client_id: clientId,
    ...metadata,
  }))
  return { clients: metadata, keys }
}

function openApplication(
  id: ApplicationId,
  options: { issuer: TestIssuer; own: Addresses; key: { key: CryptoKey; kid: string } },
): Promise<RelyingParty> {
  const application = applications.find((candidate) => candidate.id === id)
  if (application === undefined) throw new Error(`no application ${id}`)
  const address = options.own[id]
  return openRelyingParty({
    ...{ application, address, origin: address.origin, issuer: options.issuer.origin },
    ...{ portal: 'http://localhost:1', clientKey: options.key, clock: systemClock },
    ...{ random: systemRandom, log: silentLog, onChange: () => undefined },
    issuerKeys: createRemoteJWKSet(new URL(`${options.issuer.origin}/jwks`)),
  })
}

/** The first two messages of an event stream. */
async function nextValue({ body }: Response): Promise<unknown[]> {
  let text = ''
  const parts = body as AsyncIterable<Uint8Array> | null
  for await (const part of parts ?? []) {
    text += Buffer.from(part).toString('utf8')
    const values = [...text.matchAll(/^data: (.*)\n\n/gm)].map(([, json = '']): unknown =>
      JSON.parse(json),
    )
    if (values.length === 2) return values
  }
  throw new Error('the stream ended')
}
