/** How long things live, in whole seconds. */
export interface Lifetimes {
  /** A session ends this long after its last use at this service. */
  readonly sessionIdleSeconds: number
  /** A session ends this long after its sign-in, however busy. */
  readonly sessionMaxSeconds: number
  /** How long a person may take over one sign-in page. */
  readonly interactionSeconds: number
  readonly authorizationCodeSeconds: number
  readonly accessTokenSeconds: number
  readonly idTokenSeconds: number
  /** From the first refresh token of a grant to the end of its last: rotation does not extend it. */
  readonly refreshTokenSeconds: number
}

export const defaultLifetimes: Lifetimes = {
  sessionIdleSeconds: 15 * 60,
  sessionMaxSeconds: 12 * 60 * 60,
  interactionSeconds: 15 * 60,
  authorizationCodeSeconds: 60,
  accessTokenSeconds: 10 * 60,
  idTokenSeconds: 10 * 60,
  refreshTokenSeconds: 14 * 24 * 60 * 60,
}
