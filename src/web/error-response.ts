import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { CardRefused } from '../card-auth/refusal.ts'
import { AppError } from '../errors.ts'
import type { Log } from '../log.ts'
import { PasskeyRefused } from '../passkeys/refusal.ts'
import { PassRefused } from '../passes/refusal.ts'
import type { Random } from '../random.ts'
import type { Cookies } from './cookies.ts'
import type { Pages } from './pages.tsx'
import { languageOf, switchAddress } from './request-language.ts'
import {
  errorWords,
  unexpectedWords,
  type ErrorWords,
  type WebErrorCode,
} from './words/error-words.ts'
import { fill, type Language } from './words/language.ts'
import { passRefusalView } from './words/pass-words.ts'
import { passkeyRefusalView } from './words/passkey-refusal-words.ts'
import { refusalView } from './words/refusal-words.ts'
import type { StateView } from './words/state-words.ts'

export interface ErrorResponseDeps {
  readonly pages: Pages
  readonly cookies: Cookies
  readonly random: Random
  readonly log: Log
}

/** One error, ready to be shown; what people get to see and what the log keeps meet here. */
export interface Fault {
  readonly status: number
  /** For programs: our code, or `UNEXPECTED`. */
  readonly error: string
  readonly view: StateView
  readonly retryAfterSeconds: number | null
}

/** Answers every error of ours and of Express: a calm page, or JSON for scripts and agents. */
export function respondToErrors(deps: ErrorResponseDeps): ErrorRequestHandler {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- Express tells error handlers by four parameters
  return (error: unknown, request, response, _next) => {
    const language = languageOf(request, deps.cookies)
    const fault = explain(deps, error, { language, path: request.path })
    if (response.headersSent) response.destroy()
    else send(deps, { request, response }, { fault, language, error })
  }
}

/** Answers what no route and no provider path took. */
export function pageNotFound(deps: ErrorResponseDeps): RequestHandler {
  return (request, response) => {
    const language = languageOf(request, deps.cookies)
    const fault = faultOf('WEB_PAGE_NOT_FOUND', language)
    send(deps, { request, response }, { fault, language, error: null })
  }
}

/**
 * Puts `error` into words and logs it: once, here. An unexpected one gets a random incident that
 * page and log share, and nothing else of it is shown.
 */
export function explain(
  deps: Pick<ErrorResponseDeps, 'random' | 'log'>,
  error: unknown,
  { language, path }: { language: Language; path: string },
): Fault {
  if (error instanceof CardRefused) {
    deps.log.info('web.card-refused', { reason: error.reason })
    const view = refusalView(error, language)
    return { status: 403, error: error.code, view, retryAfterSeconds: null }
  }
  if (error instanceof PasskeyRefused) {
    deps.log.info('web.passkey-refused', { reason: error.reason })
    const view = passkeyRefusalView(error.reason, language)
    return { status: 403, error: error.code, view, retryAfterSeconds: null }
  }
  if (error instanceof PassRefused) {
    deps.log.info('web.pass-refused', { reason: error.reason })
    const view = passRefusalView(error, language)
    return { status: 403, error: error.code, view, retryAfterSeconds: null }
  }
  if (error instanceof AppError && errorWords[error.code] !== 'unexpected') {
    const known = faultOf(error.code, language)
    const { retryAfterSeconds } = error.facts
    const fault = typeof retryAfterSeconds === 'number' ? { ...known, retryAfterSeconds } : known
    if (fault.status >= 500) deps.log.error('web.unavailable', error, { path })
    else deps.log.info('web.refused', { ...error.facts, code: error.code, path })
    return fault
  }
  const incident = deps.random.bytes(4).toString('hex').toUpperCase()
  deps.log.error('web.incident', error, { incident, path })
  return incidentFault(incident, language)
}

export function faultOf(code: AppError['code'] | WebErrorCode, language: Language): Fault {
  const found = errorWords[code]
  const words = found === 'unexpected' ? unexpectedWords : found
  return { ...inLanguage(words, language), error: code }
}

function incidentFault(incident: string, language: Language): Fault {
  const fault = inLanguage(unexpectedWords, language)
  const view = { ...fault.view, code: `${unexpectedWords.lookupCode}-${incident}` }
  return { ...fault, view, error: 'UNEXPECTED' }
}

function inLanguage(words: ErrorWords, language: Language): Omit<Fault, 'error'> {
  const { status, lookupCode, heading, advice, retryAfterSeconds = null } = words
  const isBusy = retryAfterSeconds !== null
  const view: StateView = {
    state: isBusy ? 'busy' : 'failed',
    picture: isBusy ? 'absent' : 'fault',
    heading: fill(heading[language], { n: retryAfterSeconds ?? '' }),
    advice: advice[language],
    code: lookupCode,
    stopped: !isBusy,
  }
  return { status, view, retryAfterSeconds }
}

function send(
  { pages }: ErrorResponseDeps,
  { request, response }: { request: Request; response: Response },
  { fault, language, error }: { fault: Fault; language: Language; error: unknown },
): void {
  const { status, retryAfterSeconds, view } = fault
  response.status(status)
  if (retryAfterSeconds !== null) response.set('Retry-After', String(retryAfterSeconds))
  if (wantsJson(request)) {
    response.json(faultBody(fault, error))
    return
  }
  const context = { language, switchAddress: switchAddress(request, language) }
  const again = askingAgain(request, fault)
  response.type('html').send(pages.fault(context, { ...view, ...again, detail: null }))
}

/** Only what is safe to ask twice is asked again, by itself or by a button. */
export function askingAgain(
  { method }: { method?: string | undefined },
  { status, retryAfterSeconds }: Fault,
): { refreshSeconds: number | null; mayAskAgain: boolean } {
  const isSafe = method === 'GET'
  return { refreshSeconds: isSafe ? retryAfterSeconds : null, mayAskAgain: isSafe && status >= 500 }
}

function faultBody(fault: Fault, error: unknown): Record<string, unknown> {
  const { view, retryAfterSeconds } = fault
  const body = { error: fault.error, message: view.heading, view, retryAfterSeconds }
  if (error instanceof CardRefused || error instanceof PasskeyRefused)
    return { ...body, refused: error.reason }
  const field = error instanceof AppError ? error.facts['field'] : undefined
  return field === undefined ? body : { ...body, field }
}

/** Scripts and agents send or ask for JSON; everybody else gets a page. */
function wantsJson(request: Request): boolean {
  if (request.is('json') !== false && request.method !== 'GET') return true
  return request.accepts(['html', 'json', 'text/event-stream']) !== 'html'
}
