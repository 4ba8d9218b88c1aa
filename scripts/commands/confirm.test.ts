import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Interrupted } from '../program/interruption.ts'
import { confirmed } from './confirm.ts'

/** A terminal at which `typed` is typed as soon as something is asked. */
function terminal(typed: string, isTTY = true) {
  const input = Object.assign(new PassThrough(), { isTTY })
  const output = Object.assign(new PassThrough(), { isTTY })
  let said = ''
  output.on('data', (part: Buffer) => {
    if (said === '') input.write(typed)
    said += part.toString()
  })
  const streams = {
    input: input as unknown as NodeJS.ReadStream,
    output: output as unknown as NodeJS.WriteStream,
  }
  return { streams, input, said: () => said }
}

describe('a change without --apply', () => {
  beforeEach(() => vi.stubEnv('ECARD_LANG', 'vi'))
  afterEach(() => vi.unstubAllEnvs())

  it.each(['có\r', 'CÓ \r', 'co\u0301\r', 'yes\r', 'co\r'])('goes on after %j', async (typed) => {
    const { streams, said } = terminal(typed)
    expect(await confirmed({}, streams)).toBe(true)
    expect(said()).toContain('Gõ có (hoặc yes) để tiếp tục')
  })

  it.each(['y\r', 'không\r', '\r', 'yes please\r'])('goes no further after %j', async (typed) => {
    const { streams, said } = terminal(typed)
    expect(await confirmed({}, streams)).toBe(false)
    expect(said()).toContain('Bạn chưa gõ “có”.')
  })

  it('takes the end of the input for no', async () => {
    const { streams } = terminal('\u0004')
    expect(await confirmed({}, streams)).toBe(false)
  })

  it('ends at Ctrl+C', async () => {
    const { streams } = terminal('\u0003')
    await expect(confirmed({}, streams)).rejects.toBeInstanceOf(Interrupted)
  })

  it('asks nothing where nobody looks on, and for programs', async () => {
    const script = terminal('yes\r', false)
    expect(await confirmed({}, script.streams)).toBe(false)
    const program = terminal('yes\r')
    expect(await confirmed({ json: true }, program.streams)).toBe(false)
    expect(script.said() + program.said()).toBe('')
  })

  it('asks nothing of whoever has said --apply', async () => {
    const { streams, said } = terminal('no\r')
    expect(await confirmed({ apply: true }, streams)).toBe(true)
    expect(said()).toBe('')
  })
})
