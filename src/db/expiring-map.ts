interface Entry<V> {
  readonly value: V
  readonly expiresAtMs: number
}

/**
 * A map whose entries end at a given instant, in milliseconds since the epoch.
 *
 * Keys are also kept by the second in which they end, so letting go of what has expired costs
 * what has expired and never a walk over everything.
 */
export class ExpiringMap<V> {
  readonly #entries = new Map<string, Entry<V>>()
  readonly #keysBySecond = new Map<number, Set<string>>()
  #sweptUntil: number | null = null

  get size(): number {
    return this.#entries.size
  }

  get(key: string, nowMs: number): V | undefined {
    const entry = this.#entries.get(key)
    return entry !== undefined && entry.expiresAtMs > nowMs ? entry.value : undefined
  }

  set(key: string, value: V, expiresAtMs: number): void {
    this.delete(key)
    this.#entries.set(key, { value, expiresAtMs })
    const second = secondOf(expiresAtMs)
    const keys = this.#keysBySecond.get(second) ?? new Set()
    this.#keysBySecond.set(second, keys.add(key))
    if (this.#sweptUntil !== null && second <= this.#sweptUntil) this.#sweptUntil = second - 1
  }

  delete(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    const second = secondOf(entry.expiresAtMs)
    const keys = this.#keysBySecond.get(second)
    keys?.delete(key)
    if (keys?.size === 0) this.#keysBySecond.delete(second)
  }

  /** Lets go of every entry whose second is over. */
  sweep(nowMs: number): void {
    const last = secondOf(nowMs) - 1
    const first =
      this.#sweptUntil === null ? Math.min(...this.#keysBySecond.keys()) : this.#sweptUntil + 1
    for (let second = first; second <= last; second++) this.#drop(second)
    this.#sweptUntil = last
  }

  clear(): void {
    this.#entries.clear()
    this.#keysBySecond.clear()
  }

  #drop(second: number): void {
    for (const key of this.#keysBySecond.get(second) ?? []) this.#entries.delete(key)
    this.#keysBySecond.delete(second)
  }
}

function secondOf(ms: number): number {
  return Math.floor(ms / 1000)
}
