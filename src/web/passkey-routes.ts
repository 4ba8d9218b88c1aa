import type { Request, RequestHandler, Response } from 'express'
import type { Clock } from '../clock.ts'
import type { OwnSession } from '../oidc/own-session.ts'
import type { OwnPasskeyChange } from '../passkeys/change-own-passkey.ts'
import type { Passkey, UsedAt } from '../passkeys/passkey.ts'
import { PasskeyRefused } from '../passkeys/refusal.ts'
import type {
  PasskeyCreationOptions,
  RegistrationAttempt,
  RegistrationSession,
} from '../passkeys/register-passkey.ts'
import { registrationProofOf } from '../passkeys/registration-proof.ts'
import { deviceLabelOf } from './device-label.ts'
import { addressAfterSignIn } from './my-passkeys-routes.ts'
import { doneOf, listedPasskeys, mailsView } from './my-passkeys-view.ts'
import type { OwnPages } from './own-pages.ts'
import { parseInput, passkeyRegistrationBody } from './parse-input.ts'
import { languageOf, switchAddress } from './request-language.ts'
import type { SignInDeps, WebParts } from './sign-in-routes.ts'
import { whereUsed } from './where-used.ts'

/** What a holder does with passkeys of their own, with everything else bound. */
export interface OwnPasskeys {
  /** @throws PasskeyRefused */
  beginRegistration(
    session: RegistrationSession,
  ): Promise<{ challengeId: string; options: PasskeyCreationOptions }>
  /** @throws PasskeyRefused */
  finishRegistration(
    session: RegistrationSession,
    attempt: RegistrationAttempt & { readonly usedAt: UsedAt },
  ): Promise<Passkey>
  /** Those that have ended too. */
  listOf(holderId: string): Promise<Passkey[]>
  /** @throws PasskeyRefused, NotFound */
  remove(session: RegistrationSession, change: OwnPasskeyChange): Promise<Passkey>
  /** @throws PasskeyRefused, NotFound */
  rename(
    session: RegistrationSession,
    change: OwnPasskeyChange & { readonly name: string },
  ): Promise<Passkey>
  /** null: there is no such terminal. */
  terminalName(terminalId: string): Promise<string | null>
}

export interface PasskeyPageDeps {
  /** null: at this address there can be none. */
  readonly passkeys: OwnPasskeys | null
  readonly ownPages: OwnPages
  readonly terminals: SignInDeps['terminals']
  /** false: there is no mail server, so nobody is told of changes. */
  readonly areMailsSent: boolean
  readonly clock: Clock
}

/** A holder's own page of passkeys, and what its script asks for. */
export function createPasskeyHandlers(
  deps: PasskeyPageDeps,
  { pages, cookies }: WebParts,
): Record<
  'page' | 'confirm' | 'byPass' | 'startRegistration' | 'finishRegistration',
  RequestHandler
> {
  return {
    page: async (request, response) => {
      const language = languageOf(request, cookies)
      const context = { language, switchAddress: switchAddress(request, language) }
      if (cameBackFromSignIn(request)) {
        if (request.query['error'] === undefined)
          response.redirect(303, addressAfterSignIn(request))
        else
          response
            .type('html')
            .send(pages.cancelled({ ...context, switchAddress: null }, backOf(request)))
        return
      }
      const session = await deps.ownPages.session(request, response)
      if (session === null || !mayEnter(session, deps.clock.now())) {
        response.redirect(303, deps.ownPages.signInAddress({ mustBeCard: false, mustBeNew: false }))
        return
      }
      const view = {
        holderName: session.holder.displayName,
        signedInBy: session.signIn.method,
        passkeys: await listedPasskeys(deps, session),
        mails: mailsView(deps, session),
        done: doneOf(request.query['done']),
        arePossible: deps.passkeys !== null,
        mayAdd: mayAdd(session, deps.clock.now()),
        suggestedName: deviceLabelOf(request) ?? '',
      }
      response.type('html').send(pages.passkeys(context, view))
    },

    confirm: (_request, response) => {
      const wanted = { mustBeCard: true, mustBeNew: true }
      response.redirect(303, deps.ownPages.signInAddress(wanted))
    },

    byPass: (_request, response) => {
      const wanted = { mustBeCard: false, mustBeNew: true, mayBePass: true }
      response.redirect(303, deps.ownPages.signInAddress(wanted))
    },

    startRegistration: async (request, response) => {
      const session = await sessionOf(deps, request, response)
      response.json(await possible(deps).beginRegistration(session))
    },

    finishRegistration: async (request, response) => {
      const attempt = parseInput(passkeyRegistrationBody, request.body)
      const session = await sessionOf(deps, request, response)
      const usedAt = await whereUsed(deps, cookies, request)
      const registering = possible(deps).finishRegistration(session, { ...attempt, usedAt })
      const { id, name } = await registering
      response.status(201).json({ id, name })
    },
  }
}

/** The provider brings the browser back with a code, which nobody redeems, or with an error. */
function cameBackFromSignIn({ query }: Request): boolean {
  return query['code'] !== undefined || query['error'] !== undefined
}

/** Who was on the way to a change is signed in still; who was not would be asked again at once. */
function backOf({ path, query }: Request): string {
  return query['state'] === undefined ? '/' : path
}

/** Not by a tap alone; by a temporary pass only for what it is good for. */
function mayEnter(session: OwnSession, now: Date): boolean {
  return session.signIn.level !== 'low' || mayAdd(session, now)
}

function mayAdd({ signIn }: OwnSession, now: Date): boolean {
  try {
    registrationProofOf(signIn, now)
    return true
  } catch (error) {
    if (error instanceof PasskeyRefused) return false
    throw error
  }
}

async function sessionOf(
  { ownPages }: PasskeyPageDeps,
  request: Request,
  response: Response,
): Promise<OwnSession> {
  const session = await ownPages.session(request, response)
  if (session === null) throw new PasskeyRefused('proof-missing')
  return session
}

function possible({ passkeys }: PasskeyPageDeps): OwnPasskeys {
  if (passkeys === null) throw new PasskeyRefused('not-offered')
  return passkeys
}
