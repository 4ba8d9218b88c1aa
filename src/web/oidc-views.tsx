import { AppError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { ProviderContext, ProviderErrorOut, ProviderViews } from '../oidc/provider.ts'
import type { Random } from '../random.ts'
import { loadAssets } from './assets.ts'
import { createCookies, type Cookies } from './cookies.ts'
import { askingAgain, explain, faultOf, type Fault } from './error-response.ts'
import { createPages } from './pages.tsx'
import { languageOf, switchAddress } from './request-language.ts'
import { allowFormRedirects } from './security-headers.ts'
import type { PageContext } from './views/document.tsx'
import type { WebErrorCode } from './words/error-words.ts'
import { isLanguage, type Language, type Text } from './words/language.ts'

export interface OidcViewsDeps {
  readonly issuer: string
  readonly operator: Text
  readonly random: Random
  readonly log: Log
}

/** What the provider's errors mean to people; every other is a request that we find wrong. */
const meanings: Readonly<Record<string, WebErrorCode | 'INTERACTION_EXPIRED'>> = {
  invalid_client: 'WEB_CLIENT_UNKNOWN',
  unauthorized_client: 'WEB_CLIENT_UNKNOWN',
  not_found: 'WEB_PAGE_NOT_FOUND',
}

/** The pages that the OpenID provider shows by itself. */
export function createOidcViews(deps: OidcViewsDeps): ProviderViews {
  const cookies = createCookies(deps)
  const pages = createPages({ ...deps, assets: loadAssets() })

  return {
    renderError: (ctx, out, error) => {
      const context = contextOf(ctx, cookies)
      const { language } = context
      const fault = faultFor(deps, { ctx, out, error }, language)
      const { view, retryAfterSeconds } = fault
      // The library's status says more than ours, except where it knows nothing.
      if (ctx.status < 400 || fault.status >= 500) ctx.status = fault.status
      if (retryAfterSeconds !== null) ctx.set('Retry-After', String(retryAfterSeconds))
      const detail = fault.status >= 500 ? null : describe(out)
      ctx.type = 'html'
      ctx.body = pages.fault(context, { ...view, ...askingAgain(ctx, fault), detail })
    },
    logoutPage: (ctx, form) => {
      const policy = ctx.response.get('Content-Security-Policy')
      if (policy !== '') ctx.set('Content-Security-Policy', allowFormRedirects(policy, deps.issuer))
      ctx.type = 'html'
      ctx.body = pages.signOut(contextOf(ctx, cookies), form)
    },
    loggedOutPage: (ctx) => {
      ctx.type = 'html'
      ctx.body = pages.signedOut(contextOf(ctx, cookies))
    },
  }
}

function faultFor(
  deps: OidcViewsDeps,
  failure: { ctx: ProviderContext; out: ProviderErrorOut; error: unknown },
  language: Language,
): Fault {
  const { ctx, out, error } = failure
  const cause = error instanceof Error ? error.cause : undefined
  if (cause instanceof AppError) return explain(deps, cause, { language, path: ctx.path })
  if (error instanceof AppError || out.error === 'server_error')
    return explain(deps, error, { language, path: ctx.path })
  if (error instanceof Error && error.name === 'SessionNotFound')
    return faultOf('INTERACTION_EXPIRED', language)
  const isSignOut = ctx.path.startsWith('/session/')
  const otherwise = isSignOut ? 'WEB_SIGN_OUT_REFUSED' : 'WEB_REQUEST_WRONG'
  return faultOf(meanings[out.error] ?? otherwise, language)
}

/** For whoever runs the application, in small type: the protocol's own public words. */
function describe({ error, error_description: description }: ProviderErrorOut): string {
  return description === undefined ? error : `${error}: ${description}`
}

function contextOf(ctx: ProviderContext, cookies: Cookies): PageContext {
  const asked = uiLanguage(ctx)
  const language = languageOf(ctx.req, cookies, { askedByApplication: asked })
  return { language, switchAddress: switchAddress(ctx.req, language) }
}

/** From `ui_locales` where the provider got as far as reading it. */
function uiLanguage(ctx: ProviderContext): Language | null {
  // Outside of its routes the library has no `oidc` on the context, whatever the type says.
  const { oidc } = ctx as Partial<ProviderContext>
  const locales = oidc?.params?.['ui_locales']
  if (typeof locales !== 'string') return null
  return (
    locales
      .split(' ')
      .map((tag) => tag.split('-')[0])
      .find(isLanguage) ?? null
  )
}
