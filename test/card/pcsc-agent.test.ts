import { createPublicKey } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createAgent, type Agent } from '../../card-reader/agent.ts'
import type { CardPort } from '../../card-reader/card-port.ts'
import { openKnownCards } from '../../card-reader/known-cards.ts'
import { writeLog } from '../../card-reader/log.ts'
import { openPcscCardPort } from '../../card-reader/pcsc-card-port.ts'
import { selectPiv } from '../../card-reader/piv-commands.ts'
import { systemRandom } from '../../card-reader/random.ts'
import { createTerminalKey } from '../../card-reader/terminal-key.ts'
import { createVpcdSlot, type VpcdSlot } from '../../card-reader/virtual-card/vpcd.ts'
import {
  fixedClock,
  fixedNow,
  issueVirtualCard,
  rightPin,
  scriptedPrompt,
  terminalId,
  testTiming,
  type IssuedCard,
} from '../support/agent-fixture.ts'
import { startFakeService, type FakeService, type SignInFrame } from '../support/fake-service.ts'
import { acquirePcscd, vpcdPorts, vpcdReaderNames, type Pcscd } from '../support/pcscd.ts'

const [firstReader, secondReader] = vpcdReaderNames
const logLines: string[] = []
const log = writeLog('debug', { write: (line) => logLines.push(line) })
const prompt = scriptedPrompt()
const slots: VpcdSlot[] = vpcdPorts.map((port) => createVpcdSlot({ port }))
let pcscd: Pcscd
let stateDir: string
let port: CardPort
let service: FakeService
let agent: Agent
let issued: IssuedCard

beforeAll(async () => {
  pcscd = await acquirePcscd()
  stateDir = await mkdtemp(join(tmpdir(), 'ecard-agent-'))
  issued = await issueVirtualCard()
  const key = createTerminalKey(fixedClock)
  const terminalKey = createPublicKey({ key: key.publicKey, format: 'der', type: 'spki' })
  service = await startFakeService({ terminalKey, now: fixedNow })
  port = await openPcscCardPort({ log, random: systemRandom })
  const terminal = {
    id: terminalId,
    issuer: service.issuer,
    name: 'Quầy số 3',
    mode: 'managed',
    certificate: 'AA==',
    pairingOffered: true,
  } as const
  agent = createAgent({
    cardPort: port,
    state: { terminal, key, knownCards: await openKnownCards(stateDir) },
    pinPrompt: prompt,
    clock: fixedClock,
    random: systemRandom,
    log,
    openBrowser: () => Promise.resolve(),
    timing: testTiming,
  })
  agent.start()
  await until(() => {
    expect(agent.channelState()).toBe('online')
  })
  // Waiting for the turn on this machine's one pcscd is part of it.
}, 180_000)

afterAll(async () => {
  for (const slot of slots) await slot.remove()
  await agent.stop()
  await port.close()
  await service.stop()
  await rm(stateDir, { recursive: true })
  await pcscd.release()
})

beforeEach(async () => {
  issued.card.faults.clear()
  for (const slot of slots) await slot.remove()
  await untilReaders([false, false])
  service.heard.length = 0
})

async function until(check: () => void): Promise<void> {
  await vi.waitFor(check, { timeout: 15_000, interval: 20 })
}

/** Whether a card lies on the first and on the second reader, as the port sees it. */
async function untilReaders(cards: readonly boolean[]): Promise<void> {
  await until(() => {
    expect(port.readers().map(({ cardPresent }) => cardPresent)).toEqual(cards)
  })
}

async function untilStep(step: string): Promise<void> {
  await until(() => {
    expect(service.heard.findLast(({ type }) => type === 'progress')).toMatchObject({ step })
  })
}

async function untilAnswered({ challengeId }: SignInFrame): Promise<void> {
  await until(() => {
    const answer = service.heard.find(({ type }) => type === 'auth-token')
    expect(answer).toMatchObject({ challengeId, cardUuid: issued.cardUuid })
  })
}

async function tap(): Promise<void> {
  const request = service.ask()
  await untilStep('waiting-for-card')
  await slots[0]?.insert(issued.card)
  await untilAnswered(request)
}

describe('the agent on pcscd', { timeout: 40_000 }, () => {
  it('signs at a tap, and at the next one in three exchanges', async () => {
    await tap()
    await slots[0]?.remove()
    await untilReaders([false, false])
    service.heard.length = 0
    await tap()
    const line = logLines.findLast((text) => text.includes('"sign-in.signed"')) ?? '{}'
    expect(JSON.parse(line)).toMatchObject({ exchanges: 3, knownCard: true })
  })

  it('signs with a card that lay there before it was asked for', async () => {
    await slots[0]?.insert(issued.card)
    await untilReaders([true, false])
    await untilAnswered(service.ask())
  })

  it('verifies a PIN and leaves the card logged out', async () => {
    prompt.typed.push('000000', rightPin)
    await slots[0]?.insert(issued.card)
    await untilAnswered(service.ask({ keySlot: '9A' }))
    const tries = await port.withCard(firstReader, async (card) => {
      await selectPiv(card)
      return card.transmit(Buffer.from('00200080', 'hex'))
    })
    expect(tries.toString('hex')).toBe('63c3')
  })

  it('says so when the card is lifted in mid-command, and signs at the next tap', async () => {
    const request = service.ask()
    await untilStep('waiting-for-card')
    issued.card.faults.pullAwayAtExchange(2)
    await slots[0]?.insert(issued.card)
    await untilStep('card-removed')
    await slots[0]?.insert(issued.card)
    await untilAnswered(request)
  })

  it('notices that the card was lifted while the PIN is typed', async () => {
    prompt.typed.push('waits')
    await slots[0]?.insert(issued.card)
    service.ask({ keySlot: '9A' })
    await untilStep('pin-needed')
    await slots[0]?.remove()
    await untilStep('card-removed')
  })

  it('reads neither of two cards', async () => {
    const other = await issueVirtualCard()
    await slots[0]?.insert(issued.card)
    await slots[1]?.insert(other.card)
    await untilReaders([true, true])
    const request = service.ask()
    await untilStep('two-cards')
    await slots[1]?.remove()
    await untilAnswered(request)
    expect(port.readers().map(({ name }) => name)).toEqual([firstReader, secondReader])
  })

  it('tells a storage card by what the reader makes of it', async () => {
    const other = await issueVirtualCard()
    other.card.configure({ atr: '3b8f8001804f0ca000000306030001000000006a' })
    service.ask()
    await untilStep('waiting-for-card')
    await slots[0]?.insert(other.card)
    await untilStep('not-our-card')
  })

  it('works again after pcscd was restarted', async () => {
    const request = service.ask()
    await untilStep('waiting-for-card')
    await pcscd.stop()
    await untilStep('no-reader')
    await pcscd.start()
    await untilReaders([false, false])
    await slots[0]?.insert(issued.card)
    await untilAnswered(request)
  })

  it('works again after pcscd was restarted under a card in use', async () => {
    prompt.typed.push('waits', rightPin)
    await slots[0]?.insert(issued.card)
    const request = service.ask({ keySlot: '9A' })
    await untilStep('pin-needed')
    await pcscd.restart()
    await untilAnswered(request)
  })
})
