import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestHandler } from 'express'
import { challengeTtlSeconds } from '../card-auth/challenge.ts'
import type { CardAuthAttempt } from '../card-auth/finish-card-auth.ts'
import type { CardAuthProgress } from '../card-auth/progress.ts'
import type { Clock } from '../clock.ts'
import type { Authentication } from '../holders/authentication.ts'
import type { SignInRequest } from '../oidc/interaction.ts'
import type { Random } from '../random.ts'
import { beginSignIn, type Beginning, type BeginSignInDeps } from './begin-sign-in.ts'
import type { Cookies } from './cookies.ts'
import { CrossSiteRefused } from './guards.ts'
import { createEventStream, createStreamLimit } from './event-stream.ts'
import type { Pages } from './pages.tsx'
import { cancelBody, eventsQuery, finishBody, interactionIdOf, parseInput } from './parse-input.ts'
import { languageOf, switchAddress } from './request-language.ts'
import { stateOfProgress } from './state-of-progress.ts'
import type { ChallengeView, PasskeyOffer, SignInView } from './views/sign-in-page.tsx'
import { fill, formatDate, type Language } from './words/language.ts'
import { noticeFor } from './words/notice-words.ts'
import { cardAloneWords } from './words/passkey-words.ts'
import { stateWords, viewOf } from './words/state-words.ts'

export interface SignInDeps extends BeginSignInDeps {
  readonly interactions: {
    /** @throws InteractionExpired */
    read(request: IncomingMessage, response: ServerResponse): Promise<SignInRequest>
    /** @returns where to send the browser. @throws InteractionExpired, and as `finishing` does */
    complete(
      request: IncomingMessage,
      response: ServerResponse,
      finishing: Promise<Authentication>,
    ): Promise<string>
    cancel(request: IncomingMessage, response: ServerResponse): Promise<string>
  }
  readonly cardAuth: BeginSignInDeps['cardAuth'] & {
    watch(
      challengeId: string,
      onProgress: (progress: CardAuthProgress) => void,
    ): Promise<() => void>
    /** @throws CardRefused */
    finish(attempt: CardAuthAttempt): Promise<Authentication>
    cancel(attempt: { challengeId: string; browserSecret: string }): Promise<void>
  }
  /** null: at this address there can be none. */
  readonly passkeys: object | null
  readonly clock: Clock
  readonly random: Random
}

export interface WebParts {
  readonly pages: Pages
  readonly cookies: Cookies
}

/** The sign-in page and what its script asks for. */
export function createSignInHandlers(
  deps: SignInDeps,
  { pages, cookies }: WebParts,
): Record<'page' | 'start' | 'events' | 'finish' | 'cancel', RequestHandler> {
  const streams = createStreamLimit()
  const hasPasskeys = deps.passkeys !== null

  function browserOf(request: IncomingMessage, interactionId: string, language: Language) {
    const kept = cookies.signInSecret(request, interactionId)
    const secret = kept ?? deps.random.bytes(32).toString('base64url')
    return { secret, pairingSecret: cookies.pairingSecret(request), language }
  }

  return {
    page: async (request, response) => {
      const asked = await deps.interactions.read(request, response)
      const language = languageOf(request, cookies, { askedByApplication: asked.language })
      const browser = browserOf(request, asked.interactionId, language)
      const beginning = await beginSignIn(deps, asked, browser)
      cookies.setSignInSecret(response, asked.interactionId, browser.secret)
      const now = deps.clock.now()
      const view = signInView(asked, beginning, { language, now, hasPasskeys })
      const context = { language, switchAddress: switchAddress(request, language) }
      response.type('html').send(pages.signIn(context, view))
    },

    start: async (request, response) => {
      const asked = await deps.interactions.read(request, response)
      const language = languageOf(request, cookies, { askedByApplication: asked.language })
      const browser = browserOf(request, asked.interactionId, language)
      const beginning = await beginSignIn(deps, asked, browser)
      cookies.setSignInSecret(response, asked.interactionId, browser.secret)
      const { state, terminalName } = beginning
      const challenge = challengeView(beginning, deps.clock.now())
      response.json({ state, terminalName, challenge })
    },

    events: async (request, response) => {
      const interactionId = interactionIdOf(request.params)
      const { challenge } = parseInput(eventsQuery, request.query)
      // Browsers leave this cookie out of what other sites ask for, so it guards as well.
      if (cookies.signInSecret(request, interactionId) === null)
        throw new CrossSiteRefused('no sign-in of this browser', { interactionId })
      const leave = streams.enter(interactionId)
      const stream = createEventStream(response, { lifetimeSeconds: challengeTtlSeconds })
      stream.whenOver(leave)
      const stop = await deps.cardAuth.watch(challenge, (progress) => {
        // Once the card has answered, it is the page's turn.
        const isLast = progress.step === 'signing-in'
        stream[isLast ? 'end' : 'send'](stateOfProgress(progress))
      })
      stream.whenOver(stop)
      stream.open()
    },

    finish: async (request, response) => {
      const interactionId = interactionIdOf(request.params)
      const { challengeId } = parseInput(finishBody, request.body)
      // Without its cookie a browser has no challenge: an empty secret never started one.
      const browserSecret = cookies.signInSecret(request, interactionId) ?? ''
      const finishing = deps.cardAuth.finish({ challengeId, interactionId, browserSecret })
      const redirect = await deps.interactions.complete(request, response, finishing)
      const { holderName: name } = await finishing
      cookies.clearSignInSecret(response, interactionId)
      response.json({ redirect, name })
    },

    cancel: async (request, response) => {
      const interactionId = interactionIdOf(request.params)
      const { challengeId } = parseInput(cancelBody, request.body)
      const browserSecret = cookies.signInSecret(request, interactionId)
      const redirect = await deps.interactions.cancel(request, response)
      if (challengeId !== undefined && browserSecret !== null)
        await deps.cardAuth.cancel({ challengeId, browserSecret })
      cookies.clearSignInSecret(response, interactionId)
      if (request.is('json') === 'json') response.json({ redirect })
      else response.type('html').send(pages.cancelled(contextOf(request), redirect))
    },
  }

  function contextOf(request: IncomingMessage) {
    return { language: languageOf(request, cookies), switchAddress: null }
  }
}

function signInView(
  asked: SignInRequest,
  beginning: Beginning,
  { language, now, hasPasskeys }: { language: Language; now: Date; hasPasskeys: boolean },
): SignInView {
  const application = asked.client.name[language]
  const passkey = passkeyOffer(asked, { language, canBe: hasPasskeys })
  const takesPasskeys = passkey.isOffered
  return {
    interactionId: asked.interactionId,
    language,
    application,
    office: asked.client.office?.[language] ?? null,
    terminalName: beginning.terminalName,
    notice: noticeFor(asked.reason, asked.cardKinds, { language, takesPasskeys }),
    passkey,
    isPassOffered: asked.methods.includes('pass'),
    state: viewOf(beginning.state, stateWords[beginning.state], language),
    values: { application },
    challenge: challengeView(beginning, now),
  }
}

/** The passkey where it would do, or why it would not; nothing where there can be none. */
function passkeyOffer(
  { methods, cardAlone, client }: SignInRequest,
  { language, canBe }: { language: Language; canBe: boolean },
): PasskeyOffer {
  const isOffered = canBe && methods.includes('passkey')
  if (!canBe || cardAlone === null) return { isOffered, whyCardAlone: null }
  const since = client.policy.cardCompulsoryFrom
  const date = since === null ? '' : formatDate(since)
  return { isOffered, whyCardAlone: fill(cardAloneWords[cardAlone][language], { date }) }
}

/** Seconds left instead of an instant: clocks of browsers are not to be relied on. */
function challengeView({ challenge }: Beginning, now: Date): ChallengeView | null {
  if (challenge === null) return null
  const leftMs = challenge.expiresAt.getTime() - now.getTime()
  const expiresInSeconds = Math.max(1, Math.floor(leftMs / 1000))
  return { id: challenge.challengeId, number: challenge.number, expiresInSeconds }
}
