import type { Readable, Writable } from 'node:stream'

/** The answer to one command: the data lines put together, or why there is none. */
export type AssuanAnswer =
  { readonly ok: true; readonly data: Buffer } | { readonly ok: false; readonly errorCode: number }

/**
 * The client side of the Assuan protocol, as far as pinentry needs it: one command at a time, one
 * line each. Data lines may hold a PIN, so lines stay buffers and are overwritten once read.
 */
export interface AssuanClient {
  /** Sends a command; what it says is escaped by `escapeArgument`. */
  ask(command: string): Promise<AssuanAnswer>
  /** Resolves with the greeting's answer. */
  greeting(): Promise<AssuanAnswer>
}

/** The longest line of the protocol, command, data and line feed together. */
const maxLineBytes = 1000
const longestKeyword = 'ERR'.length
const lineFeed = 0x0a
const percent = 0x25

/** The other side has closed, or says what is not in the protocol. */
export class AssuanFailed extends Error {}

export function createAssuanClient(input: Readable, output: Writable): AssuanClient {
  const pending: Pending[] = []
  let failure: Error | null = null
  const fail = (why: string): void => {
    failure ??= new AssuanFailed(why)
    for (const { reject } of pending.splice(0)) reject(failure)
  }
  const expectAnswer = (): Promise<AssuanAnswer> =>
    new Promise((resolve, reject) => {
      if (failure === null) pending.push({ data: [], resolve, reject })
      else reject(failure)
    })
  const takeLine = (line: Buffer): void => {
    const [keyword = ''] = line.toString('latin1', 0, longestKeyword + 1).split(' ', 1)
    if (keyword === 'D') pending[0]?.data.push(unescape(line.subarray(2)))
    else if (keyword === 'OK' || keyword === 'ERR') finish(pending.shift(), keyword === 'OK', line)
    // Status and comments need no answer; questions (INQUIRE) were not invited.
    else if (keyword !== 'S' && !keyword.startsWith('#')) fail('that is not in the protocol')
  }
  splitLines(input, { takeLine, fail })
  output.on('error', () => {
    fail('the program has closed its input')
  })
  const greeting = expectAnswer()
  return {
    greeting: () => greeting,
    ask: (command) => {
      const answer = expectAnswer()
      output.write(`${command}\n`)
      return answer
    },
  }
}

interface Pending {
  readonly data: Buffer[]
  readonly resolve: (answer: AssuanAnswer) => void
  readonly reject: (error: Error) => void
}

function finish(pending: Pending | undefined, ok: boolean, line: Buffer): void {
  if (pending === undefined) return
  const data = Buffer.concat(pending.data)
  for (const part of pending.data) part.fill(0)
  // "ERR 83886179 Operation cancelled": the low 16 bits are the code of libgpg-error.
  const errorCode = Number.parseInt(line.toString('latin1', 4), 10) & 0xffff
  if (ok) pending.resolve({ ok, data })
  else pending.resolve({ ok, errorCode })
}

/** Percent, carriage return and line feed are the only bytes that must not stand in a line. */
export function escapeArgument(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function unescape(bytes: Buffer): Buffer {
  const plain = Buffer.alloc(bytes.length)
  let length = 0
  for (let index = 0; index < bytes.length; index += 1) {
    const isEscaped = bytes[index] === percent
    plain[length] = isEscaped
      ? Number.parseInt(bytes.toString('latin1', index + 1, index + 3), 16)
      : (bytes[index] ?? 0)
    if (isEscaped) index += 2
    length += 1
  }
  const copy = Buffer.from(plain.subarray(0, length))
  plain.fill(0)
  return copy
}

interface LineTaker {
  readonly takeLine: (line: Buffer) => void
  readonly fail: (why: string) => void
}

function splitLines(input: Readable, { takeLine, fail }: LineTaker): void {
  let rest: Buffer = Buffer.alloc(0)
  input.on('data', (chunk: Buffer) => {
    const all = Buffer.concat([rest, chunk])
    rest.fill(0)
    chunk.fill(0)
    let start = 0
    for (let end = all.indexOf(lineFeed); end !== -1; end = all.indexOf(lineFeed, start)) {
      takeLine(all.subarray(start, end))
      start = end + 1
    }
    rest = Buffer.from(all.subarray(start))
    all.fill(0)
    if (rest.length > maxLineBytes) fail('a line is too long')
  })
  input.on('end', () => {
    fail('the program has ended')
  })
}
