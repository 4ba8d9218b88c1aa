import type { CardChannel } from './card-port.ts'
import type { Log } from './log.ts'

/**
 * The same card, but nothing is sent after `signal` aborts, and each exchange leaves a trace:
 * instruction, lengths and status word, never data.
 */
export function guardChannel(
  card: CardChannel,
  { signal, log }: { readonly signal: AbortSignal; readonly log: Log },
): CardChannel {
  return {
    transmit: async (command) => {
      signal.throwIfAborted()
      const response = await unlessAborted(card.transmit(command), signal)
      log.debug('card.exchange', {
        instruction: command.toString('hex', 1, 2),
        commandBytes: command.length,
        responseBytes: response.length,
        statusWord: response.toString('hex', Math.max(0, response.length - 2)),
      })
      return response
    },
    get exchanges() {
      return card.exchanges
    },
    get bytes() {
      return card.bytes
    },
  }
}

/** A card that is slow to answer must not hold up a sign-in that has ended. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const done = new AbortController()
  const aborted = new Promise<never>((_resolve, reject) => {
    const refuse = (): void => {
      reject(new DOMException('the sign-in has ended', 'AbortError'))
    }
    signal.addEventListener('abort', refuse, { once: true, signal: done.signal })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    done.abort()
  }
}
