import type { CardChannel } from './card-port.ts'
import { CardError, checkStatusWord, type Purpose } from './status-word.ts'

/** A command before it is cut into APDUs (ISO 7816-4 §5). */
export interface Command {
  readonly ins: number
  readonly p1: number
  readonly p2: number
  readonly data?: Buffer
  /** False for commands that answer with a status word alone: they carry no Le. */
  readonly expectsData: boolean
}

export interface Answer {
  readonly data: Buffer
  readonly statusWord: number
}

const maxBlockBytes = 255
const getResponseIns = 0xc0
/** A hostile card must not hold us: no PIV object comes near either bound. */
const maxBlocks = 300
const maxAnswerBytes = 64 * 1024

/**
 * Sends a command as short APDUs, chained where the data is longer than 255 bytes, and collects
 * the whole answer with GET RESPONSE. Works on every card; extended length does not.
 *
 * @throws CardError by `checkStatusWord`; `protocol` when the answer never ends; `card-removed`
 */
export async function perform(
  channel: CardChannel,
  command: Command,
  purpose: Purpose,
): Promise<Buffer> {
  const { data, statusWord } = await exchange(channel, command)
  checkStatusWord(statusWord, purpose)
  return data
}

/** Like `perform`, but leaves the judging of the status word to the caller. */
export async function exchange(channel: CardChannel, command: Command): Promise<Answer> {
  return collect(channel, await exchangeFirstBlock(channel, command))
}

/**
 * Sends the whole command but fetches only the first block of its answer: the status word is
 * then `61XX` where more would follow.
 */
export async function exchangeFirstBlock(channel: CardChannel, command: Command): Promise<Answer> {
  const blocks = cutIntoBlocks(command)
  for (const block of blocks.slice(0, -1)) {
    const answer = await transmit(channel, block)
    if (answer.statusWord !== 0x9000) return answer
  }
  return transmitWithRightLe(channel, blocks.at(-1) ?? Buffer.alloc(0))
}

/** One APDU as it stands, with its whole answer. */
export async function exchangeApdu(channel: CardChannel, apdu: Buffer): Promise<Answer> {
  return collect(channel, await transmitWithRightLe(channel, apdu))
}

/** CLA 10 on all blocks but the last, Le on the last only (SP 800-73pt2-5 §3). */
export function cutIntoBlocks(command: Command): Buffer[] {
  const { ins, p1, p2, data = Buffer.alloc(0), expectsData } = command
  const le = expectsData ? Buffer.of(0) : Buffer.alloc(0)
  const blocks: Buffer[] = []
  let rest = data
  for (; rest.length > maxBlockBytes; rest = rest.subarray(maxBlockBytes)) {
    const header = Buffer.of(0x10, ins, p1, p2, maxBlockBytes)
    blocks.push(Buffer.concat([header, rest.subarray(0, maxBlockBytes)]))
  }
  const lc = rest.length === 0 ? Buffer.alloc(0) : Buffer.of(rest.length)
  return [...blocks, Buffer.concat([Buffer.of(0x00, ins, p1, p2), lc, rest, le])]
}

async function collect(channel: CardChannel, first: Answer): Promise<Answer> {
  const parts = [first.data]
  let answer = first
  let total = first.data.length
  for (let block = 1; answer.statusWord >>> 8 === 0x61; block += 1) {
    if (block >= maxBlocks || total > maxAnswerBytes) throw new CardError('protocol')
    const getResponse = Buffer.of(0x00, getResponseIns, 0, 0, answer.statusWord & 0xff)
    answer = await transmitWithRightLe(channel, getResponse)
    parts.push(answer.data)
    total += answer.data.length
  }
  return { data: Buffer.concat(parts), statusWord: answer.statusWord }
}

/** `6CXX`: the same command once more with Le = XX. A second `6CXX` is left to the judge. */
async function transmitWithRightLe(channel: CardChannel, apdu: Buffer): Promise<Answer> {
  const answer = await transmit(channel, apdu)
  if (answer.statusWord >>> 8 !== 0x6c) return answer
  return transmit(channel, withLe(apdu, answer.statusWord & 0xff))
}

function withLe(apdu: Buffer, le: number): Buffer {
  const lc = apdu.length > 5 ? (apdu[4] ?? 0) : 0
  const withoutLe = apdu.length > 5 ? apdu.subarray(0, 5 + lc) : apdu.subarray(0, 4)
  return Buffer.concat([withoutLe, Buffer.of(le)])
}

async function transmit(channel: CardChannel, apdu: Buffer): Promise<Answer> {
  const response = await channel.transmit(apdu)
  if (response.length < 2) throw new CardError('protocol')
  return {
    data: response.subarray(0, -2),
    statusWord: response.readUInt16BE(response.length - 2),
  }
}
