import { StoreUnavailable } from '../errors.ts'
import type { MessageBus } from './message-bus.ts'

type Listener = (message: string) => void

/** The message bus of a single process. A message arrives after the call that sent it. */
export function createMemoryBus(): MessageBus {
  const listeners = new Map<string, Set<Listener>>()
  let isOpen = true

  function deliver(channel: string, message: string): void {
    for (const listener of listeners.get(channel) ?? []) listener(message)
  }

  return {
    publish: (channel, message) => {
      if (!isOpen) return Promise.reject(closed())
      setImmediate(deliver, channel, message)
      return Promise.resolve()
    },
    subscribe: (channel, onMessage) => {
      if (!isOpen) return Promise.reject(closed())
      // A function of its own, so that one listener may subscribe twice.
      const listener: Listener = (message) => {
        onMessage(message)
      }
      listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener))
      return Promise.resolve(() => {
        removeListener(listeners, channel, listener)
        return Promise.resolve()
      })
    },
    close: () => {
      isOpen = false
      listeners.clear()
      return Promise.resolve()
    },
  }
}

/** True when the channel has nobody left. */
export function removeListener(
  listeners: Map<string, Set<Listener>>,
  channel: string,
  listener: Listener,
): boolean {
  const others = listeners.get(channel)
  others?.delete(listener)
  if (others?.size !== 0) return false
  listeners.delete(channel)
  return true
}

function closed(): StoreUnavailable {
  return new StoreUnavailable('the in-process bus is closed')
}
