import type { IncomingMessage } from 'node:http'
import type { Request, RequestHandler, Response } from 'express'
import type { Authentication } from '../holders/authentication.ts'
import type { SignInRequest } from '../oidc/interaction.ts'
import { ownClientId } from '../oidc/own-application.ts'
import type { GuessPlace } from '../passes/guess-limits.ts'
import type { PassAttempt } from '../passes/redeem-pass.ts'
import { passRefusals, PassRefused } from '../passes/refusal.ts'
import { networkOf } from './client-network.ts'
import { parseInput, passBody } from './parse-input.ts'
import { languageOf, switchAddress } from './request-language.ts'
import type { SignInDeps, WebParts } from './sign-in-routes.ts'
import type { PassView } from './views/pass-page.tsx'
import type { Language } from './words/language.ts'
import { passRefusalAdvice, passRefusalText } from './words/pass-words.ts'

export interface PassSignInDeps {
  readonly interactions: Pick<SignInDeps['interactions'], 'read' | 'complete'>
  readonly terminals: SignInDeps['terminals']
  readonly passes: {
    /** @throws PassRefused */
    redeem(attempt: PassAttempt): Promise<Authentication>
  }
}

/** Signing in with a temporary pass: a page of its own with a plain form. */
export function createPassHandlers(
  deps: PassSignInDeps,
  { pages, cookies }: WebParts,
): Record<'page' | 'signIn', RequestHandler> {
  async function placeOf(request: Request): Promise<GuessPlace> {
    const pairingSecret = cookies.pairingSecret(request)
    const terminal = pairingSecret === null ? null : await deps.terminals.ofBrowser(pairingSecret)
    if (terminal === null) return { kind: 'network', network: networkOf(request) }
    return { kind: 'terminal', terminalId: terminal.id }
  }

  async function askedBy(request: IncomingMessage, response: Response): Promise<SignInRequest> {
    const asked = await deps.interactions.read(request, response)
    if (!asked.methods.includes('pass')) throw new PassRefused('not-offered')
    return asked
  }

  return {
    page: async (request, response) => {
      const asked = await askedBy(request, response)
      const language = languageOf(request, cookies, { askedByApplication: asked.language })
      const context = { language, switchAddress: switchAddress(request, language) }
      const view = emptyView(asked, language)
      response.type('html').send(pages.pass(context, view))
    },

    signIn: async (request, response) => {
      const { number, code } = parseInput(passBody, request.body)
      const asked = await askedBy(request, response)
      const language = languageOf(request, cookies, { askedByApplication: asked.language })
      const context = { language, switchAddress: null }
      const attempt = {
        ...{ receivedNumber: number, receivedCode: code, place: await placeOf(request) },
        ...{ clientId: asked.client.clientId, cardKinds: asked.cardKinds },
        isForRegistration: asked.client.clientId === ownClientId,
      }
      try {
        const authentication = await deps.passes.redeem(attempt)
        const signedIn = Promise.resolve(authentication)
        const goOnAddress = await deps.interactions.complete(request, response, signedIn)
        cookies.clearSignInSecret(response, asked.interactionId)
        // Not a redirect: browsers hold those after a form to `form-action`, up to the application.
        response.set('Refresh', `0; url=${goOnAddress}`)
        const { holderName: name } = authentication
        const application = asked.client.name[language]
        response.send(pages.passDone(context, { language, name, application, goOnAddress }))
      } catch (error) {
        if (!(error instanceof PassRefused)) throw error
        const { retryAfterSeconds } = error.details
        if (retryAfterSeconds !== undefined) response.set('Retry-After', String(retryAfterSeconds))
        const view = { ...emptyView(asked, language), ...faultView(error, attempt, language) }
        response.status(retryAfterSeconds === undefined ? 403 : 429)
        response.type('html').send(pages.pass(context, view))
      }
    },
  }
}

function emptyView({ interactionId, client }: SignInRequest, language: Language): PassView {
  const application = client.name[language]
  return { interactionId, language, application, number: '', code: '', fault: null }
}

/** The number stays where it was typed; the code does only where it has a slip to look for. */
function faultView(
  refused: PassRefused,
  { receivedNumber, receivedCode }: PassAttempt,
  language: Language,
): Pick<PassView, 'number' | 'code' | 'fault'> {
  const { reason } = refused
  return {
    number: receivedNumber,
    code: reason === 'code-mistyped' ? receivedCode : '',
    fault: {
      heading: passRefusalText(refused, language),
      advice: passRefusalAdvice[reason][language],
      lookupCode: passRefusals[reason].lookupCode,
      field: reason === 'number-mistyped' ? 'number' : 'code',
    },
  }
}
