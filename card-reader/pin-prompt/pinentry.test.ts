import { afterEach, describe, expect, it, vi } from 'vitest'
import { createFakePinentry, type FakePinentry } from '../../test/support/fake-pinentry.ts'
import type { PinRequest } from './pin-prompt.ts'
import { askThroughPinentry } from './pinentry.ts'

let pinentry: FakePinentry

afterEach(async () => {
  await pinentry.remove()
})

function requestOf(changes: Partial<PinRequest> = {}): PinRequest {
  return {
    application: { vi: 'Quản lý hồ sơ một cửa', en: 'One-stop dossiers' },
    number: '47',
    triesLeft: 3,
    problem: null,
    language: 'vi',
    signal: new AbortController().signal,
    ...changes,
  }
}

async function ask(
  answers: Readonly<Record<string, string | null>>,
  changes: Partial<PinRequest> = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<Buffer | null> {
  pinentry = await createFakePinentry(answers)
  return askThroughPinentry({ program: pinentry.program, environment }, requestOf(changes))
}

describe('asking through pinentry', () => {
  it('gives what was typed, with escapes undone', async () => {
    expect(await ask({ GETPIN: 'D 24%2568%0A10\nOK' })).toEqual(Buffer.from('24%68\n10'))
  })

  it('puts a PIN together that comes in several data lines', async () => {
    expect(await ask({ GETPIN: 'D 246\nD 810\nOK' })).toEqual(Buffer.from('246810'))
  })

  it('passes comments and status lines over', async () => {
    expect(await ask({ GETPIN: '# a comment\nS PIN_REPEATED\nD 246810\nOK' })).not.toBeNull()
  })

  it('says who asks, the number of the page and the tries left, on one line each', async () => {
    await ask({ GETPIN: 'D 246810\nOK' }, { triesLeft: 2, problem: 'wrong-pin' })
    expect((await pinentry.heard()).find((line) => line.startsWith('SETDESC'))).toBe(
      'SETDESC Quản lý hồ sơ một cửa (số 47)%0AMã PIN chưa đúng.%0ACòn 2 lần thử.%0A' +
        'Nhập mã PIN của thẻ, 6 đến 8 chữ số. Giữ thẻ trên đầu đọc.',
    )
  })

  it('escapes a name so that it stays one line of the protocol', async () => {
    const application = { vi: '100%\r\nGETPIN', en: '' }
    await ask({ GETPIN: 'D 246810\nOK' }, { application })
    const heard = await pinentry.heard()
    expect(heard.filter((line) => line === 'GETPIN')).toHaveLength(1)
    expect(heard.join('\n')).toContain('SETDESC 100%25%0D%0AGETPIN')
  })

  it('tells the variants for text terminals where and in which script to draw', async () => {
    const environment = { GPG_TTY: '/dev/pts/7', TERM: 'xterm', LANG: 'vi_VN.UTF-8' }
    await ask({ OPTION: 'ERR 83886254 Unknown option', GETPIN: 'D 246810\nOK' }, {}, environment)
    expect(await pinentry.heard()).toEqual(
      expect.arrayContaining([
        'OPTION lc-ctype=vi_VN.UTF-8',
        'OPTION ttyname=/dev/pts/7',
        'OPTION ttytype=xterm',
      ]),
    )
  })

  it('lets the holder confirm first when one try is left', async () => {
    await ask({ GETPIN: 'D 246810\nOK' }, { triesLeft: 1 })
    const commands = (await pinentry.heard()).map((line) => line.split(' ')[0])
    expect(commands.slice(-4)).toEqual(['SETDESC', 'CONFIRM', 'SETDESC', 'GETPIN'])
  })

  it('asks for no PIN when the last try is not confirmed', async () => {
    expect(await ask({ CONFIRM: 'ERR 83886194 Not confirmed' }, { triesLeft: 1 })).toBeNull()
    expect(await pinentry.heard()).not.toContain('GETPIN')
  })

  it('gives null when the holder cancels', async () => {
    expect(await ask({ GETPIN: 'ERR 83886179 Operation cancelled <Pinentry>' })).toBeNull()
  })

  it('closes the dialog and gives null when the request is aborted', async () => {
    const aborting = new AbortController()
    const answer = ask({ GETPIN: null }, { signal: aborting.signal })
    await vi.waitFor(async () => {
      expect(await pinentry.heard()).toContain('GETPIN')
    })
    aborting.abort()
    expect(await answer).toBeNull()
  })

  it.each([
    ['refuses', { GETPIN: 'ERR 83886340 Inappropriate ioctl for device' }],
    ['says what is not in the protocol', { GETPIN: 'x'.repeat(2000) }],
  ])('fails when the program %s', async (_what, answers) => {
    await expect(ask(answers)).rejects.toMatchObject({ code: 'PIN_PROMPT_FAILED' })
  })

  it('fails when there is no such program', async () => {
    pinentry = await createFakePinentry({})
    const missing = { program: `${pinentry.program}-missing`, environment: {} }
    await expect(askThroughPinentry(missing, requestOf())).rejects.toMatchObject({
      code: 'PIN_PROMPT_FAILED',
    })
  })
})
