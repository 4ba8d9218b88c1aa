import type { IncomingMessage } from 'node:http'

/** Without its query. Requests through a proxy may name the whole address (RFC 9112 §3.2.2). */
export function pathOf({ url = '/' }: IncomingMessage): string {
  const path = url.startsWith('/') ? url : (URL.parse(url)?.pathname ?? '')
  const end = path.indexOf('?')
  return end === -1 ? path : path.slice(0, end)
}
