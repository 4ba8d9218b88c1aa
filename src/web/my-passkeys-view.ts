import { isMailAddress, maskMailAddress } from '../mail/mail.ts'
import type { OwnSession } from '../oidc/own-session.ts'
import type { PasskeyPageDeps } from './passkey-routes.ts'
import type { ListedPasskey } from './views/passkey-list.tsx'
import type { MailsView, PasskeyDone } from './views/passkeys-page.tsx'

/** Those that have not been removed, the newest first, with the names of terminals. */
export async function listedPasskeys(
  { passkeys }: PasskeyPageDeps,
  { holder, signIn }: OwnSession,
): Promise<ListedPasskey[]> {
  if (passkeys === null) return []
  const all = await passkeys.listOf(holder.id)
  const kept = all.filter(({ state }) => state !== 'revoked')
  return Promise.all(
    kept.map(async (passkey) => {
      const terminalId = passkey.lastUse?.terminalId ?? null
      const terminalName = terminalId === null ? null : await passkeys.terminalName(terminalId)
      return { passkey, terminalName, isThisSession: signIn.passkeyId === passkey.id }
    }),
  )
}

/** Whether the holder is told of changes, and where. */
export function mailsView({ areMailsSent }: PasskeyPageDeps, { holder }: OwnSession): MailsView {
  if (!areMailsSent) return { kind: 'off' }
  if (!isMailAddress(holder.email)) return { kind: 'no-address' }
  return { kind: 'sent', to: maskMailAddress(holder.email) }
}

/** What the page before this one has done. */
export function doneOf(given: unknown): PasskeyDone | null {
  return given === 'added' || given === 'renamed' || given === 'removed' ? given : null
}
