import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from 'oidc-provider'
import type { Log } from '../log.ts'

/** A logout token that a client has to get (OpenID Connect Back-Channel Logout 1.0 §2.4). */
export interface LogoutNotice {
  readonly sessionUid: string
  readonly clientId: string
  readonly holderId: string
  /** The session id as this client knows it. */
  readonly sid: string | undefined
}

export interface LogoutReceipt {
  readonly sessionUid: string
  readonly clientId: string
  /** `not-subscribed`: it registered no address for this, or is disabled. */
  readonly outcome: 'told' | 'not-told' | 'not-subscribed'
}

export interface DeliveryDeps {
  readonly findClient: (clientId: string) => Promise<Client | undefined>
  readonly log: Log
  /** How long to wait before each further round of attempts. */
  readonly retryDelaysMs: readonly number[]
}

export const defaultRetryDelaysMs: readonly number[] = [200, 1000, 4000]

/** Enough to tell hundreds of clients in a second, few enough not to drown anybody. */
const maxAtOnce = 32

/** The library makes the token and sends it; its types leave this method out. */
interface LogoutReceiver {
  backchannelLogout(sub: string, sid: string | undefined): Promise<void>
}

/**
 * Tells each client, in rounds: those that could not be told come again in the next, so that
 * nobody waits for another's retries. Never throws: a client that cannot be told must not keep the
 * others from being told. A token sent twice does no harm.
 */
export async function deliverLogouts(
  deps: DeliveryDeps,
  notices: readonly LogoutNotice[],
): Promise<LogoutReceipt[]> {
  const receipts: LogoutReceipt[] = []
  let open = notices
  for (const delayMs of [0, ...deps.retryDelaysMs]) {
    if (open.length === 0) return receipts
    if (delayMs > 0) await pause(delayMs, undefined, { ref: false })
    const answers = await deliverRound(deps, open)
    receipts.push(...answers.filter(({ outcome }) => outcome !== 'not-told'))
    open = open.filter((_, index) => answers[index]?.outcome === 'not-told')
  }
  return [...receipts, ...open.map((notice) => receiptOf(notice, 'not-told'))]
}

/**
 * The first round alone is waited for, as long as a person is: it takes milliseconds, or the
 * time-out of a client that is away. The other rounds follow by themselves.
 */
export async function deliverLogoutsPromptly(
  deps: DeliveryDeps,
  notices: readonly LogoutNotice[],
): Promise<void> {
  const answers = await deliverRound(deps, notices)
  const open = notices.filter((_, index) => answers[index]?.outcome === 'not-told')
  void retryLogouts(deps, open)
}

/** Rounds for clients that could not be told just now. */
export async function retryLogouts(
  deps: DeliveryDeps,
  notices: readonly LogoutNotice[],
): Promise<LogoutReceipt[]> {
  const [firstDelayMs = 0, ...retryDelaysMs] = deps.retryDelaysMs
  await pause(firstDelayMs, undefined, { ref: false })
  return deliverLogouts({ ...deps, retryDelaysMs }, notices)
}

/** One attempt each; the receipts stand in the order of `notices`. */
async function deliverRound(
  deps: DeliveryDeps,
  notices: readonly LogoutNotice[],
): Promise<LogoutReceipt[]> {
  const receipts: LogoutReceipt[] = []
  for (let start = 0; start < notices.length; start += maxAtOnce) {
    const batch = notices.slice(start, start + maxAtOnce)
    receipts.push(...(await Promise.all(batch.map((notice) => deliver(deps, notice)))))
  }
  return receipts
}

async function deliver(deps: DeliveryDeps, notice: LogoutNotice): Promise<LogoutReceipt> {
  const { clientId, sessionUid, holderId, sid } = notice
  try {
    const client = await deps.findClient(clientId)
    if (client?.backchannelLogoutUri === undefined) return receiptOf(notice, 'not-subscribed')
    await (client as Client & LogoutReceiver).backchannelLogout(holderId, sid)
    return receiptOf(notice, 'told')
  } catch (error) {
    deps.log.error('oidc.backchannel-logout.failed', error, { clientId, sessionUid })
    return receiptOf(notice, 'not-told')
  }
}

function receiptOf(
  { sessionUid, clientId }: LogoutNotice,
  outcome: LogoutReceipt['outcome'],
): LogoutReceipt {
  return { sessionUid, clientId, outcome }
}
