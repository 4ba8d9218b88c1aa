import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AuditLog } from './audit/audit-event.ts'
import type { Clock } from './clock.ts'
import type { ExpiringStore } from './db/expiring-store.ts'
import type { Database } from './db/pool.ts'
import { ownSignInAddress } from './oidc/own-application.ts'
import { readOwnSession } from './oidc/own-session.ts'
import type { SignInProvider } from './oidc/provider.ts'
import { removeOwnPasskey, renameOwnPasskey } from './passkeys/change-own-passkey.ts'
import { noticingPasskeyStore, type PasskeyNotices } from './passkeys/passkey-notices.ts'
import type { PasskeyStore } from './passkeys/passkey-store.ts'
import type { UsedAt } from './passkeys/passkey.ts'
import { beginPasskeyRegistration, finishPasskeyRegistration } from './passkeys/register-passkey.ts'
import type { RelyingParty } from './passkeys/relying-party.ts'
import { beginPasskeySignIn, finishPasskeySignIn } from './passkeys/verify-passkey.ts'
import type { Random } from './random.ts'
import type { Terminal } from './terminals/terminal.ts'
import type { OwnPages } from './web/own-pages.ts'
import type { OwnPasskeys } from './web/passkey-routes.ts'
import type { PasskeySignIn } from './web/passkey-sign-in-routes.ts'

/** The passkeys' part of the composition. */
export interface PasskeyBasics {
  readonly db: Database
  readonly store: ExpiringStore
  readonly clock: Clock
  readonly random: Random
  readonly audit: AuditLog
  readonly passkeys: PasskeyStore
  readonly passkeyNotices: PasskeyNotices
  readonly terminals: { find(id: string): Promise<Terminal | null> }
  readonly provider: SignInProvider
  readonly issuer: string
  /** null: this service is at an address for which no passkey can be made. */
  readonly relyingParty: RelyingParty | null
}

/** What the pages need of passkeys, with everything else bound; null where there can be none. */
export function bindPasskeys(basics: PasskeyBasics): (PasskeySignIn & OwnPasskeys) | null {
  const { relyingParty, passkeys, terminals } = basics
  if (relyingParty === null) return null
  const deps = { ...basics, relyingParty }
  /** What takes a passkey in or out tells its holder. */
  const noticing = (usedAt: UsedAt) => ({
    ...deps,
    passkeys: { ...passkeys, ...noticingPasskeyStore(basics, usedAt) },
  })
  return {
    begin: (begun) => beginPasskeySignIn(deps, begun),
    finish: (attempt) => finishPasskeySignIn(noticing(attempt.usedAt), attempt),
    beginRegistration: (session) => beginPasskeyRegistration(deps, session),
    finishRegistration: (session, { usedAt, ...attempt }) =>
      finishPasskeyRegistration(noticing(usedAt), session, attempt),
    listOf: (holderId) => passkeys.listOf(holderId),
    remove: (session, change) => removeOwnPasskey(deps, session, change),
    rename: (session, change) => renameOwnPasskey(deps, session, change),
    terminalName: async (id) => (await terminals.find(id))?.name ?? null,
  }
}

/** The session of a holder's own pages, and how they come to one. */
export function bindOwnPages({
  provider,
  issuer,
  random,
}: Pick<PasskeyBasics, 'provider' | 'issuer' | 'random'>): OwnPages {
  return {
    session: (request: IncomingMessage, response: ServerResponse) =>
      readOwnSession(provider, request, response),
    signInAddress: (wanted) =>
      ownSignInAddress(issuer, wanted, random.bytes(32).toString('base64url')),
  }
}
