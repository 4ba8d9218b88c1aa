import type { MailDelivery, MailDeliveryDeps } from './deliver-mails.ts'

export interface WatchMailsDeps extends Pick<
  MailDeliveryDeps,
  'mails' | 'transport' | 'clock' | 'log'
> {
  readonly delivery: MailDelivery
}

/** Mails are there for who asks whether one was sent; they hold an address, so not for ever. */
const keptDays = 30
const patienceMs = 3_000

/**
 * Brings out mails as they come due and removes old ones. Now and again and again; a failure is
 * logged and the next turn tries once more. Any number of nodes may do this at once.
 *
 * @param options.everySeconds - default 5
 * @returns what stops it; the attempt that is being made gets a moment to end by itself, since
 *   breaking it off leaves open whether the server has the mail
 */
export function watchMails(
  deps: WatchMailsDeps,
  { everySeconds = 5 }: { readonly everySeconds?: number } = {},
): () => Promise<void> {
  const stopping = new AbortController()
  let turn: Promise<void> = takeTurn(deps, stopping.signal)
  const timer = setInterval(() => {
    turn = turn.then(() => takeTurn(deps, stopping.signal))
  }, everySeconds * 1000)
  timer.unref()
  return async () => {
    stopping.abort()
    clearInterval(timer)
    const patience = setTimeout(() => {
      deps.transport.close()
    }, patienceMs)
    await turn
    clearTimeout(patience)
    deps.transport.close()
  }
}

async function takeTurn(
  { delivery, mails, clock, log }: WatchMailsDeps,
  stopping: AbortSignal,
): Promise<void> {
  if (stopping.aborted) return
  try {
    await delivery.deliverDue(stopping)
    await mails.purge(new Date(clock.now().getTime() - keptDays * 86_400_000))
  } catch (error) {
    log.error('mail.turn-failed', error)
  }
}
