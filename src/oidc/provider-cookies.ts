import type { Configuration } from 'oidc-provider'
import { createCookieSigner } from './cookie-signer.ts'

/**
 * The provider's own cookies. The session's is bound to this host (`__Host-`). The other two are
 * bound to the path of one sign-in, so that tabs do not disturb each other; that prefix is
 * forbidden for them, hence `__Secure-`. Over http, on loopback, there is neither.
 */
export function providerCookies(
  issuer: string,
  keys: readonly string[],
): NonNullable<Configuration['cookies']> {
  const secure = issuer.startsWith('https:')
  const options = { httpOnly: true, sameSite: 'lax', signed: true, secure } as const
  const pathBound = secure ? '__Secure-' : ''
  return {
    keys: createCookieSigner(keys),
    names: {
      session: `${secure ? '__Host-' : ''}ecard_session`,
      interaction: `${pathBound}ecard_sign_in`,
      resume: `${pathBound}ecard_resume`,
    },
    long: { ...options, path: '/' },
    short: options,
  }
}
