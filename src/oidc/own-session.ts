import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SignInProvider } from './provider.ts'
import type { SignIn } from './session-index.ts'
import { Unavailable } from './unavailable.ts'

/** The session of this browser, as a holder's own pages see it. */
export interface OwnSession {
  /** Known to this browser's session alone: what is bound to it is bound to the browser. */
  readonly sessionUid: string
  readonly signIn: SignIn
  readonly holder: {
    readonly id: string
    readonly displayName: string
    readonly email: string | null
  }
}

/**
 * Who is signed in in this browser, by the provider's own session cookie, judged as at every single
 * sign-on: with holder, card and passkey as they are now. Reading does not extend the session.
 *
 * @returns null where nobody is, or not any more
 * @throws StoreUnavailable, DatabaseUnavailable
 */
export async function readOwnSession(
  provider: SignInProvider,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<OwnSession | null> {
  const session = await asOurErrors(() => provider.Session.get(provider.createContext(req, res)))
  const { uid, accountId } = session
  if (accountId === undefined) return null
  const account = await provider.parts.findSignedIn(uid, accountId)
  if (account === undefined) return null
  const { id, displayName, email } = account.holder
  return { sessionUid: uid, signIn: account.signIn, holder: { id, displayName, email } }
}

async function asOurErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof Unavailable ? error.cause : error
  }
}
