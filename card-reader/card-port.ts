/** One reader of this machine, as the port last saw it. */
export interface ReaderStatus {
  readonly name: string
  readonly cardPresent: boolean
  /** The card in the field only stores data (Mifare, NTAG …): it can never be a PIV card. */
  readonly storageCard?: boolean
}

/** The readers of this machine. The only way to a card. */
export interface CardPort {
  readers(): readonly ReaderStatus[]
  /** Calls `listener` after every change of `readers()`; returns how to stop that. */
  onChange(listener: () => void): () => void
  /**
   * Runs `work` with exclusive use of the card in that reader, waiting for its turn; whatever
   * way `work` ends, the card is released and logged out, so that no PIN outlives it.
   *
   * @throws CardError `reader-unavailable`, `card-removed`, and whatever `work` throws
   */
  withCard<T>(readerName: string, work: (card: CardChannel) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** One presented card, for as long as it stays. */
export interface CardChannel {
  /**
   * Sends one command APDU and gives the whole response, data and status word.
   *
   * @throws CardError `card-removed` when the card left, `reader-unavailable` when the reader did
   */
  transmit(command: Buffer): Promise<Buffer>
  /** Commands sent so far. */
  readonly exchanges: number
  /** Bytes of commands and responses so far, status words included. */
  readonly bytes: number
}
