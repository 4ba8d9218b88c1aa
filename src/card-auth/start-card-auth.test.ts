import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestClock, origin } from '../../test/support/card-auth-fixture.ts'
import { createTestTerminal } from '../../test/support/test-terminal.ts'
import { createMemoryBus } from '../db/memory-bus.ts'
import { createMemoryStore } from '../db/memory-store.ts'
import { systemRandom } from '../random.ts'
import type { CancelRequest, SignInRequest } from '../terminals/protocol.ts'
import { noteProgress, readAnswer, receiveAuthToken } from './card-answer.ts'
import { openProgressFeed, watchCardAuth, type CardAuthProgress } from './progress.ts'
import { cancelCardAuth, startCardAuth, type CardAuthRequest } from './start-card-auth.ts'

const { terminal } = createTestTerminal()
const browserSecret = 'C'.repeat(43)

let online: boolean
let sent: { terminalId: string; message: SignInRequest | CancelRequest }[]
let deps: Awaited<ReturnType<typeof createDeps>>

beforeEach(async () => {
  online = true
  sent = []
  deps = await createDeps()
})
afterEach(async () => {
  await Promise.all([deps.store.close(), deps.bus.close()])
})

describe('the start of a card sign-in', () => {
  it('asks the terminal with a fresh nonce, a two-digit number and five minutes', async () => {
    const { challengeId, number, expiresAt } = await start()
    expect(number).toMatch(/^\d\d$/)
    expect(expiresAt).toEqual(new Date(deps.clock.now().getTime() + 300_000))
    expect(sent).toEqual([
      {
        terminalId: terminal.id,
        message: {
          type: 'sign-in',
          challengeId,
          nonce: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/) as string,
          keySlot: '9E',
          application: { vi: 'Theo dõi ý kiến chỉ đạo', en: 'Follow-up of directives' },
          office: { vi: 'Sở Nội vụ', en: 'Department of the Interior' },
          number,
          language: 'vi',
          expiresAt: expiresAt.toISOString(),
        },
      },
    ])
  })
  it('never asks twice with the same nonce', async () => {
    for (let count = 0; count < 20; count++) await start()
    const nonces = sent.map(({ message }) => message.type === 'sign-in' && message.nonce)
    expect(new Set(nonces).size).toBe(20)
  })
  it('says that the terminal is offline where no node can reach it', async () => {
    online = false
    await expect(start()).rejects.toMatchObject({
      code: 'TERMINAL_OFFLINE',
      facts: { terminalId: terminal.id },
    })
  })
})

describe('the cancelling of a card sign-in', () => {
  it('tells the terminal to stop asking', async () => {
    const { challengeId } = await start()
    await cancelCardAuth(deps, { challengeId, browserSecret })
    const cancel = { type: 'cancel', challengeId }
    expect(sent.at(-1)).toEqual({ terminalId: terminal.id, message: cancel })
  })
  it('does nothing for another browser, or a second time', async () => {
    const { challengeId } = await start()
    await cancelCardAuth(deps, { challengeId, browserSecret: 'D'.repeat(43) })
    expect(sent).toHaveLength(1)
    await cancelCardAuth(deps, { challengeId, browserSecret })
    await cancelCardAuth(deps, { challengeId, browserSecret })
    expect(sent).toHaveLength(2)
  })
})

describe('the progress of a card sign-in', () => {
  it('reaches a page that watches, step by step', async () => {
    const { challengeId } = await start()
    const seen = await watch(challengeId)
    await noteProgress(deps, { type: 'progress', challengeId, step: 'reading' })
    const wrongPin = { type: 'progress', challengeId, step: 'wrong-pin', triesLeft: 2 } as const
    await noteProgress(deps, wrongPin)
    await expect
      .poll(() => seen)
      .toEqual([{ step: 'reading' }, { step: 'wrong-pin', triesLeft: 2 }])
  })
  it('is told at once to a page that comes later', async () => {
    const { challengeId } = await start()
    await noteProgress(deps, { type: 'progress', challengeId, step: 'no-reader' })
    await nextTurn()
    expect(await watch(challengeId)).toEqual([{ step: 'no-reader' }])
  })
  it('does not go back to an older step that was read while a newer one came', async () => {
    const { challengeId } = await start()
    await noteProgress(deps, { type: 'progress', challengeId, step: 'reading' })
    await nextTurn()
    const slow = slowToRead(deps.store)
    const seen: CardAuthProgress[] = []
    const watching = watchCardAuth({ ...deps, store: slow.store }, challengeId, (step) => {
      seen.push(step)
    })
    await slow.isReading
    await noteProgress(deps, { type: 'progress', challengeId, step: 'signing' })
    await expect.poll(() => seen).toHaveLength(1)
    slow.goOn()
    await watching
    expect(seen).toEqual([{ step: 'signing' }])
  })
  it('ends with the watching', async () => {
    const { challengeId } = await start()
    const seen: CardAuthProgress[] = []
    const stop = await watchCardAuth(deps, challengeId, (step) => {
      seen.push(step)
    })
    stop()
    await noteProgress(deps, { type: 'progress', challengeId, step: 'reading' })
    await nextTurn()
    expect(seen).toEqual([])
  })
  it('reaches every page that watches this sign-in, and none that watches another', async () => {
    const { challengeId } = await start()
    const pages = [await watch(challengeId), await watch(challengeId)]
    const others = await watch((await start()).challengeId)
    await noteProgress(deps, { type: 'progress', challengeId, step: 'reading' })
    await expect.poll(() => pages).toEqual([[{ step: 'reading' }], [{ step: 'reading' }]])
    expect(others).toEqual([])
  })
})

describe("a card's answer", () => {
  it('is kept for the browser to come for, and the page is told', async () => {
    const { challengeId } = await start()
    const seen = await watch(challengeId)
    await receiveAuthToken(deps, answerTo(challengeId, 'first'))
    await expect.poll(() => seen).toEqual([{ step: 'signing-in' }])
    expect(await readAnswer(deps.store, challengeId)).toMatchObject({ token: '"first"' })
  })
  it('stays the first one, whatever comes after it', async () => {
    const { challengeId } = await start()
    await receiveAuthToken(deps, answerTo(challengeId, 'first'))
    await receiveAuthToken(deps, answerTo(challengeId, 'second'))
    expect(await readAnswer(deps.store, challengeId)).toMatchObject({ token: '"first"' })
  })
})

async function createDeps() {
  const clock = createTestClock()
  const bus = createMemoryBus()
  return {
    issuer: origin,
    store: createMemoryStore({ clock }),
    bus,
    feed: await openProgressFeed(bus),
    sendToTerminal: (terminalId: string, message: SignInRequest | CancelRequest) => {
      if (online) sent.push({ terminalId, message })
      return Promise.resolve(online)
    },
    clock,
    random: systemRandom,
  }
}

function start(): ReturnType<typeof startCardAuth> {
  const request: CardAuthRequest = {
    interactionId: 'interaction-1',
    browserSecret,
    terminal,
    keySlot: '9E',
    cardKinds: ['civil-servant'],
    application: { vi: 'Theo dõi ý kiến chỉ đạo', en: 'Follow-up of directives' },
    office: { vi: 'Sở Nội vụ', en: 'Department of the Interior' },
    language: 'vi',
  }
  return startCardAuth(deps, request)
}

async function watch(challengeId: string): Promise<CardAuthProgress[]> {
  const seen: CardAuthProgress[] = []
  await watchCardAuth(deps, challengeId, (step) => {
    seen.push(step)
  })
  return seen
}

function answerTo(challengeId: string, token: unknown) {
  const cardUuid = '6ba7b810-9dad-41d1-80b4-00c04fd430c8'
  return { type: 'auth-token', challengeId, cardUuid, keySlot: '9E', token } as const
}

/** Lets every message that is on its way arrive. */
async function nextTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
}

/** A store whose `get` has read its value but hands it over only when told to. */
function slowToRead(store: typeof deps.store) {
  const reading = gate()
  const going = gate()
  return {
    isReading: reading.passed,
    goOn: going.open,
    store: {
      ...store,
      get: async (key: string) => {
        const value = await store.get(key)
        reading.open()
        await going.passed
        return value
      },
    },
  }
}

function gate(): { open: () => void; passed: Promise<void> } {
  let open: () => void = () => undefined
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, passed }
}
