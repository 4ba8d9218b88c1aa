import type { Readable, Writable } from 'node:stream'
import type { PinRequest } from './pin-prompt.ts'
import { describeRequest, texts } from './texts.ts'

/** A text terminal: what `process.stdin` and `process.stderr` are when a person sits there. */
export interface TextTerminal {
  readonly input: Readable & { setRawMode?: (isRaw: boolean) => unknown }
  readonly output: Writable
}

const keys = { interrupt: 0x03, backspace: 0x08, enter: 0x0d, escape: 0x1b, delete: 0x7f } as const
const lineFeed = 0x0a
const maxPinBytes = 32

/**
 * Asks on the terminal without showing what is typed.
 *
 * @returns null when the holder pressed Ctrl-C or Escape, or the request was aborted
 */
export async function askOnTerminal(
  terminal: TextTerminal,
  request: PinRequest,
): Promise<Buffer | null> {
  const { prompt, confirmLastTry, ok } = texts[request.language]
  terminal.output.write(`\n${describeRequest(request)}\n`)
  if (request.triesLeft === 1) {
    const confirmed = await readHidden(
      terminal,
      `${confirmLastTry} (Enter: ${ok}) `,
      request.signal,
    )
    if (confirmed === null) return null
  }
  return readHidden(terminal, `${prompt} `, request.signal)
}

async function readHidden(
  { input, output }: TextTerminal,
  prompt: string,
  signal: AbortSignal,
): Promise<Buffer | null> {
  if (signal.aborted) return null
  const typed = Buffer.alloc(maxPinBytes)
  output.write(prompt)
  input.setRawMode?.(true)
  input.resume()
  let length = 0
  const takeKey = (key: number): 'done' | 'cancelled' | null => {
    if (key === keys.enter || key === lineFeed) return 'done'
    if (key === keys.interrupt || key === keys.escape) return 'cancelled'
    if (key === keys.backspace || key === keys.delete) length = Math.max(0, length - 1)
    else if (length < maxPinBytes) typed[length++] = key
    return null
  }
  const outcome = await new Promise<'done' | 'cancelled'>((resolve) => {
    const finish = (how: 'done' | 'cancelled'): void => {
      input.off('data', onData)
      input.off('end', onEnd)
      signal.removeEventListener('abort', onEnd)
      resolve(how)
    }
    const onEnd = (): void => {
      finish('cancelled')
    }
    const onData = (chunk: Buffer): void => {
      for (const key of chunk) {
        const how = takeKey(key)
        if (how === null) continue
        finish(how)
        break
      }
      chunk.fill(0)
    }
    input.on('data', onData)
    input.on('end', onEnd)
    signal.addEventListener('abort', onEnd)
  })
  input.setRawMode?.(false)
  input.pause()
  output.write('\n')
  const pin = outcome === 'done' ? Buffer.from(typed.subarray(0, length)) : null
  typed.fill(0)
  return pin
}
