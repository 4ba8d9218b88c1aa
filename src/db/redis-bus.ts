import type { Redis } from 'ioredis'
import { removeListener } from './memory-bus.ts'
import type { MessageBus } from './message-bus.ts'
import { done, prefixed } from './redis-store.ts'

type Listener = (message: string) => void

/**
 * The message bus on Redis publish and subscribe.
 *
 * @param commands - sends; it stays the store's to close
 * @param messages - receives: a connection that subscribes can do nothing else
 */
export function createRedisBus(commands: Redis, messages: Redis): MessageBus {
  const listeners = new Map<string, Set<Listener>>()

  messages.on('message', (name: string, message: string) => {
    for (const listener of listeners.get(name) ?? []) listener(message)
  })

  async function stop(name: string, listener: Listener): Promise<void> {
    if (!removeListener(listeners, name, listener)) return
    await done(messages.unsubscribe(name))
  }

  return {
    publish: (channel, message) => done(commands.publish(prefixed(channel), message)),
    subscribe: async (channel, onMessage) => {
      const name = prefixed(channel)
      // A function of its own, so that one listener may subscribe twice.
      const listener: Listener = (message) => {
        onMessage(message)
      }
      listeners.set(name, (listeners.get(name) ?? new Set()).add(listener))
      try {
        // Also when somebody listens already: this connection answers in order, so afterwards
        // the channel is certainly open, whatever was stopped in between.
        await done(messages.subscribe(name))
      } catch (error) {
        removeListener(listeners, name, listener)
        throw error
      }
      return () => stop(name, listener)
    },
    close: () => {
      listeners.clear()
      messages.disconnect()
      return Promise.resolve()
    },
  }
}
