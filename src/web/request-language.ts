import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Cookies } from './cookies.ts'
import { isLanguage, languages, type Language } from './words/language.ts'

/**
 * The language to answer in: what the person asked for on the page (`?lang=`, then the cookie
 * that remembers it), else what the application asked for, else Vietnamese. The browser's
 * Accept-Language is not heard: machines here are often set up in English for people who are not.
 */
export function languageOf(
  request: IncomingMessage,
  cookies: Pick<Cookies, 'language'>,
  hint: { askedByApplication?: Language | null } = {},
): Language {
  const asked = askedInAddress(request)
  return asked ?? cookies.language(request) ?? hint.askedByApplication ?? 'vi'
}

/** Remembers a choice made with the switch for the pages that follow. */
export function rememberLanguage(
  request: IncomingMessage,
  response: ServerResponse,
  cookies: Cookies,
): void {
  const asked = request.method === 'GET' ? askedInAddress(request) : null
  // The script of a page names the page's language too; that is no choice to remember.
  const isPage = (request.headers['sec-fetch-dest'] ?? 'document') === 'document'
  if (asked !== null && isPage) cookies.setLanguage(response, asked)
}

/** The address of this very page in the other language; null where it came by a form. */
export function switchAddress(request: IncomingMessage, language: Language): string | null {
  if (request.method !== 'GET') return null
  const parameters = new URLSearchParams(queryOf(request))
  parameters.set('lang', languages.find((other) => other !== language) ?? language)
  return `?${parameters.toString()}`
}

function askedInAddress(request: IncomingMessage): Language | null {
  const query = queryOf(request)
  if (!query.includes('lang=')) return null
  const asked = new URLSearchParams(query).get('lang')
  return isLanguage(asked) ? asked : null
}

function queryOf(request: IncomingMessage): string {
  const url = request.url ?? ''
  const start = url.indexOf('?')
  return start === -1 ? '' : url.slice(start + 1)
}
