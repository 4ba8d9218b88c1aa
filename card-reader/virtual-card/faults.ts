/** What goes wrong at one exchange. */
export type ExchangeFault =
  | { readonly kind: 'pulled-away'; readonly executed: boolean }
  | { readonly kind: 'answer'; readonly answer: Buffer }

/**
 * Faults for tests, switched while the card is in use. They are not kept in the card's file.
 * Exchanges are counted from the moment a fault is set: the next command is number 1.
 */
export class Faults {
  /** Added to every command by whatever presents the card, in milliseconds. */
  delayMs = 0
  /** Signatures are well-formed, but made by another key: a clone that has the certificate only. */
  wrongSignature = false
  #pending: { exchangesToGo: number; readonly fault: ExchangeFault }[] = []

  /**
   * The card leaves the field at that exchange, and stays away until it is presented again.
   *
   * @param options.executed - whether the card still carried the command out; its answer is lost
   *   either way. Default false.
   */
  pullAwayAtExchange(exchange: number, options: { executed?: boolean } = {}): void {
    const fault = { kind: 'pulled-away', executed: options.executed ?? false } as const
    this.#pending.push({ exchangesToGo: exchange, fault })
  }

  /** The card carries that command out, but the host receives `answer`, status word included. */
  answerAtExchange(exchange: number, answer: Buffer): void {
    this.#pending.push({ exchangesToGo: exchange, fault: { kind: 'answer', answer } })
  }

  clear(): void {
    this.delayMs = 0
    this.wrongSignature = false
    this.#pending = []
  }

  /** Counts one exchange; what goes wrong at it, or null. */
  takeNext(): ExchangeFault | null {
    for (const pending of this.#pending) pending.exchangesToGo -= 1
    const due = this.#pending.find((pending) => pending.exchangesToGo <= 0)
    this.#pending = this.#pending.filter((pending) => pending !== due)
    return due?.fault ?? null
  }
}

/** The card left the field during this exchange. */
export class PulledAway extends Error {
  constructor() {
    super('the virtual card was pulled away')
    this.name = 'PulledAway'
  }
}
