import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { compose, type Service } from '../../src/compose.ts'
import { readConfig } from '../../src/config.ts'
import { silentLog } from '../../src/log.ts'
import { issuePass, type IssuedPass } from '../../src/passes/issue-pass.ts'
import type { PassRequest } from '../../src/passes/plan-pass.ts'
import { inGroups, newPassCode } from '../../src/passes/pass-code.ts'
import { systemRandom } from '../../src/random.ts'
import { launchChromium } from '../../src/web/test-support/chromium.ts'
import { insertPerson } from '../support/registry.ts'
import { startRelyingParty, type RelyingParty } from '../support/relying-party.ts'
import { freePort } from '../support/servers.ts'
import { createTestDatabase } from '../support/test-database.ts'

const number = '000085000101'
let folder: string
let database: Awaited<ReturnType<typeof createTestDatabase>>
let service: Service
let issuer: string
let documents: RelyingParty
let browser: Browser
let page: Page

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ecard-pass-'))
  database = await createTestDatabase()
  const port = await freePort()
  issuer = `http://localhost:${port}`
  const environment = {
    ...{ ECARD_ISSUER: issuer, ECARD_PORT: String(port), ECARD_DATA_DIR: folder },
    DATABASE_URL: database.url,
  }
  const { config, secrets } = readConfig(environment)
  service = await compose(config, secrets, { log: silentLog })
  await insertPerson(service.parts.db, { nationalNumber: number })
  documents = await startRelyingParty({ clientId: 'documents' })
  await service.parts.clients.upsert({
    clientId: documents.clientId,
    name: { vi: 'Quản lý văn bản và điều hành', en: 'Documents and operations' },
    ...{ agencyId: null, state: 'active', metadata: documents.metadata, secretHash: null },
    policy: {
      ...{ leastLevel: 'low', cardKinds: ['civil-servant'], agencyIds: null },
      cardCompulsoryFrom: null,
    },
  })
  await service.listen()
  await documents.connect(issuer)
  browser = await launchChromium()
})
afterAll(async () => {
  await browser.close()
  await documents.close()
  await service.close()
  await database.drop()
  await rm(folder, { recursive: true })
})
beforeEach(async () => {
  // Whoever has no script signs in as well.
  const context = await browser.newContext({ javaScriptEnabled: false })
  page = await context.newPage()
})

async function issue(wish: Partial<PassRequest> = {}): Promise<IssuedPass> {
  const holder = await service.parts.holders.findByNationalNumber(number)
  return issuePass(
    { ...service.parts, ...service.parts.passes },
    {
      ...{ holderId: holder?.id ?? '', cardKind: 'civil-servant', validFrom: null, uses: 1 },
      ...{ lastsSeconds: 3600, clientIds: null, mayRegisterPasskey: false },
      ...{ actor: 'ecard', reason: 'quên thẻ', ...wish },
    },
  )
}

async function enter(code: string): Promise<void> {
  await page.locator('input[name=number]').fill(number)
  await page.locator('input[name=code]').fill(code)
  await page.locator('.pass-form button').click()
}

describe('a temporary pass in a browser', () => {
  it('signs in at the application that asks, after a slip and a wrong code', async () => {
    const { code } = await issue()
    await page.goto((await documents.authorizationUrl()).href)
    await page.locator('a', { hasText: 'Mã tạm thời' }).click()
    await enter(code.replace(/\d$/, (last) => String((Number(last) + 1) % 10)))
    await page.locator('[role=alert]', { hasText: 'Có chữ số gõ nhầm' }).waitFor()
    await enter(newPassCode(systemRandom))
    await page.locator('[role=alert]', { hasText: 'ECARD-1703' }).waitFor()
    const path = join(import.meta.dirname, 'screenshots', 'temporary-pass.png')
    await page.screenshot({ path })
    await enter(inGroups(code))
    await page.waitForURL(`${documents.origin}/callback**`)
    const { claims } = documents.sessions.at(-1) ?? {}
    expect(claims).toMatchObject({ acr: 'urn:ecard:loa:low', amr: ['otp'], name: 'Nguyễn Văn Mẫu' })
  })

  it('leads to the page where its holder registers a passkey, where the officer said so', async () => {
    const plain = await issue()
    await page.goto(`${issuer}/passkeys/pass`)
    await page.locator('a', { hasText: 'Mã tạm thời' }).click()
    await enter(plain.code)
    await page.locator('[role=alert]', { hasText: 'ECARD-1721' }).waitFor()
    await enter((await issue({ mayRegisterPasskey: true, clientIds: ['documents'] })).code)
    await page.waitForURL(`${issuer}/passkeys`)
    expect(await page.locator('#add-passkey').count()).toBe(1)
  })
})

it('guessed enrolment codes are limited by address, and the answer says until when', async () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const body = JSON.stringify({
    ...{ code: 'AAAAA-AAAAA', proof: 'none' },
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  })
  const statuses: number[] = []
  for (let n = 0; n < 12; n++) {
    const headers = { 'Content-Type': 'application/json' }
    const answer = await fetch(`${issuer}/terminal/enrol`, { method: 'POST', headers, body })
    statuses.push(answer.status)
    const { error } = (await answer.json()) as { error: string }
    expect(error).toBe(answer.status === 429 ? 'TOO_MANY_ATTEMPTS' : 'ENROLMENT_REFUSED')
    expect(answer.headers.has('Retry-After')).toBe(answer.status === 429)
  }
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 403), 429, 429])
})
