import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { MailStore } from './mail-store.ts'
import type { TakenMail } from './mail.ts'
import { renderMail, type MailOperator } from './render-mail.ts'
import type { Delivery, MailTransport } from './smtp-transport.ts'

export interface MailDeliveryDeps {
  readonly mails: MailStore
  readonly transport: MailTransport
  readonly operator: MailOperator
  readonly clock: Clock
  readonly log: Log
}

/** From the queue to the mail server, on any number of nodes at once. */
export interface MailDelivery {
  /**
   * Brings out what is due, one mail after the other, until none is or the server takes none.
   *
   * What the server has taken is not sent again, unless the node dies, or loses the database for
   * longer than it holds the mail, in the moment between the server's word and writing it down: then
   * another one sends it once more, with the same Message-ID (SMTP has no better promise to give,
   * RFC 5321 §4.5.4.1).
   *
   * @param stopping - once aborted, no further mail is taken
   * @throws DatabaseUnavailable
   */
  deliverDue(stopping?: AbortSignal): Promise<void>
}

/** Minutes to wait after the first, second … attempt; after the last of them always as long. */
const retryDelaysMinutes = [1, 5, 15, 60]
/** What could not be brought out by then is old news. */
const givenUpAfterMs = 3 * 86_400_000
/** Longer than any attempt (`sendTimeoutMs`) and what is written down after it. */
export const heldForMs = 300_000

export function createMailDelivery(deps: MailDeliveryDeps): MailDelivery {
  const { mails, clock } = deps
  /** The server has them, and the database does not know it yet. */
  const accepted = new Set<TakenMail>()

  async function deliver(mail: TakenMail): Promise<Delivery['outcome']> {
    const rendered = renderMail(mail, deps.operator)
    const { id, to, createdAt } = mail
    const delivery = await deps.transport.send({ id, to, createdAt, ...rendered })
    if (delivery.outcome === 'accepted') {
      accepted.add(mail)
      await noteAccepted()
    } else await noteFailure(deps, mail, delivery)
    return delivery.outcome
  }

  async function noteAccepted(): Promise<void> {
    for (const mail of accepted) {
      await mails.markSent(mail, clock.now())
      accepted.delete(mail)
      deps.log.info('mail.sent', { mailId: mail.id, template: mail.template })
    }
  }

  return {
    deliverDue: async (stopping) => {
      await noteAccepted()
      while (stopping?.aborted !== true) {
        const now = clock.now()
        const mail = await mails.takeDue({ now, until: new Date(now.getTime() + heldForMs) })
        if (mail === null || (await deliver(mail)) === 'unreachable') return
      }
    },
  }
}

async function noteFailure(
  { mails, clock, log }: MailDeliveryDeps,
  mail: TakenMail,
  { outcome, error }: Exclude<Delivery, { outcome: 'accepted' }>,
): Promise<void> {
  const now = clock.now()
  const nextAttemptAt = new Date(now.getTime() + delayMsAfter(mail.attempts))
  const isTooOld = nextAttemptAt.getTime() > mail.createdAt.getTime() + givenUpAfterMs
  const facts = { mailId: mail.id, template: mail.template, attempts: mail.attempts, error }
  if (outcome === 'rejected' || isTooOld) {
    await mails.markFailed(mail, { error, at: now })
    log.warn('mail.failed', facts)
    return
  }
  await mails.postpone(mail, { error, nextAttemptAt })
  log.warn('mail.postponed', facts)
}

function delayMsAfter(attempts: number): number {
  const last = retryDelaysMinutes.length - 1
  return (retryDelaysMinutes[Math.min(attempts - 1, last)] ?? 0) * 60_000
}
