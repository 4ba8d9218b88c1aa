import type { RequestHandler } from 'express'
import { AppError } from '../errors.ts'

/** A page of another site (or none that we could tell) sent what only our pages may send. */
export class CrossSiteRefused extends AppError {
  readonly code = 'CROSS_SITE_REFUSED'
}

/**
 * Lets only our own pages through: by `Sec-Fetch-Site` where the browser sends it (a page cannot
 * forge it), else by `Origin`. A request that shows neither is refused.
 */
export function requireSameOrigin({ issuer }: { issuer: string }): RequestHandler {
  return (request, _response, next) => {
    const site = request.get('Sec-Fetch-Site')
    const origin = request.get('Origin')
    const isOwn = site === undefined ? origin === issuer : site === 'same-origin'
    next(isOwn ? undefined : new CrossSiteRefused('not from our own pages', { path: request.path }))
  }
}
