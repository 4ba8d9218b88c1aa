import { AgentError } from './agent-error.ts'

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * The origin of an issuer as a person typed it, without a slash at the end.
 *
 * @throws AgentError `ISSUER_INVALID` for anything but an https origin; http passes on loopback
 *   alone, where nobody can listen in
 */
export function parseIssuer(typed: string): string {
  if (!URL.canParse(typed)) throw invalid(typed, 'is not an address')
  const url = new URL(typed)
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw invalid(typed, 'is not a web address')
  if (url.protocol === 'http:' && !loopbackHosts.has(url.hostname)) {
    throw invalid(typed, 'must begin with https://')
  }
  const isOrigin = url.pathname === '/' && url.search === '' && url.hash === ''
  if (!isOrigin || url.username !== '' || url.password !== '') {
    throw invalid(typed, 'must be an origin alone, like https://id.example')
  }
  return url.origin
}

/** Where the one WebSocket of the terminal goes. */
export function channelUrl(issuer: string): string {
  return `${issuer.replace(/^http/, 'ws')}/terminal/channel`
}

/** Whether a link leads to the issuer itself and to nobody else. */
export function isAtIssuer(link: string, issuer: string): boolean {
  return URL.canParse(link) && new URL(link).origin === issuer
}

function invalid(typed: string, why: string): AgentError {
  return new AgentError('ISSUER_INVALID', `The issuer ${typed} ${why}.`)
}
