import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider'
import type { Log } from '../log.ts'
import { Unavailable } from './unavailable.ts'

export type ProviderContext = KoaContextWithOIDC
export type ProviderErrorOut = ErrorOut

/** Pages that the provider shows by itself. Each sets `ctx.type` and `ctx.body`. */
export interface ProviderViews {
  /**
   * @param out.error - `invalid_client`, `invalid_redirect_uri`, `invalid_request` (also an expired
   *   sign-in), `temporarily_unavailable`, `server_error`, `not_found` …; never show the rest to
   *   people but in small type
   */
  renderError(ctx: ProviderContext, out: ProviderErrorOut, error: unknown): void | Promise<void>
  /**
   * Asks whether to sign out. The page holds `form` (safe HTML, empty but for a hidden field) and
   * `<button form="op.logoutForm" name="logout" value="yes">`; without that value the person stays
   * signed in everywhere else. Its answer redirects to the application.
   */
  logoutPage(ctx: ProviderContext, form: string): void | Promise<void>
  loggedOutPage(ctx: ProviderContext): void | Promise<void>
}

export interface AnswerDeps {
  readonly views: ProviderViews
  readonly log: Log
}

/** The library puts its context on a request whose address it knows. */
export function isRouted(ctx: ProviderContext): boolean {
  return 'oidc' in ctx
}

/** Whatever the library lets escape, and addresses it does not know, get our page too. */
export async function answerAlways(
  deps: AnswerDeps,
  ctx: ProviderContext,
  next: () => Promise<unknown>,
): Promise<void> {
  try {
    await next()
    if (!isRouted(ctx))
      await showError(deps, ctx, { out: { error: 'not_found' }, error: null, status: 404 })
  } catch (error) {
    const isUnavailable = error instanceof Unavailable
    deps.log.error('oidc.failed', isUnavailable ? error.cause : error)
    const out = { error: isUnavailable ? 'temporarily_unavailable' : 'server_error' }
    await showError(deps, ctx, { out, error, status: isUnavailable ? 503 : 500 })
    // As the library answers programs, which ask for no kind in particular.
    if (ctx.accepts('json', 'html') === 'json') ctx.body = out
  }
}

export async function showError(
  { views }: AnswerDeps,
  ctx: ProviderContext,
  failure: { out: ProviderErrorOut; error: unknown; status?: number },
): Promise<void> {
  if (failure.status !== undefined) ctx.status = failure.status
  // A redirect may have been prepared before the failure; it carries a code.
  ctx.remove('Location')
  if (ctx.status === 503) ctx.set('Retry-After', '2')
  await views.renderError(ctx, failure.out, failure.error)
}
