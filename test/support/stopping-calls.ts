/** A process that stops at one of its calls, as its stores see it: what follows never comes. */
export interface StoppingCalls {
  /** `port` with every function counted. */
  watch<Port extends object>(port: Port): Port
  /** Resolves when it has stopped. */
  readonly stopped: Promise<void>
}

/**
 * @param atCall - from 1 on; asked for more calls than there are, nothing stops
 * @param when - `before` the call is made, or `after`: it was made and nobody heard the answer
 */
export function stoppingCalls(atCall: number, when: 'before' | 'after'): StoppingCalls {
  let calls = 0
  let stop: () => void = () => undefined
  const stopped = new Promise<void>((resolve) => (stop = resolve))
  const never = () => new Promise<never>(() => undefined)
  const counted = (call: () => unknown): unknown => {
    calls += 1
    if (calls < atCall) return call()
    if (calls > atCall) return never()
    const last = when === 'after' ? Promise.resolve(call()) : Promise.resolve()
    void last.finally(stop)
    return never()
  }
  return {
    stopped,
    watch: (port) =>
      new Proxy(port, {
        get: (target, name) => {
          const member: unknown = Reflect.get(target, name)
          if (typeof member !== 'function') return member
          return (...given: unknown[]) => counted(() => Reflect.apply(member, target, given))
        },
      }),
  }
}
