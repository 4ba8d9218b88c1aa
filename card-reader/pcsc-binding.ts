import type { EventEmitter } from 'node:events'

/** What we use of nfc-pcsc and the binding underneath, which come without types of their own. */
export interface PcscBindings {
  readonly NFC: new () => PcscContext
}

/** nfc-pcsc's `NFC`: emits `reader` (PcscDevice) and, when the service went, `error`. */
export interface PcscContext extends EventEmitter {
  close(): void
}

/** nfc-pcsc's `Reader`: emits `error` and, when the reader or the service went, `end`. */
export interface PcscDevice extends EventEmitter {
  readonly name: string
  readonly reader: PcscReader
  /** On by default: a SELECT of nfc-pcsc's own at every insertion. */
  autoProcessing: boolean
}

type Callback<T> = (error: Error | null | undefined, result: T) => void

/** `CardReader` of @pokusew/pcsclite: emits `status` (PcscStatus). */
export interface PcscReader extends EventEmitter {
  readonly SCARD_SHARE_EXCLUSIVE: number
  readonly SCARD_LEAVE_CARD: number
  readonly SCARD_RESET_CARD: number
  readonly SCARD_PROTOCOL_T0: number
  readonly SCARD_PROTOCOL_T1: number
  /** Gives the protocol; undefined says that it was connected already. */
  connect(
    options: { share_mode: number; protocol: number },
    callback: Callback<number | undefined>,
  ): void
  disconnect(disposition: number, callback: Callback<undefined>): void
  transmit(command: Buffer, maxBytes: number, protocol: number, callback: Callback<Buffer>): void
  close(): void
}

export interface PcscStatus {
  /** SCARD_STATE_… in the low half, the count of insertions and removals in the high half. */
  readonly state: number
  readonly atr?: Buffer
}
