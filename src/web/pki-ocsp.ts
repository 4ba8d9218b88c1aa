import type { IncomingMessage, ServerResponse } from 'node:http'
import type { OcspAnswer } from '../pki/ocsp-answer-cache.ts'
import { maxOcspRequestBytes } from '../pki/ocsp-request.ts'
import { ocspErrors } from '../pki/ocsp-response.ts'
import { sendPublic, sendRefusal } from './pki-answer.ts'

export interface OcspDeps {
  /** Always a whole OCSPResponse: what keeps us from telling is an error status within it. */
  answerOcsp(requestDer: Buffer): Promise<OcspAnswer>
}

export const ocspPath = '/pki/ocsp'

const requestType = 'application/ocsp-request'
const responseType = 'application/ocsp-response'
/** Clients send their hundred bytes at once; who takes longer holds a connection for nothing. */
const bodyTimeoutMs = 5_000
/** Base64 makes four characters of three bytes, and each may be written as `%2B`. */
const maxEncodedLength = maxOcspRequestBytes * 4

/**
 * OCSP over HTTP (RFC 6960 appendix A, RFC 5019): `GET /pki/ocsp/<base64>` and `POST /pki/ocsp`.
 * Whatever is wrong with a request, the body is an OCSPResponse that says so; the HTTP status is
 * 200 unless HTTP itself was misused, since clients look at the body only then.
 *
 * @param path - that of the request, without its query
 */
export async function answerOcspRequest(
  deps: OcspDeps,
  { request, response, path }: { request: IncomingMessage; response: ServerResponse; path: string },
): Promise<void> {
  const received = request.method === 'POST' ? await readBody(request) : readPath(request, path)
  if (typeof received === 'number') {
    refuse(request, response, received)
    return
  }
  const { der, keeping } = await deps.answerOcsp(received)
  sendPublic(request, response, { body: der, type: responseType, keeping: cacheRule(keeping) })
}

/**
 * Caches may keep an answer until its nextUpdate, but ask us each time whether it still holds: it
 * would outlive a revocation otherwise. What clients keep for themselves, as OCSP lets them until
 * nextUpdate, is beyond us; who has to know sends a nonce.
 */
function cacheRule(keeping: OcspAnswer['keeping']) {
  if (keeping === null) return null
  const { digest, producedAt, nextUpdate } = keeping
  return { etag: `"${digest}"`, since: producedAt, until: nextUpdate, maxAgeSeconds: 0 }
}

function refuse(request: IncomingMessage, response: ServerResponse, status: number): void {
  // The rest of a body that is not read would be taken for the next request.
  const headers = {
    ...(request.method === 'POST' && { Connection: 'close' }),
    ...(status === 405 && { Allow: 'GET, HEAD, POST' }),
  }
  const body = ocspErrors.malformedRequest
  sendRefusal(response, status, { body, type: responseType, headers })
}

/** The request in the path, or the HTTP status that turns it down. */
function readPath({ method }: IncomingMessage, path: string): Buffer | number {
  if (method !== 'GET' && method !== 'HEAD') return 405
  const encoded = path.slice(ocspPath.length + 1)
  if (encoded.length > maxEncodedLength) return 414
  return decodeBase64(encoded) ?? Buffer.of()
}

/** RFC 4648 §4 in its one spelling, percent-encoded where the client pleases; null if it is not. */
function decodeBase64(encoded: string): Buffer | null {
  const text = encoded.includes('%') ? decodePercent(encoded) : encoded
  if (text === null) return null
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : null
}

function decodePercent(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

/** The body, or the HTTP status that turns it down. */
async function readBody(request: IncomingMessage): Promise<Buffer | number> {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';', 1)
  if (type.trim().toLowerCase() !== requestType) return 415
  if (Number(request.headers['content-length'] ?? 0) > maxOcspRequestBytes) return 413
  return collect(request)
}

function collect(request: IncomingMessage): Promise<Buffer | number> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let length = 0
    const timer = setTimeout(finish, bodyTimeoutMs, 408)
    function finish(result: Buffer | number): void {
      clearTimeout(timer)
      request.off('data', take)
      resolve(result)
    }
    function take(chunk: Buffer): void {
      length += chunk.length
      if (length > maxOcspRequestBytes) finish(413)
      else chunks.push(chunk)
    }
    request.on('data', take)
    request.once('end', () => {
      finish(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks))
    })
    // Nobody is left to hear it, but whoever waits for us has to go on.
    request.once('close', () => {
      finish(400)
    })
  })
}
