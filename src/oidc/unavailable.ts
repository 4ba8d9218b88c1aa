import { errors } from 'oidc-provider'
import { AppError } from '../errors.ts'

/**
 * "We could not tell": a store did not answer. The library's own error of this name goes back to
 * the application with status 400; ours stays here, as a page or JSON with status 503, since an
 * application could not make it better.
 */
export class Unavailable extends errors.OIDCProviderError {
  override readonly cause: AppError

  constructor(cause: AppError) {
    super(503, 'temporarily_unavailable')
    this.cause = cause
    this.error_description = 'the service cannot answer right now, try again in a moment'
    this.expose = true
    this.allow_redirect = false
  }
}

/** Passes on what `work` brings, and its errors in the form that the library can answer with. */
export function orUnavailable<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    if (isStoreError(error)) throw new Unavailable(error)
    throw error
  })
}

function isStoreError(error: unknown): error is AppError {
  return (
    error instanceof AppError &&
    (error.code === 'STORE_UNAVAILABLE' || error.code === 'DATABASE_UNAVAILABLE')
  )
}
