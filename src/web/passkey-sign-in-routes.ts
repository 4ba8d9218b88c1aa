import type { RequestHandler } from 'express'
import type { Authentication } from '../holders/authentication.ts'
import { PasskeyRefused } from '../passkeys/refusal.ts'
import type { PasskeyAttempt, PasskeyRequestOptions } from '../passkeys/verify-passkey.ts'
import type { Random } from '../random.ts'
import { interactionIdOf, parseInput, passkeyFinishBody } from './parse-input.ts'
import type { SignInDeps, WebParts } from './sign-in-routes.ts'
import { whereUsed } from './where-used.ts'

/** What a sign-in by passkey needs, with everything else bound. */
export interface PasskeySignIn {
  begin(begun: {
    readonly interactionId: string
    readonly browserSecret: string
  }): Promise<{ challengeId: string; options: PasskeyRequestOptions }>
  /** @throws PasskeyRefused */
  finish(attempt: PasskeyAttempt): Promise<Authentication>
}

export interface PasskeySignInDeps {
  readonly interactions: Pick<SignInDeps['interactions'], 'read' | 'complete'>
  readonly terminals: SignInDeps['terminals']
  /** Tells the terminal that nobody waits for a card any more. */
  readonly cardAuth: Pick<SignInDeps['cardAuth'], 'cancel'>
  /** null: at this address there can be none. */
  readonly passkeys: PasskeySignIn | null
  readonly random: Random
}

/** Signing in by passkey, beside the card, on the same page. */
export function createPasskeySignInHandlers(
  deps: PasskeySignInDeps,
  { cookies }: WebParts,
): Record<'start' | 'finish', RequestHandler> {
  return {
    start: async (request, response) => {
      const { interactionId, methods } = await deps.interactions.read(request, response)
      if (!methods.includes('passkey')) throw new PasskeyRefused('not-offered')
      const kept = cookies.signInSecret(request, interactionId)
      const browserSecret = kept ?? deps.random.bytes(32).toString('base64url')
      const begun = await offered(deps).begin({ interactionId, browserSecret })
      cookies.setSignInSecret(response, interactionId, browserSecret)
      response.json(begun)
    },

    finish: async (request, response) => {
      const interactionId = interactionIdOf(request.params)
      const { cardChallengeId, ...body } = parseInput(passkeyFinishBody, request.body)
      // Without its cookie a browser has no challenge: an empty secret never started one.
      const browserSecret = cookies.signInSecret(request, interactionId) ?? ''
      const usedAt = await whereUsed(deps, cookies, request)
      const finishing = offered(deps).finish({ ...body, interactionId, browserSecret, usedAt })
      const redirect = await deps.interactions.complete(request, response, finishing)
      const { holderName: name } = await finishing
      if (cardChallengeId !== undefined)
        await deps.cardAuth.cancel({ challengeId: cardChallengeId, browserSecret })
      cookies.clearSignInSecret(response, interactionId)
      response.json({ redirect, name })
    },
  }
}

function offered({ passkeys }: PasskeySignInDeps): PasskeySignIn {
  if (passkeys === null) throw new PasskeyRefused('not-offered')
  return passkeys
}
