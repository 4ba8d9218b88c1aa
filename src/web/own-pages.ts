import type { IncomingMessage, ServerResponse } from 'node:http'
import type { OwnSignIn } from '../oidc/own-application.ts'
import type { OwnSession } from '../oidc/own-session.ts'

/** What a holder's own pages stand on: who is signed in in this browser, and how to sign in. */
export interface OwnPages {
  /** null: nobody is. @throws StoreUnavailable, DatabaseUnavailable */
  session(request: IncomingMessage, response: ServerResponse): Promise<OwnSession | null>
  /** Where to send the browser; it comes back to `/passkeys`. */
  signInAddress(wanted: OwnSignIn): string
}
