import type { Log } from '../log.ts'
import type { AuthorityDeps } from './authority-deps.ts'
import { createDevelopmentPki } from './development-pki.ts'

/**
 * Sees to it at the start that there are authorities: makes them where a development PKI will do,
 * else leaves them to the ceremony and says so. Anchors are loaded by `watchTrustAnchors`, which
 * hears of the ceremony while the service runs.
 *
 * @param mayMake - whether nobody but this machine will ever rely on them
 * @throws KeystoreUnavailable, AuthorityUnavailable as `createDevelopmentPki`, if `mayMake`
 */
export async function ensureAuthorities(
  deps: AuthorityDeps & { readonly log: Log },
  { mayMake }: { readonly mayMake: boolean },
): Promise<void> {
  if (mayMake) {
    await createDevelopmentPki(deps)
    return
  }
  const authorities = await deps.certificates.listAuthorities()
  if (authorities.length === 0) {
    deps.log.warn('pki.without-authorities', { advice: 'hold the key ceremony: ecard ca init' })
  }
}
