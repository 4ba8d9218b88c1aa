import type { IncomingMessage } from 'node:http'
import type { UsedAt } from '../passkeys/passkey.ts'
import type { Cookies } from './cookies.ts'
import { deviceLabelOf } from './device-label.ts'
import type { SignInDeps } from './sign-in-routes.ts'

/** At which terminal, and in what sort of browser: for its holder to notice a stranger by. */
export async function whereUsed(
  { terminals }: { readonly terminals: SignInDeps['terminals'] },
  cookies: Pick<Cookies, 'pairingSecret'>,
  request: IncomingMessage,
): Promise<UsedAt> {
  const pairingSecret = cookies.pairingSecret(request)
  const terminal = pairingSecret === null ? null : await terminals.ofBrowser(pairingSecret)
  return { terminalId: terminal?.id ?? null, device: deviceLabelOf(request) }
}
