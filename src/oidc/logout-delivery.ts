import type { Client } from 'oidc-provider'
import type { Log } from '../log.ts'
import type { LogoutNotice, LogoutOutcome } from './logout-notice-store.ts'

export interface DeliveryDeps {
  readonly findClient: (clientId: string) => Promise<Client | undefined>
  readonly log: Log
}

/** The library makes the token and sends it; its types leave this method out. */
interface LogoutReceiver {
  backchannelLogout(sub: string, sid: string | undefined): Promise<void>
}

/**
 * One attempt to tell one client. Never throws: a client that cannot be told must not keep the
 * others from being told. A token sent twice does no harm.
 */
export async function deliverLogout(
  deps: DeliveryDeps,
  { clientId, sessionUid, holderId, sid }: LogoutNotice,
): Promise<LogoutOutcome> {
  try {
    const client = await deps.findClient(clientId)
    if (client?.backchannelLogoutUri === undefined) return 'not-subscribed'
    await (client as Client & LogoutReceiver).backchannelLogout(holderId, sid)
    return 'told'
  } catch (error) {
    deps.log.error('oidc.backchannel-logout.failed', error, { clientId, sessionUid })
    return 'not-told'
  }
}
