import { readCommandApdu, type CommandApdu } from './command-apdu.ts'
import { Refusal, status, type Reply } from './reply.ts'

export interface LinkOptions {
  readonly blockSize: number
  readonly strictLe: boolean
}

/** Runs a whole command: data of all chained blocks, answer of any length. */
export type Execute = (command: CommandApdu) => Reply

const getResponse = 0xc0
const chainBit = 0x10
/** GENERAL AUTHENTICATE, PUT DATA, GENERATE, import: the commands whose data may be long. */
const chainable: readonly number[] = [0x87, 0xdb, 0x47, 0xfe]
/** More than the largest object with its header. */
const maxChainBytes = 4096

/**
 * Between APDUs and commands: joins chained commands, hands long answers out block by block.
 * Forgets both at any other command; a new link is made at power-off and reset.
 */
export class LinkLayer {
  #chain: { readonly first: CommandApdu; data: Buffer } | null = null
  /** Bytes of the last answer that are still to be fetched. */
  #rest: Buffer | null = null
  /** An answer held back because of a wrong Le, for the same command with the right one. */
  #withheld: { readonly command: CommandApdu; readonly reply: Reply } | null = null

  /** One APDU in, one response out: data and status word. Never throws a Refusal. */
  transmit(apdu: Buffer, execute: Execute, options: LinkOptions): Buffer {
    try {
      return this.#respond(readCommandApdu(apdu), execute, options)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return respondWith(Buffer.alloc(0), error.statusWord)
    }
  }

  #respond(command: CommandApdu, execute: Execute, options: LinkOptions): Buffer {
    checkClass(command.cla)
    if (command.ins === getResponse) return this.#continue(command, options)
    this.#rest = null
    const withheld = this.#takeWithheld(command)
    if (withheld !== null) return this.#deliver(command, withheld, options)
    if ((command.cla & chainBit) !== 0) return this.#addToChain(command)
    const whole = this.#endChain(command)
    return this.#deliver(command, execute(whole), options)
  }

  /** The next block of a long answer; an Le that asks for too much leaves it in place. */
  #continue(command: CommandApdu, options: LinkOptions): Buffer {
    const rest = this.#rest
    if (rest === null) throw new Refusal(status.badData)
    if (command.p1 !== 0 || command.p2 !== 0) throw new Refusal(status.wrongParameters)
    const le = command.le ?? 256
    const tooMuch = options.strictLe && le < 256 && le > rest.length
    if (tooMuch) throw new Refusal(status.wrongLe | rest.length)
    return this.#cut(rest, Math.min(le, options.blockSize))
  }

  #deliver(command: CommandApdu, reply: Reply, options: LinkOptions): Buffer {
    const le = command.le ?? 256
    if (reply.statusWord !== status.done) return respondWith(Buffer.alloc(0), reply.statusWord)
    if (options.strictLe && le < Math.min(reply.data.length, 256)) {
      this.#withheld = { command, reply }
      throw new Refusal(status.wrongLe | (reply.data.length > 255 ? 0 : reply.data.length))
    }
    return this.#cut(reply.data, Math.min(le, options.blockSize))
  }

  #cut(data: Buffer, size: number): Buffer {
    if (data.length <= size) {
      this.#rest = null
      return respondWith(data, status.done)
    }
    this.#rest = data.subarray(size)
    const left = this.#rest.length > 255 ? 0 : this.#rest.length
    return respondWith(data.subarray(0, size), status.moreData | left)
  }

  /** Single use: whatever comes next, the held-back answer is gone. */
  #takeWithheld(command: CommandApdu): Reply | null {
    const withheld = this.#withheld
    this.#withheld = null
    if (withheld === null || !sameHeader(withheld.command, command)) return null
    return withheld.command.data.equals(command.data) ? withheld.reply : null
  }

  #addToChain(block: CommandApdu): Buffer {
    if (!chainable.includes(block.ins)) throw new Refusal(status.chainingUnsupported)
    const chain = this.#chain ?? { first: block, data: Buffer.alloc(0) }
    this.#chain = null
    // The bits of the chain differ between its blocks and its end, so only INS, P1, P2 count.
    if (!sameHeader(chain.first, block)) throw new Refusal(status.lastOfChainExpected)
    const data = Buffer.concat([chain.data, block.data])
    if (data.length > maxChainBytes) throw new Refusal(status.noSpace)
    this.#chain = { first: chain.first, data }
    return respondWith(Buffer.alloc(0), status.done)
  }

  /** An interrupted chain has no effect: another command drops it. */
  #endChain(last: CommandApdu): CommandApdu {
    const chain = this.#chain
    this.#chain = null
    if (chain === null || !sameHeader(chain.first, last)) return last
    return { ...last, data: Buffer.concat([chain.data, last.data]) }
  }
}

function checkClass(cla: number): void {
  if ((cla & ~chainBit) === 0x00) return
  const secureMessaging = (cla & ~chainBit) === 0x0c
  throw new Refusal(secureMessaging ? status.secureMessagingUnsupported : status.unknownClass)
}

function sameHeader(one: CommandApdu, other: CommandApdu): boolean {
  return one.ins === other.ins && one.p1 === other.p1 && one.p2 === other.p2
}

function respondWith(data: Buffer, statusWord: number): Buffer {
  return Buffer.concat([data, Buffer.of(statusWord >>> 8, statusWord & 0xff)])
}
