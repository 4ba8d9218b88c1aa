import { setTimeout as sleep } from 'node:timers/promises'
import type { CardChannel } from './card-port.ts'
import type { PcscReader } from './pcsc-binding.ts'
import { cardErrorOf, pcscCodeOf, sharingViolation } from './pcsc-error.ts'
import { CardError } from './status-word.ts'

/** How a card was let go. `reset`: powered anew. `broken`, `stuck`: the reader needs a new context. */
export type Release = 'left' | 'reset' | 'broken' | 'stuck'

export interface PcscSession extends CardChannel {
  /** Logs the PIN out where one was sent and lets go of the card. Never rejects. */
  release(): Promise<Release>
}

/** 256 bytes and a status word: the most that a short APDU brings back. */
const maxResponseBytes = 258
const transmitMs = 10_000
const releaseMs = 3000
/** Windows reads every card that comes for itself first, and lets go after a second or two. */
const sharingTries = 10
const sharingPauseMs = 300

const verifyIns = 0x20
/** SP 800-73pt2-5 §3.2.1: P1 = FF ends the verified state. */
const logOut = Buffer.from('0020ff80', 'hex')

/**
 * Connects to the card in this reader, exclusively: nobody else speaks to it until `release`.
 *
 * @throws CardError `card-removed`, `card-defect`, `reader-unavailable` also when another program
 *   holds the card
 */
export async function openPcscSession(reader: PcscReader): Promise<PcscSession> {
  const protocol = await connectExclusively(reader)
  const transmit = (command: Buffer): Promise<Buffer> =>
    within(transmitMs, (done) => {
      reader.transmit(onWire(command, protocol, reader), maxResponseBytes, protocol, done)
    })
  let exchanges = 0
  let bytes = 0
  let isStuck = false
  let hasSentPin = false
  return {
    transmit: async (command) => {
      if (isStuck) throw new CardError('reader-unavailable')
      hasSentPin ||= command[1] === verifyIns && command.length > 5
      const response = await transmit(command).catch((error: unknown) => {
        isStuck = error instanceof TimeLimitReached
        throw translated(error)
      })
      // vpcd and some drivers say nothing at all when the card leaves in mid-command.
      if (response.length < 2) throw new CardError('card-removed')
      exchanges += 1
      bytes += command.length + response.length
      return response
    },
    get exchanges() {
      return exchanges
    },
    get bytes() {
      return bytes
    },
    release: async () => {
      if (isStuck) return 'stuck'
      const isClean = !hasSentPin || (await isLoggedOut(transmit))
      return disconnect(reader, isClean)
    },
  }
}

async function connectExclusively(reader: PcscReader): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await connectOnce(reader)
    } catch (error) {
      const isShared = error instanceof Error && pcscCodeOf(error) === sharingViolation
      if (!isShared || attempt === sharingTries) throw translated(error)
      await sleep(sharingPauseMs)
    }
  }
}

async function connectOnce(reader: PcscReader): Promise<number> {
  const protocol = await within<number | undefined>(transmitMs, (done) => {
    reader.connect(
      {
        share_mode: reader.SCARD_SHARE_EXCLUSIVE,
        protocol: reader.SCARD_PROTOCOL_T0 | reader.SCARD_PROTOCOL_T1,
      },
      done,
    )
  })
  // Without one the binding says that it was connected already: a leftover, not our connection.
  if (protocol === undefined) throw new CardError('reader-unavailable')
  return protocol
}

/** Under T=0 a command with data travels without Le; the card then answers 61XX (ISO 7816-3 §12). */
function onWire(command: Buffer, protocol: number, reader: PcscReader): Buffer {
  const lc = command[4] ?? 0
  const isCase4 = command.length === 6 + lc && lc > 0
  return protocol === reader.SCARD_PROTOCOL_T0 && isCase4 ? command.subarray(0, -1) : command
}

async function isLoggedOut(transmit: (command: Buffer) => Promise<Buffer>): Promise<boolean> {
  try {
    return (await transmit(logOut)).toString('hex') === '9000'
  } catch {
    // The card has gone, and its PIN state with it; if it has not, the reset ends it.
    return false
  }
}

/** A card that is not known to be logged out is reset, which always ends the verified state. */
async function disconnect(reader: PcscReader, isClean: boolean): Promise<Release> {
  const disposition = isClean ? reader.SCARD_LEAVE_CARD : reader.SCARD_RESET_CARD
  try {
    await within(releaseMs, (done) => {
      reader.disconnect(disposition, done)
    })
    return isClean ? 'left' : 'reset'
  } catch (error) {
    return error instanceof TimeLimitReached ? 'stuck' : 'broken'
  }
}

class TimeLimitReached extends Error {}

function translated(error: unknown): unknown {
  if (error instanceof CardError) return error
  if (error instanceof TimeLimitReached)
    return new CardError('reader-unavailable', { cause: error })
  return error instanceof Error ? cardErrorOf(error) : error
}

type Done<T> = (error: Error | null | undefined, result: T) => void

/** One call of the binding with a time limit: the binding itself would wait for ever. */
function within<T>(limitMs: number, call: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new TimeLimitReached())
    }, limitMs)
    call((error, result) => {
      clearTimeout(timer)
      if (error == null) resolve(result)
      else reject(error)
    })
  })
}
