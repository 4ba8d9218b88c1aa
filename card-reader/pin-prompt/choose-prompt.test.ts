import { dirname } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createFakePinentry } from '../../test/support/fake-pinentry.ts'
import { choosePinPrompt, type PromptSurroundings } from './choose-prompt.ts'
import type { PinRequest } from './pin-prompt.ts'

const application = { vi: 'Đăng ký, xếp lịch họp', en: 'Meetings' }

interface TestTerminal {
  readonly input: PassThrough
  readonly output: PassThrough
  shown(): string
}

function openTerminal(): TestTerminal {
  const [input, output] = [new PassThrough(), new PassThrough()]
  const chunks: string[] = []
  output.on('data', (chunk: Buffer) => chunks.push(chunk.toString()))
  return { input, output, shown: () => chunks.join('') }
}

function requestOf(changes: Partial<PinRequest> = {}): PinRequest {
  const signal = new AbortController().signal
  return {
    application,
    number: '47',
    triesLeft: 3,
    problem: null,
    language: 'en',
    signal,
    ...changes,
  }
}

function surroundingsOf(changes: Partial<PromptSurroundings> = {}): PromptSurroundings {
  return {
    environment: { PATH: '' },
    platform: 'linux',
    terminal: null,
    say: () => undefined,
    ...changes,
  }
}

async function typeAt(typed: string, changes: Partial<PinRequest> = {}): Promise<Buffer | null> {
  const terminal = openTerminal()
  const pin = choosePinPrompt(surroundingsOf({ terminal })).askPin(requestOf(changes))
  terminal.input.write(typed)
  return pin
}

describe('a text terminal', () => {
  it('takes the PIN and shows nothing of it', async () => {
    const terminal = openTerminal()
    const prompt = choosePinPrompt(surroundingsOf({ terminal }))
    const pin = prompt.askPin(requestOf())
    terminal.input.write('246810\r')
    expect(await pin).toEqual(Buffer.from('246810'))
    expect(prompt.kind).toBe('terminal')
    expect(terminal.shown()).toContain('Meetings (number 47)\n3 tries left.')
    expect(terminal.shown()).not.toMatch(/246810|\*/)
  })

  it('lets a digit be taken back', async () => {
    expect(await typeAt('24699\x7f\x7f810\n')).toEqual(Buffer.from('246810'))
  })

  it.each(['246\x03', '\x1b'])('gives null for Ctrl-C and Escape', async (typed) => {
    expect(await typeAt(typed)).toBeNull()
  })

  it('lets the holder confirm first when one try is left', async () => {
    expect(await typeAt('\x1b', { triesLeft: 1 })).toBeNull()
  })

  it('gives null when the card is lifted meanwhile', async () => {
    const lifted = new AbortController()
    const pin = typeAt('246', { signal: lifted.signal })
    lifted.abort()
    expect(await pin).toBeNull()
  })
})

describe('the way to ask', () => {
  it('is pinentry on a desktop that has one', async () => {
    const pinentry = await createFakePinentry({ GETPIN: 'D 246810\nOK' })
    const environment = { PATH: `/nowhere:${dirname(pinentry.program)}`, DISPLAY: ':0' }
    const prompt = choosePinPrompt(surroundingsOf({ environment }))
    expect(prompt.kind).toBe('pinentry')
    expect(await prompt.askPin(requestOf())).toEqual(Buffer.from('246810'))
    await pinentry.remove()
  })

  it('is the terminal when pinentry cannot show itself', async () => {
    const pinentry = await createFakePinentry({ GETPIN: 'ERR 83886340 Inappropriate ioctl' })
    const environment = { PATH: dirname(pinentry.program), DISPLAY: ':0' }
    const terminal = openTerminal()
    const pin = choosePinPrompt(surroundingsOf({ environment, terminal })).askPin(requestOf())
    terminal.input.write('246810\r')
    expect(await pin).toEqual(Buffer.from('246810'))
    await pinentry.remove()
  })

  it('is none without desktop and terminal, and that is said', async () => {
    const prompt = choosePinPrompt(surroundingsOf())
    expect(prompt.kind).toBe('none')
    await expect(prompt.askPin(requestOf())).rejects.toMatchObject({ code: 'PIN_PROMPT_FAILED' })
  })

  it('says at the terminal which application asks, with the number of the page', () => {
    const lines: string[] = []
    const prompt = choosePinPrompt(surroundingsOf({ say: (line) => lines.push(line) }))
    prompt.notify({ application, number: '47', step: 'waiting-for-card', language: 'vi' })
    expect(lines).toEqual(['Đăng ký, xếp lịch họp (số 47): Đặt thẻ lên đầu đọc'])
  })
})
