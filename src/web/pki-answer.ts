import type { IncomingMessage, ServerResponse } from 'node:http'

/** Something that anybody may have, and whose signature says whether to believe it. */
export interface PublicAnswer {
  readonly body: Buffer
  readonly type: string
  /** null: nobody may keep it. */
  readonly keeping: CacheRule | null
}

export interface CacheRule {
  /** A strong entity tag with its quotation marks (RFC 9110 §8.8.3). */
  readonly etag: string
  readonly since: Date
  readonly until: Date
  /** How long a cache may go without asking us whether it still holds. */
  readonly maxAgeSeconds: number
}

/** No page and no script ever comes from here, and any page may show what it likes of it. */
const always = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'cross-origin',
} as const

/** Sends `answer` with status 200, or 304 where the caller has it already (RFC 9110 §13). */
export function sendPublic(
  request: IncomingMessage,
  response: ServerResponse,
  { body, type, keeping }: PublicAnswer,
): void {
  if (keeping === null) {
    send(response, 200, { body, headers: { 'Content-Type': type, 'Cache-Control': 'no-store' } })
    return
  }
  const rules = cacheHeaders(keeping)
  if (isKnown(request, keeping)) response.writeHead(304, { ...always, ...rules }).end()
  else send(response, 200, { body, headers: { 'Content-Type': type, ...rules } })
}

/** Sends a refusal, whose body may be for programs or for people. */
export function sendRefusal(
  response: ServerResponse,
  status: number,
  refusal: {
    readonly body: Buffer
    readonly type: string
    readonly headers?: Readonly<Record<string, string>>
  },
): void {
  const { body, type, headers } = refusal
  const all = { 'Content-Type': type, 'Cache-Control': 'no-store', ...headers }
  send(response, status, { body, headers: all })
}

function send(
  response: ServerResponse,
  status: number,
  { body, headers }: { body: Buffer; headers: Readonly<Record<string, string>> },
): void {
  response.writeHead(status, { ...always, ...headers, 'Content-Length': body.length }).end(body)
}

/** RFC 5019 §6.2, which suits every one of them. */
function cacheHeaders({ etag, since, until, maxAgeSeconds }: CacheRule) {
  return {
    ETag: etag,
    'Last-Modified': since.toUTCString(),
    Expires: until.toUTCString(),
    'Cache-Control': `max-age=${maxAgeSeconds}, public, no-transform, must-revalidate`,
  }
}

/** If-Modified-Since counts only where there is no If-None-Match (RFC 9110 §13.1.3). */
function isKnown({ method, headers }: IncomingMessage, { etag, since }: CacheRule): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  const tags = headers['if-none-match']
  if (tags !== undefined) return tags === '*' || tags.includes(etag)
  const date = headers['if-modified-since']
  return date !== undefined && Date.parse(date) >= Math.floor(since.getTime() / 1000) * 1000
}
