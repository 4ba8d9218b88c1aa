import type { Request, RequestHandler, Response } from 'express'
import { NotFound } from '../errors.ts'
import type { OwnSession } from '../oidc/own-session.ts'
import { isConfirmed } from '../passkeys/change-own-passkey.ts'
import type { Passkey } from '../passkeys/passkey.ts'
import { PasskeyRefused } from '../passkeys/refusal.ts'
import { parseInput, passkeyName, passkeyPath, renameBody } from './parse-input.ts'
import type { OwnPasskeys, PasskeyPageDeps } from './passkey-routes.ts'
import { languageOf, switchAddress } from './request-language.ts'
import type { WebParts } from './sign-in-routes.ts'
import type { PageContext } from './views/document.tsx'
import { whereUsed } from './where-used.ts'

/** What a holder asks for, with everything that had to be so for that. */
interface Asked {
  readonly passkeys: OwnPasskeys
  readonly passkey: Passkey
  readonly session: OwnSession
  readonly context: PageContext
  readonly isThisSession: boolean
}

type Change = 'rename' | 'remove'

/** Renaming and removing, each a page with a plain form: neither needs a script. */
export function createMyPasskeyHandlers(
  deps: PasskeyPageDeps,
  { pages, cookies }: WebParts,
): Record<'renamePage' | 'rename' | 'removePage' | 'remove', RequestHandler> {
  /** Leads to a sign-in where there is none, or none of this moment, and from there back here. */
  function step(
    change: Change,
    answer: (asked: Asked, request: Request, response: Response) => unknown,
  ): RequestHandler {
    return async (request, response) => {
      const { id } = parseInput(passkeyPath, request.params)
      const session = await deps.ownPages.session(request, response)
      if (session === null || !isConfirmed(session.signIn, deps.clock.now())) {
        response.redirect(303, confirmAddress(deps, change, id))
        return
      }
      const { passkeys, passkey } = await findOwn(deps, session, id)
      const language = languageOf(request, cookies)
      const context = { language, switchAddress: switchAddress(request, language) }
      const isThisSession = session.signIn.passkeyId === id
      await answer({ passkeys, passkey, session, context, isThisSession }, request, response)
    }
  }

  return {
    renamePage: step('rename', ({ context, passkey }, _request, response) => {
      const view = { passkey, name: passkey.name, isWrong: false }
      response.type('html').send(pages.renamePasskey(context, view))
    }),

    rename: step('rename', async ({ passkeys, passkey, session, context }, request, response) => {
      const { name: typed } = parseInput(renameBody, request.body)
      const name = passkeyName.safeParse(typed)
      if (!name.success) {
        const view = { passkey, name: typed, isWrong: true }
        response.status(400).type('html').send(pages.renamePasskey(context, view))
        return
      }
      const usedAt = await whereUsed(deps, cookies, request)
      const change = { passkeyId: passkey.id, name: name.data, usedAt }
      await passkeys.rename(session, change)
      response.redirect(303, '/passkeys?done=renamed')
    }),

    removePage: step('remove', ({ context, passkey, isThisSession }, _request, response) => {
      response.type('html').send(pages.removePasskey(context, { passkey, isThisSession }))
    }),

    remove: step('remove', async (asked, request, response) => {
      const { passkeys, passkey, session } = asked
      const usedAt = await whereUsed(deps, cookies, request)
      await passkeys.remove(session, { passkeyId: passkey.id, usedAt })
      // Then there is no session any more that could show the list.
      if (asked.isThisSession) response.type('html').send(pages.passkeyRemoved(asked.context))
      else response.redirect(303, '/passkeys?done=removed')
    }),
  }
}

/** Another holder's is no different from one that does not exist. @throws NotFound */
async function findOwn(
  { passkeys }: PasskeyPageDeps,
  { holder }: OwnSession,
  id: string,
): Promise<Pick<Asked, 'passkeys' | 'passkey'>> {
  if (passkeys === null) throw new PasskeyRefused('not-offered')
  const all = await passkeys.listOf(holder.id)
  const passkey = all.find((one) => one.id === id && one.state !== 'revoked')
  if (passkey === undefined) throw new NotFound('there is no such passkey', { passkeyId: id })
  return { passkeys, passkey }
}

function confirmAddress({ ownPages }: PasskeyPageDeps, change: Change, id: string): string {
  return ownPages.signInAddress({ mustBeCard: false, mustBeNew: true, state: `${change}.${id}` })
}

/** Where a sign-in that was asked for on the way to a change goes on; what else came is ignored. */
export function addressAfterSignIn({ path, query }: Pick<Request, 'path' | 'query'>): string {
  const { state } = query
  const found = typeof state === 'string' ? /^(rename|remove)\.([0-9a-f-]{36})$/.exec(state) : null
  return found === null ? path : `/passkeys/${found[2] ?? ''}/${found[1] ?? ''}`
}
