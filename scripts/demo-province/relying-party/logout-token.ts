import { jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose'

/** What a logout token names: a session, a subject, or both; at least one is not null. */
export interface LogoutToken {
  readonly sid: string | null
  readonly subject: string | null
  readonly id: string
}

export interface ExpectedLogout {
  readonly issuer: string
  readonly clientId: string
  /** The issuer's keys. */
  readonly keys: JWTVerifyGetKey
  readonly now: Date
}

/** A logout token that is not to be acted upon; the message says which rule it breaks. */
export class LogoutTokenRefused extends Error {
  constructor(rule: string, cause?: unknown) {
    super(`logout token refused: ${rule}`, cause === undefined ? undefined : { cause })
    this.name = 'LogoutTokenRefused'
  }
}

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'
const oldestMinutes = 5

/**
 * Judges a logout token by OpenID Connect Back-Channel Logout 1.0 §2.6. That a token is used
 * once is the caller's to remember, by `id`.
 *
 * @throws LogoutTokenRefused
 */
export async function verifyLogoutToken(
  received: unknown,
  expected: ExpectedLogout,
): Promise<LogoutToken> {
  const claims = await verifySigned(received, expected)
  // Step 4: `sub`, `sid` or both.
  const sid = textOrNull(claims['sid'])
  const subject = textOrNull(claims.sub)
  if (sid === null && subject === null) throw new LogoutTokenRefused('names nobody')
  // Step 5: the event.
  if (!hasLogoutEvent(claims['events'])) throw new LogoutTokenRefused('no logout event')
  // Step 6: an ID token, which has a nonce, must not pass for a logout token.
  if (claims['nonce'] !== undefined) throw new LogoutTokenRefused('has a nonce')
  return { sid, subject, id: textOrNull(claims.jti) ?? '' }
}

/** Steps 1 to 3: a signature by the issuer's key, and the claims every JWT of it has. */
async function verifySigned(received: unknown, expected: ExpectedLogout): Promise<JWTPayload> {
  if (typeof received !== 'string') throw new LogoutTokenRefused('missing')
  try {
    const { payload } = await jwtVerify(received, expected.keys, {
      issuer: expected.issuer,
      audience: expected.clientId,
      algorithms: ['ES256'],
      requiredClaims: ['iat', 'exp', 'jti'],
      typ: 'logout+jwt',
      currentDate: expected.now,
      clockTolerance: 5,
      maxTokenAge: `${oldestMinutes} minutes`,
    })
    return payload
  } catch (error) {
    throw new LogoutTokenRefused('signature or claims', error)
  }
}

function hasLogoutEvent(events: unknown): boolean {
  const event = isObject(events) ? events[logoutEvent] : undefined
  return isObject(event)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
