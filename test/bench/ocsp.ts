import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuditStore } from '../../src/audit/audit-store.ts'
import { systemClock } from '../../src/clock.ts'
import { openDatabase } from '../../src/db/pool.ts'
import { silentLog } from '../../src/log.ts'
import { parseCertificate } from '../../src/pki/certificate.ts'
import { revokeCertificate } from '../../src/pki/revocation.ts'
import { ocspRequest, readOcspResponse } from '../support/ocsp-client.ts'
import { timeToTellRevocation } from '../support/revocation-race.ts'
import { startPostgres, startRedis } from '../support/servers.ts'
import { startServiceNodes } from '../support/service-nodes.ts'
import { rounded, type Figure } from './figures.ts'
import { measureLoad, type TimedOptions } from './load.ts'
import { startService } from './processes.ts'

/** As many certificates as are asked about in turn. */
const certificateCount = 100
/** How often a certificate is revoked while two nodes are asked about it. */
const revocations = 20

/**
 * What an answer costs the service: one that it keeps (GET, no nonce) and one that it signs (POST,
 * with a nonce of 32 octets), over HTTP, on PostgreSQL.
 */
export async function measureOcsp(options: TimedOptions): Promise<Figure[]> {
  const service = await startService('redis', certificateCount)
  const client = openClient(service.issuer)
  try {
    const issuerDer = await client.get('/pki/ca/civil-servant.cer')
    const asked = service.desks.map(({ card }) => ({
      issuerDer,
      serialNumber: parseCertificate(card.certificate).serialNumber,
    }))
    const paths = asked.map((one) => {
      const base64 = ocspRequest([one], { hash: 'sha256' }).toString('base64')
      return `/pki/ocsp/${encodeURIComponent(base64)}`
    })
    const { cpu } = service
    const turn = inTurn(certificateCount)
    const cached = { name: 'ocsp.cached', cpu, once: () => client.get(paths[turn()] ?? '') }
    const signed = {
      ...{ name: 'ocsp.signed', cpu },
      once: () => {
        // Putting a request together anew would cost the client more than the answer costs us.
        const body = withFreshNonce(nonced[turn()] ?? Buffer.of())
        return client.post('/pki/ocsp', body)
      },
    }
    const nonce = Buffer.alloc(nonceBytes)
    const nonced = asked.map((one) => ocspRequest([one], { hash: 'sha256', nonce }))
    await checkAnswers(client, { path: paths[0] ?? '', body: nonced[0] ?? nonce, issuerDer })
    return [...(await measureLoad(cached, options)), ...(await measureLoad(signed, options))]
  } finally {
    client.close()
    await service.stop()
  }
}

/**
 * From the commit of a revocation until the last of two processes of the service tells of it, in
 * milliseconds: the longest of several.
 */
export async function measureRevocation(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'ecard-bench-ocsp-'))
  const [postgres, redis] = [await startPostgres(join(folder, 'postgres')), await startRedis()]
  const [databaseUrl, redisUrl] = [postgres.url, redis.url]
  const service = await startServiceNodes({
    ...{ count: 2, cards: revocations, folder, databaseUrl, redisUrl },
  })
  const db = openDatabase({ url: databaseUrl, log: silentLog, maxConnections: 2 })
  try {
    const nodes = service.nodes.map(({ url }) => url)
    const client = openClient(nodes[0] ?? '')
    const issuerDer = await client.get('/pki/ca/civil-servant.cer')
    client.close()
    const times: number[] = []
    for (const certificate of service.certificates) {
      const { serialNumber } = certificate
      const revoke = () =>
        revokeCertificate(
          { db, clock: systemClock, auditOn: createAuditStore },
          { certificate, reason: 'keyCompromise', actor: 'bench', role: 'administrator' },
        )
      times.push(await timeToTellRevocation({ serialNumber, issuerDer, nodes, revoke }))
    }
    return [{ figure: 'revocation.to-ocsp-ms', value: rounded(Math.max(...times)), unit: 'ms' }]
  } finally {
    await db.close()
    await service.stop()
    await Promise.all([postgres.stop(), redis.stop()])
    await rm(folder, { recursive: true, force: true })
  }
}

const nonceBytes = 32

/** The nonce is what a request without other extensions ends with. */
function withFreshNonce(der: Buffer): Buffer {
  return Buffer.concat([der.subarray(0, -nonceBytes), randomBytes(nonceBytes)])
}

/** A load of refusals would look fast. */
async function checkAnswers(
  client: Client,
  { path, body, issuerDer }: { path: string; body: Buffer; issuerDer: Buffer },
): Promise<void> {
  const nonced = withFreshNonce(body)
  const answers = [await client.get(path), await client.post('/pki/ocsp', nonced)]
  const [kept, signed] = answers.map((der) => readOcspResponse(der, issuerDer))
  if (kept?.certificates[0]?.says !== 'good' || signed?.certificates[0]?.says !== 'good')
    throw new Error('the service does not say good')
  if (!signed.nonce?.equals(nonced.subarray(-nonceBytes))) throw new Error('no nonce came back')
}

function inTurn(count: number): () => number {
  let next = 0
  return () => next++ % count
}

interface Client {
  get(path: string): Promise<Buffer>
  post(path: string, body: Buffer): Promise<Buffer>
  close(): void
}

/** Keeps connections open, as a proxy or a busy client does. */
function openClient(origin: string): Client {
  const agent = new Agent({ keepAlive: true })
  const headers = { 'Content-Type': 'application/ocsp-request' }
  return {
    get: (path) => send(origin + path, { agent }, null),
    post: (path, body) => {
      const length = { 'Content-Length': body.length }
      return send(
        origin + path,
        { agent, method: 'POST', headers: { ...headers, ...length } },
        body,
      )
    },
    close: () => {
      agent.destroy()
    },
  }
}

function send(
  url: string,
  options: { agent: Agent; method?: string; headers?: Record<string, string | number> },
  body: Buffer | null,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(chunks))
        else reject(new Error(`${url} answered ${String(response.statusCode)}`))
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
