import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAuditStore } from '../../src/audit/audit-store.ts'
import { systemClock } from '../../src/clock.ts'
import { openDatabase, type Database } from '../../src/db/pool.ts'
import { silentLog } from '../../src/log.ts'
import { parseCertificate } from '../../src/pki/certificate.ts'
import {
  holdCertificate,
  releaseCertificate,
  revokeAuthority,
  revokeCertificate,
} from '../../src/pki/revocation.ts'
import { launchChromium } from '../../src/web/test-support/chromium.ts'
import { ocspRequest, readOcspResponse } from '../support/ocsp-client.ts'
import { writePem } from '../support/pki-fixture.ts'
import { timeToTellRevocation } from '../support/revocation-race.ts'
import { freePort } from '../support/servers.ts'
import {
  startServiceNodes,
  type CardCertificate,
  type ServiceNodes,
} from '../support/service-nodes.ts'
import { createTestDatabase } from '../support/test-database.ts'
import { testRedisUrl } from '../support/test-redis.ts'

const screenshots = join(import.meta.dirname, 'screenshots')
const by = { actor: 'test', role: 'administrator' } as const

let folder: string
let database: { url: string; drop(): Promise<void> }
let db: Database
let service: ServiceNodes
let plain: string
let issuerDer: Buffer
const unused: CardCertificate[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ecard-ocsp-nodes-'))
  database = await createTestDatabase()
  const pkiPort = await freePort()
  plain = `http://127.0.0.1:${pkiPort}`
  service = await startServiceNodes({
    ...{ count: 2, cards: 8, folder, databaseUrl: database.url, redisUrl: testRedisUrl() },
    environment: {
      ECARD_OPERATOR_VI: 'Tỉnh Minh Họa',
      ECARD_OPERATOR_EN: 'Minh Họa province',
      ECARD_PKI_URL: plain,
    },
    environments: [{ ECARD_PKI_PORT: String(pkiPort) }],
  })
  unused.push(...service.certificates)
  db = openDatabase({ url: database.url, log: silentLog, maxConnections: 2 })
  issuerDer = await fetchBytes(`${firstNode()}/pki/ca/civil-servant.cer`)
}, 120_000)

afterAll(async () => {
  await service.stop()
  await db.close()
  await database.drop()
  await rm(folder, { recursive: true })
})

function revocation() {
  return { db, clock: systemClock, auditOn: createAuditStore }
}

function firstNode(): string {
  return service.nodes[0]?.url ?? ''
}

function nodeUrls(): string[] {
  return service.nodes.map(({ url }) => url)
}

function takeCertificate(): CardCertificate {
  const certificate = unused.pop()
  if (certificate === undefined) throw new Error('add more cards')
  return certificate
}

async function fetchBytes(url: string, init: RequestInit = {}): Promise<Buffer> {
  return Buffer.from(await (await fetch(url, init)).arrayBuffer())
}

async function ask(
  node: string,
  { serialNumber }: Pick<CardCertificate, 'serialNumber'>,
  issuer: Buffer = issuerDer,
): Promise<string | undefined> {
  const body = new Uint8Array(ocspRequest([{ issuerDer: issuer, serialNumber }]))
  const headers = { 'Content-Type': 'application/ocsp-request' }
  const der = await fetchBytes(`${node}/pki/ocsp`, { method: 'POST', body, headers })
  return readOcspResponse(der, issuer).certificates[0]?.says
}

describe('two processes of the service', () => {
  it('both tell of a revocation within a second of its commit, whichever is asked', async () => {
    for (let round = 0; round < 3; round++) {
      const certificate = takeCertificate()
      const { serialNumber } = certificate
      const told = await timeToTellRevocation({
        ...{ serialNumber, issuerDer, nodes: nodeUrls() },
        revoke: () =>
          revokeCertificate(revocation(), { ...by, certificate, reason: 'keyCompromise' }),
      })
      expect(told).toBeLessThan(1000)
      for (const node of nodeUrls()) expect(await ask(node, certificate)).toBe('keyCompromise')
    }
  })

  it('both tell of a hold and of its end', async () => {
    const certificate = takeCertificate()
    const everybodySays = async () =>
      new Set(await Promise.all(nodeUrls().map((node) => ask(node, certificate))))
    expect(await everybodySays()).toEqual(new Set(['good']))
    await holdCertificate(revocation(), { ...by, certificate })
    await expect.poll(everybodySays, { timeout: 1000 }).toEqual(new Set(['certificateHold']))
    await releaseCertificate(revocation(), { ...by, certificate })
    await expect.poll(everybodySays, { timeout: 1000 }).toEqual(new Set(['good']))
  })

  it('both tell of the revocation of an authority, in the name of its root', async () => {
    const root = await fetchBytes(`${firstNode()}/pki/ca/root.cer`)
    const enterprise = await fetchBytes(`${firstNode()}/pki/ca/enterprise.cer`)
    const { serialNumber } = parseCertificate(enterprise)
    const everybodySays = async () =>
      new Set(await Promise.all(nodeUrls().map((node) => ask(node, { serialNumber }, root))))
    await expect.poll(everybodySays, { timeout: 10_000 }).toEqual(new Set(['good']))
    const { rows } = await db.query<{ id: string }>(
      `select id from authorities where slug = 'enterprise'`,
    )
    const authorityId = rows[0]?.id ?? ''
    const reason = 'cessationOfOperation'
    await revokeAuthority(revocation(), { authorityId, reason, actor: 'test' })
    await expect.poll(everybodySays, { timeout: 1000 }).toEqual(new Set([reason]))
  })

  it('sign with one and the same signer, which one of them made', async () => {
    const { rows } = await db.query<{ count: string }>(
      `select count(*) from certificates where service = 'ocsp' and status = 'active'
       group by authority_id`,
    )
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.every(({ count }) => count === '1')).toBe(true)
  })
})

describe('what certificates point to', () => {
  it('is there over plain HTTP, for openssl that trusts the root alone', async () => {
    const { der } = takeCertificate()
    const { infoAccess } = new X509Certificate(der)
    const addressOf = (name: string) =>
      new RegExp(`${name} - URI:(\\S+)`).exec(infoAccess ?? '')?.[1] ?? 'none'
    const issuer = await fetchBytes(addressOf('CA Issuers'))
    expect(issuer).toEqual(issuerDer)
    await writePem(join(folder, 'leaf.pem'), der)
    await writePem(join(folder, 'issuer.pem'), issuer)
    await writePem(join(folder, 'root.pem'), await fetchBytes(`${plain}/pki/ca/root.cer`))
    const files = ['-CAfile', 'root.pem', '-issuer', 'issuer.pem', '-cert', 'leaf.pem']
    const { stdout, stderr } = await promisify(execFile)(
      'openssl',
      ['ocsp', '-url', addressOf('OCSP'), ...files],
      { cwd: folder },
    )
    expect(stderr).toContain('Response verify OK')
    expect(stdout).toContain('leaf.pem: good')
  })

  it('is all that plain HTTP serves', async () => {
    for (const path of ['/', '/authorize', '/sign-in/x', '/health/ready', '/assets/pages.css'])
      expect([path, (await fetch(plain + path)).status]).toEqual([path, 404])
    const page = await fetch(`${plain}/pki`, { redirect: 'manual' })
    expect(page.headers.get('Location')).toBe(`${firstNode()}/pki`)
  })

  it('includes a revocation list that the service has published by itself', async () => {
    const crl = () => fetch(`${plain}/pki/crl/civil-servant/0.crl`)
    await expect.poll(async () => (await crl()).status, { timeout: 20_000 }).toBe(200)
    const first = await crl()
    expect(first.headers.get('Content-Type')).toBe('application/pkix-crl')
    const again = { headers: { 'If-None-Match': first.headers.get('ETag') ?? '' } }
    expect((await fetch(first.url, again)).status).toBe(304)
  })
})

describe('the page about the authorities', () => {
  it('names the authorities of the running service', async () => {
    const browser = await launchChromium()
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
      await page.goto(`${firstNode()}/pki`)
      const root = await fetchBytes(`${firstNode()}/pki/ca/root.cer`)
      const fingerprint = new X509Certificate(root).fingerprint256.replaceAll(':', '')
      const shown = await page.locator('article .fingerprint').first().innerText()
      expect(shown.replaceAll(/\s/g, '')).toBe(fingerprint)
      await page.screenshot({ path: join(screenshots, 'authorities.png') })
    } finally {
      await browser.close()
    }
  })
})
