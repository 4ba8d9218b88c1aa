import { cardKinds } from '../holders/card-kind.ts'
import type { Client } from './client-store.ts'
import { acrOf } from './sign-in-policy.ts'

/** The id of the application that we ourselves are to our sign-in page: a holder's own pages. */
export const ownClientId = 'ecard-account'

/** Where those pages are; the sign-in comes back here. */
export const ownPagesPath = '/passkeys'

/** The registered applications and our own, which nobody registers, changes or disables. */
export function withOwnApplication({
  issuer,
  clients,
}: {
  readonly issuer: string
  readonly clients: { find(clientId: string): Promise<Client | null> }
}): { find(clientId: string): Promise<Client | null> } {
  const own = ownApplication(issuer)
  return {
    find: (clientId) => (clientId === ownClientId ? Promise.resolve(own) : clients.find(clientId)),
  }
}

function ownApplication(issuer: string): Client {
  return {
    clientId: ownClientId,
    name: { vi: 'Khóa truy cập của tôi', en: 'My passkeys' },
    agencyId: null,
    state: 'active',
    metadata: {
      redirect_uris: [issuer + ownPagesPath],
      response_types: ['code'],
      grant_types: ['authorization_code'],
      token_endpoint_auth_method: 'none',
    },
    secretHash: null,
    // What a request asks for, `ownSignInAddress` says; the pages look at the session themselves.
    policy: { leastLevel: 'low', cardKinds, agencyIds: null, cardCompulsoryFrom: null },
  }
}

/** What the sign-in has to be that a holder's own page needs. */
export interface OwnSignIn {
  /** Card and PIN, not a passkey. */
  readonly mustBeCard: boolean
  /** A temporary pass does as well, for who has nothing else yet. */
  readonly mayBePass?: boolean
  /** A new sign-in, whatever session there is. */
  readonly mustBeNew: boolean
  /** Comes back with the browser, which may change it (RFC 6749 §4.1.1). */
  readonly state?: string
}

/**
 * Where to send the browser for a sign-in at our own pages. It goes the way of every application,
 * so that there is one sign-in page, one policy and one sort of session. The code that comes back is
 * left to lapse: the pages read the session itself, in the very browser (`readOwnSession`), so no
 * token is needed, and nobody knows the verifier that would redeem it.
 *
 * @param codeChallenge - 32 random bytes in base64url, drawn for this alone
 */
export function ownSignInAddress(
  issuer: string,
  { mustBeCard, mustBeNew, mayBePass = false, state }: OwnSignIn,
  codeChallenge: string,
): string {
  const orPasskey = mayBePass ? 'low' : 'substantial'
  const leastLevel = mustBeCard ? 'high' : orPasskey
  const query = new URLSearchParams({
    client_id: ownClientId,
    response_type: 'code',
    scope: 'openid',
    redirect_uri: issuer + ownPagesPath,
    code_challenge: codeChallenge,
    code_challenge_method: 'S256',
    acr_values: acrOf(leastLevel),
    ...(mustBeNew && { prompt: 'login' }),
    ...(state !== undefined && { state }),
  })
  return `/authorize?${query.toString()}`
}
