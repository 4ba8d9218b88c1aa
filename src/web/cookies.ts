import type { IncomingMessage, ServerResponse } from 'node:http'
import { isLanguage, type Language } from './words/language.ts'

/**
 * The cookies that this folder sets; those of sessions belong to the provider. On https every name
 * carries `__Host-`, which browsers accept only with Secure, Path=/ and no Domain (RFC 6265bis
 * §4.1.3.2), so that no neighbouring host can plant one.
 */
export interface Cookies {
  /** The secret that ties a sign-in to this browser, or null. */
  signInSecret(request: IncomingMessage, interactionId: string): string | null
  setSignInSecret(response: ServerResponse, interactionId: string, secret: string): void
  clearSignInSecret(response: ServerResponse, interactionId: string): void
  /** The secret of this browser's pairing with a terminal, or null. */
  pairingSecret(request: IncomingMessage): string | null
  setPairingSecret(response: ServerResponse, secret: string): void
  /** The language that a person chose with the switch, or null. */
  language(request: IncomingMessage): Language | null
  setLanguage(response: ServerResponse, language: Language): void
}

/** As long as a sign-in may take, and a little. */
const signInSeconds = 15 * 60
/** The longest that browsers keep a cookie (RFC 6265bis §5.5). */
const pairingSeconds = 400 * 24 * 3600
/** Short: at a kiosk the next person should meet Vietnamese again. */
const languageSeconds = 3600
const longAgo = 'Thu, 01 Jan 1970 00:00:00 GMT'
/** Sign-ins left open by one browser; older ones lose their cookie, so that headers stay small. */
const maxOpenSignIns = 8

export function createCookies({ issuer }: { issuer: string }): Cookies {
  const secure = new URL(issuer).protocol === 'https:'
  const prefix = secure ? '__Host-' : ''
  const signInPrefix = `${prefix}ecard-sign-in-`
  const pairingName = `${prefix}ecard-terminal`
  const languageName = `${prefix}ecard-language`
  // Lax, not Strict: the sign-in page is reached from another site and reloaded from there, and a
  // reload should find its cookies. What changes something is guarded in guards.ts as well.
  const common = `Path=/; HttpOnly; ${secure ? 'Secure; ' : ''}SameSite=Lax`

  // Values are base64url or a language, which need no encoding.
  function set(response: ServerResponse, name: string, value: string, seconds: number): void {
    response.appendHeader('Set-Cookie', `${name}=${value}; Max-Age=${seconds}; ${common}`)
  }

  function clear(response: ServerResponse, name: string): void {
    response.appendHeader('Set-Cookie', `${name}=; Expires=${longAgo}; ${common}`)
  }

  return {
    signInSecret: (request, id) => read(request, signInPrefix + id),
    setSignInSecret: (response, id, secret) => {
      const name = signInPrefix + id
      for (const old of surplus(response.req, signInPrefix, name)) clear(response, old)
      set(response, name, secret, signInSeconds)
    },
    clearSignInSecret: (response, id) => {
      clear(response, signInPrefix + id)
    },
    pairingSecret: (request) => read(request, pairingName),
    setPairingSecret: (response, secret) => {
      set(response, pairingName, secret, pairingSeconds)
    },
    language: (request) => {
      const value = read(request, languageName)
      return isLanguage(value) ? value : null
    },
    setLanguage: (response, language) => {
      set(response, languageName, language, languageSeconds)
    },
  }
}

function read(request: IncomingMessage, name: string): string | null {
  const pair = pairs(request).find((text) => text.startsWith(`${name}=`))
  return pair === undefined ? null : pair.slice(name.length + 1)
}

/** Names beyond the limit; browsers send older cookies first (RFC 6265 §5.4). */
function surplus(request: IncomingMessage, prefix: string, name: string): string[] {
  const open = pairs(request)
    .map((pair) => pair.slice(0, pair.indexOf('=')))
    .filter((found) => found.startsWith(prefix) && found !== name)
  return open.slice(0, Math.max(0, open.length - maxOpenSignIns + 1))
}

function pairs(request: IncomingMessage): string[] {
  const header = request.headers.cookie
  return header === undefined ? [] : header.split(';').map((pair) => pair.trim())
}
