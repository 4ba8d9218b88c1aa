import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { X509Certificate } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { createTinyCa } from '../../test/support/tiny-ca.ts'
import { DatabaseUnavailable } from '../errors.ts'
import { silentLog } from '../log.ts'
import type { OcspAnswer } from '../pki/ocsp-answer-cache.ts'
import { maxOcspRequestBytes } from '../pki/ocsp-request.ts'
import { ocspErrors } from '../pki/ocsp-response.ts'
import { createPkiListener } from './pki-listener.ts'
import type { PkiFileDeps } from './pki-files.ts'
import { startWeb } from './test-support/web-under-test.ts'

const now = new Date('2026-03-02T01:30:00Z')
const ca = await createTinyCa({ clock: { now: () => now } })
const citizen = ca.issuing.citizen

const kept: OcspAnswer = {
  der: Buffer.from('a signed answer'),
  keeping: {
    producedAt: new Date('2026-03-02T01:00:00Z'),
    nextUpdate: new Date('2026-03-02T02:00:00Z'),
    digest: 'abcd',
  },
}
const list = {
  der: Buffer.from('a signed list'),
  number: 7n,
  thisUpdate: new Date('2026-03-02T00:00:00Z'),
  nextUpdate: new Date('2026-03-03T00:00:00Z'),
  etag: '"seven"',
}

let server: Server | null = null
let asked: Buffer[] = []

/** The listener for plain HTTP; the main one hands the same paths to the same code. */
async function serve(over: Partial<PkiFileDeps> = {}): Promise<string> {
  asked = []
  const deps = {
    issuer: 'https://id.example',
    answerOcsp: (der: Buffer) => {
      asked.push(der)
      return Promise.resolve(kept)
    },
    authorities: () => Promise.resolve(ca.authorities),
    latestCrl: (slug: string, partition: number) =>
      Promise.resolve(slug === 'citizen' && partition === 0 ? list : null),
    clock: { now: () => now },
    log: silentLog,
    ...over,
  }
  server = createServer(createPkiListener(deps))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

afterEach(async () => {
  server?.closeAllConnections()
  server?.close()
  if (server?.listening === true) await once(server, 'close')
  server = null
})

function post(url: string, body: Buffer, type = 'application/ocsp-request'): Promise<Response> {
  return fetch(`${url}/pki/ocsp`, {
    method: 'POST',
    body: new Uint8Array(body),
    headers: { 'Content-Type': type },
  })
}

async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer())
}

describe('OCSP over HTTP', () => {
  it('takes a request as a body', async () => {
    const url = await serve()
    const answer = await post(url, Buffer.from('a request'))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('Content-Type')).toBe('application/ocsp-response')
    expect(await bytesOf(answer)).toEqual(kept.der)
    expect(asked).toEqual([Buffer.from('a request')])
  })

  // These three bytes have `+` and `/` in their base64.
  it.each(['%2B%2F%2B%2F', '+/+/', '+%2f+%2f'])(
    'takes one in the path, encoded as the client pleases: %s',
    async (encoded) => {
      const url = await serve()
      expect((await fetch(`${url}/pki/ocsp/${encoded}`)).status).toBe(200)
      expect(asked).toEqual([Buffer.from('+/+/', 'base64')])
    },
  )

  it.each(['', '/', '/%', '/%zz', '/AAA', '/AAA*', '/AA==AA', '/AB=='])(
    'hands on nothing where the path is not base64 in its one spelling: %s',
    async (path) => {
      const url = await serve({
        answerOcsp: (der) => {
          asked.push(der)
          return Promise.resolve({ der: ocspErrors.malformedRequest, keeping: null })
        },
      })
      const answer = await fetch(`${url}/pki/ocsp${path}`)
      expect(answer.status).toBe(200)
      expect(await bytesOf(answer)).toEqual(ocspErrors.malformedRequest)
      expect(asked).toEqual([Buffer.of()])
    },
  )

  it('says how long an answer holds, and that caches must ask whether it still does', async () => {
    const url = await serve()
    const { headers } = await fetch(`${url}/pki/ocsp/AAAA`)
    expect(headers.get('ETag')).toBe('"abcd"')
    expect(headers.get('Last-Modified')).toBe('Mon, 02 Mar 2026 01:00:00 GMT')
    expect(headers.get('Expires')).toBe('Mon, 02 Mar 2026 02:00:00 GMT')
    const rules = 'max-age=0, public, no-transform, must-revalidate'
    expect(headers.get('Cache-Control')).toBe(rules)
  })

  it('sends no body to who has the answer, and a new one to who has another', async () => {
    const url = await serve()
    const ask = (headers: Record<string, string>) => fetch(`${url}/pki/ocsp/AAAA`, { headers })
    const same = await ask({ 'If-None-Match': '"abcd"' })
    expect([same.status, await same.text()]).toEqual([304, ''])
    expect((await ask({ 'If-None-Match': '"other"' })).status).toBe(200)
    expect((await ask({ 'If-Modified-Since': 'Mon, 02 Mar 2026 01:00:00 GMT' })).status).toBe(304)
    expect((await ask({ 'If-Modified-Since': 'Mon, 02 Mar 2026 00:59:59 GMT' })).status).toBe(200)
  })

  it('lets nobody keep what holds for one question alone', async () => {
    const answerOcsp = () => Promise.resolve({ der: ocspErrors.tryLater, keeping: null })
    const url = await serve({ answerOcsp })
    const answer = await fetch(`${url}/pki/ocsp/AAAA`)
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
    expect(answer.headers.get('ETag')).toBeNull()
  })

  it.each([
    ['another content type', 415, Buffer.of(0x30), 'application/x-www-form-urlencoded'],
    ['too large a body', 413, Buffer.alloc(maxOcspRequestBytes + 1), 'application/ocsp-request'],
  ])('turns down %s with a malformedRequest', async (_name, status, body, type) => {
    const url = await serve()
    const answer = await post(url, body, type)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('Content-Type')).toBe('application/ocsp-response')
    expect(await bytesOf(answer)).toEqual(ocspErrors.malformedRequest)
    expect(asked).toEqual([])
  })

  it('takes the content type in any case and with parameters', async () => {
    const url = await serve()
    const answer = await post(url, Buffer.of(0x30), 'Application/OCSP-Request; charset=binary')
    expect(answer.status).toBe(200)
  })

  it('turns down a body that grows too large without having said so', async () => {
    const url = await serve()
    const sending = httpRequest(`${url}/pki/ocsp`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/ocsp-request', 'Transfer-Encoding': 'chunked' },
    })
    sending.on('error', () => undefined)
    sending.write(Buffer.alloc(maxOcspRequestBytes))
    sending.write(Buffer.alloc(1))
    const [answer] = (await once(sending, 'response')) as [IncomingMessage]
    expect(answer.statusCode).toBe(413)
    sending.destroy()
  })

  it('does not wait for a body that never comes', { timeout: 15_000 }, async () => {
    const url = await serve()
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.write(
      'POST /pki/ocsp HTTP/1.1\r\nHost: x\r\nContent-Type: application/ocsp-request\r\n' +
        'Content-Length: 100\r\n\r\nhalf',
    )
    // The service ends the connection, which ends the text.
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 [\s\S]*Connection: close/)
  })

  it('survives a client that goes away in the middle', async () => {
    const url = await serve()
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    await new Promise<void>((sent) =>
      socket.write(
        'POST /pki/ocsp HTTP/1.1\r\nHost: x\r\nContent-Type: application/ocsp-request\r\n' +
          'Content-Length: 100\r\n\r\nhalf',
        () => {
          sent()
        },
      ),
    )
    socket.destroy()
    expect((await post(url, Buffer.of(0x30))).status).toBe(200)
    expect(asked).toEqual([Buffer.of(0x30)])
  })

  it('answers 405 to other methods', async () => {
    const url = await serve()
    const answer = await fetch(`${url}/pki/ocsp/AAAA`, { method: 'DELETE' })
    expect([answer.status, answer.headers.get('Allow')]).toEqual([405, 'GET, HEAD, POST'])
  })
})

describe('certificates of authorities', () => {
  it('come as DER and as PEM', async () => {
    const url = await serve()
    const der = await fetch(`${url}/pki/ca/citizen.cer`)
    expect(der.headers.get('Content-Type')).toBe('application/pkix-cert')
    expect(await bytesOf(der)).toEqual(citizen.certificateDer)
    const pem = await fetch(`${url}/pki/ca/citizen.pem`)
    expect(pem.headers.get('Content-Type')).toBe('application/x-pem-file')
    expect(new X509Certificate(await pem.text()).raw).toEqual(citizen.certificateDer)
  })

  it('may be kept for a day, and asked for again without being sent again', async () => {
    const url = await serve()
    const { headers } = await fetch(`${url}/pki/ca/citizen.cer`)
    expect(headers.get('Cache-Control')).toMatch(/^max-age=86400, public/)
    const again = { headers: { 'If-None-Match': headers.get('ETag') ?? '' } }
    expect((await fetch(`${url}/pki/ca/citizen.cer`, again)).status).toBe(304)
    expect((await fetch(`${url}/pki/ca/terminal.cer`, again)).status).toBe(200)
  })

  it('come in one bundle, without those that were revoked', async () => {
    const authorities = ca.authorities.map((one) =>
      one.kind === 'citizen' ? { ...one, state: 'revoked' as const } : one,
    )
    const url = await serve({ authorities: () => Promise.resolve(authorities) })
    const answer = await fetch(`${url}/pki/ca/bundle.p7c`)
    expect(answer.headers.get('Content-Type')).toMatch(/^application\/pkcs7-mime/)
    const bundle = await bytesOf(answer)
    const holds = authorities.map(({ certificateDer }) => bundle.includes(certificateDer))
    expect(holds).toEqual(authorities.map(({ kind }) => kind !== 'citizen'))
  })
})

describe('revocation lists', () => {
  it('come with how long they hold', async () => {
    const url = await serve()
    const answer = await fetch(`${url}/pki/crl/citizen/0.crl`)
    expect(await bytesOf(answer)).toEqual(list.der)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/pkix-crl',
      etag: '"seven"',
      'last-modified': 'Mon, 02 Mar 2026 00:00:00 GMT',
      expires: 'Tue, 03 Mar 2026 00:00:00 GMT',
      'cache-control': 'max-age=300, public, no-transform, must-revalidate',
    })
    const again = { headers: { 'If-None-Match': 'W/"x", "seven"' } }
    expect((await fetch(`${url}/pki/crl/citizen/0.crl`, again)).status).toBe(304)
  })

  it('that are past their end are still sent, and kept by nobody', async () => {
    const past = { ...list, nextUpdate: new Date('2026-03-02T01:00:00Z') }
    const url = await serve({ latestCrl: () => Promise.resolve(past) })
    const { headers } = await fetch(`${url}/pki/crl/citizen/0.crl`)
    expect(headers.get('Cache-Control')).toMatch(/^max-age=0,/)
  })
})

describe('the listener for plain HTTP', () => {
  it.each([
    '/',
    '/sign-in/x',
    '/authorize',
    '/pki/ca/nobody.cer',
    '/pki/ca/../ca/citizen.cer%00',
    '/pki/crl/citizen/1.crl',
    '/pki/crl/citizen/00.crl',
    '/pki/crl/citizen/-1.crl',
    '/pki/',
    '/pki/ocspx',
  ])('answers a sentence to any other path: %s', async (path) => {
    const url = await serve()
    const answer = await fetch(url + path)
    expect(answer.status).toBe(404)
    expect(answer.headers.get('Content-Type')).toBe('text/plain; charset=utf-8')
    expect(await answer.text()).toMatch(/\/pki/)
  })

  it('sends who wants the page with the fingerprints to where it can be believed', async () => {
    const url = await serve()
    const answer = await fetch(`${url}/pki`, { redirect: 'manual' })
    expect(answer.status).toBe(308)
    expect(answer.headers.get('Location')).toBe('https://id.example/pki')
  })

  it('says that it is busy while the database is away', async () => {
    const authorities = () => Promise.reject(new DatabaseUnavailable('away'))
    const url = await serve({ authorities })
    const answer = await fetch(`${url}/pki/ca/citizen.cer`)
    expect([answer.status, answer.headers.get('Retry-After')]).toEqual([503, '5'])
  })

  it('sets no cookie and lets nothing run', async () => {
    const url = await serve()
    const { headers } = await fetch(`${url}/pki/ca/citizen.cer?lang=en`)
    expect(headers.getSetCookie()).toEqual([])
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
    expect(headers.get('Content-Security-Policy')).toContain("default-src 'none'")
  })
})

describe('the main listener', () => {
  it('serves the same, ahead of everything for browsers', async () => {
    const web = await startWeb(({ pki }) => ({
      pki: { ...pki, authorities: () => Promise.resolve(ca.authorities) },
    }))
    try {
      const file = await fetch(`${web.url}/pki/ca/citizen.cer`)
      expect(await bytesOf(file)).toEqual(citizen.certificateDer)
      const answer = await post(web.url, Buffer.of(0x30))
      expect(await bytesOf(answer)).toEqual(ocspErrors.unauthorized)
      expect(answer.headers.getSetCookie()).toEqual([])
    } finally {
      await web.close()
    }
  })
})
