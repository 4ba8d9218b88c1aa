import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import { inspectCard } from '../../src/cards/inspect-card.ts'
import { checkCardSignature } from '../../src/card-auth/checks/card-signature.ts'
import { issueCard } from '../../src/cards/issue-card.ts'
import type { DeskCard } from '../../src/cards/desk-card.ts'
import { answerAtDesk, presentCard } from '../../src/operators/answer-at-desk.ts'
import { systemRandom } from '../../src/random.ts'
import { openDeskSession } from '../../src/terminals/desk-session.ts'
import { createTerminalStore } from '../../src/terminals/terminal-store.ts'
import { authenticate, dial } from '../../test/support/channel-node.ts'
import {
  createWire,
  openFarDesk,
  startDeskNode,
  startDeskTerminal,
  untilState,
  type DeskNode,
  type DeskTerminal,
  type DeskTerminalOptions,
} from '../../test/support/desk-fixture.ts'
import {
  chosenPin,
  createIssuingFixture,
  type IssuingFixture,
} from '../../test/support/issuing-fixture.ts'
import { insertTerminal } from '../../test/support/registry.ts'
import { createTestTerminal, signJws } from '../../test/support/test-terminal.ts'
import type { TerminalDeskOptions } from './terminal-desk.ts'

const hurried = { nodeMs: 400, agentMs: 400, aliveMs: 50, silenceMs: 5000 }
const wire = createWire()
let fixture: IssuingFixture
let nodes: readonly [DeskNode, DeskNode]
let terminal: DeskTerminal
const terminals: DeskTerminal[] = []

beforeAll(async () => {
  fixture = await createIssuingFixture()
  const { url } = fixture.pki
  nodes = [await startDeskNode(url, wire), await startDeskNode(url, wire)]
})
afterAll(async () => {
  for (const node of nodes) await node.close()
  await fixture.close()
})
beforeEach(async () => {
  terminal = await start()
})
afterEach(async () => {
  wire.meddle = null
  wire.overheard.length = 0
  for (const one of terminals.splice(0)) await one.close()
})

async function start(options: DeskTerminalOptions = {}): Promise<DeskTerminal> {
  const started = await startDeskTerminal(fixture.pki.db, nodes[1], options)
  terminals.push(started)
  return started
}

async function at<T>(
  named: string,
  work: (card: DeskCard) => Promise<T>,
  options: Partial<TerminalDeskOptions> = {},
): Promise<T> {
  const desk = await openFarDesk(fixture.pki.db, wire, { terminal: named, ...options })
  return desk.withCard(work)
}

function refusal(reason: string) {
  return { code: 'TERMINAL_DESK_REFUSED', reason }
}

describe('a card at a terminal', () => {
  it('is issued from far away; PIN, PUK and management key are on no wire', async () => {
    const card = VirtualCard.create()
    terminal.port.insert(card)
    terminal.prompt.typed.push(chosenPin, chosenPin)
    const request = await fixture.request('enterprise')
    const opened: string[] = []
    const issued = await at(
      terminal.name,
      (presented) => issueCard(fixture.deps, presented, request),
      { onOpening: ({ number }) => opened.push(number) },
    )
    expect(issued.card.state).toBe('issued')
    const seen = await at(terminal.id, (one) => inspectCard(fixture.pki.db, one), {
      purpose: 'read',
    })
    expect(seen).toMatchObject({ agrees: true, card: { cardUuid: issued.card.cardUuid } })
    // The holder was asked there, under the number that the officer sees.
    expect(terminal.prompt.asked.map(({ number }) => number)).toEqual([opened[0], opened[0]])
    expect(terminal.prompt.notices.map(({ step }) => step).slice(0, 2)).toEqual(['opened', 'ended'])
    expect(terminal.prompt.handedOver.every((pin) => pin.every((byte) => byte === 0))).toBe(true)

    const { puk, managementKey } = card.state
    const said = wire.overheard.join('\n')
    expect(said).toContain('desk-command')
    for (const secret of [Buffer.from(chosenPin), bytesOf(puk.value), bytesOf(managementKey.value)])
      for (const spelling of ['latin1', 'hex', 'base64', 'base64url'] as const)
        expect(said).not.toContain(secret.toString(spelling).replace(/=+$/, ''))
  })

  it('goes on with the next run wherever the connection was cut', async () => {
    let operations = 0
    terminal.port.insert(VirtualCard.create())
    terminal.prompt.typed.push(chosenPin, chosenPin)
    const request = await fixture.request('citizen')
    await at(terminal.name, (card) => issueCard(fixture.deps, card, request), {
      trace: () => (operations += 1),
    })
    const outcomes = new Set<string>()
    for (const cut of [1, 3, 5, 8, 11, 14, operations - 1]) outcomes.add(await issueCutAt(cut))
    expect(outcomes).toEqual(new Set(['issued', 'resumed']))
  }, 60_000)

  it('may hold more than one message takes', async () => {
    terminal.port.insert(VirtualCard.create())
    const content = systemRandom.bytes(2800)
    await at(terminal.name, async (card) => {
      await card.identify()
      await authenticateAsFromFactory(card)
      for (const name of ['chuid', 'card-capabilities'] as const) {
        await card.putObject(name, content)
        expect(await card.readObject(name)).toEqual(content)
      }
    })
    const parts = wire.overheard.filter((text) => text.includes('"of":2'))
    expect(parts.length).toBeGreaterThan(0)
    expect(Math.max(...wire.overheard.map((text) => Buffer.byteLength(text)))).toBeLessThan(8000)
  })

  it('is waited for no longer than its reader has it', async () => {
    await expect(at(terminal.name, (card) => card.identify())).rejects.toMatchObject({
      ...{ code: 'CARD_FAULT', reason: 'no-card' },
    })
    terminal.port.insert('storage-card')
    await expect(at(terminal.name, (card) => card.identify())).rejects.toMatchObject({
      ...{ code: 'CARD_FAULT', reason: 'storage-card' },
    })
  })

  it('names what went wrong with it as a card in this machine would', async () => {
    const card = VirtualCard.create()
    terminal.port.insert(card)
    await at(terminal.name, async (presented) => {
      await presented.identify()
      const wrong = { from: Buffer.from('99999999'), to: Buffer.from('12345678') }
      await expect(presented.changePuk(wrong)).rejects.toMatchObject({
        ...{ code: 'CARD_FAULT', reason: 'wrong-puk', facts: { triesLeft: 2 } },
      })
      terminal.prompt.typed.push(null)
      await expect(presented.enterPin()).rejects.toMatchObject({ reason: 'pin-cancelled' })
      terminal.port.remove()
      await expect(presented.identify()).rejects.toMatchObject({ reason: 'card-removed' })
    })
  })
})

/** The connection is cut after so many operations; the same again, and how it ended. */
async function issueCutAt(operation: number): Promise<string> {
  const card = VirtualCard.create()
  terminal.port.insert(card)
  const request = await fixture.request('citizen')
  let operations = 0
  const trace = (): void => {
    operations += 1
    if (operations === operation) nodes[1].cut()
  }
  const issue = (presented: DeskCard) => issueCard(fixture.deps, presented, request)
  terminal.prompt.typed.splice(0, Infinity, chosenPin, chosenPin)
  await expect(at(terminal.name, issue, { trace })).rejects.toMatchObject(
    refusal('connection-lost'),
  )
  await untilState(terminal.agent, 'online')
  terminal.prompt.typed.splice(0, Infinity, chosenPin, chosenPin)
  const { resumed, card: issued } = await at(terminal.name, issue)
  const seen = await fixture.desk(card).withCard((one) => inspectCard(fixture.pki.db, one))
  expect(seen).toMatchObject({ agrees: true, card: { cardUuid: issued.cardUuid } })
  return resumed ? 'resumed' : 'issued'
}

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replace(/(ff)+$/, ''), 'hex')
}

async function authenticateAsFromFactory(card: DeskCard): Promise<void> {
  const { managementKey } = await card.identify()
  const bytes = Buffer.from('010203040506070801020304050607080102030405060708', 'hex')
  const algorithm = managementKey.algorithm ?? '3DES'
  expect(await card.authenticate({ algorithm, bytes })).toBe(true)
}

describe('a sealed message', () => {
  beforeEach(() => {
    terminal.port.insert(VirtualCard.create())
  })

  /** Two readings; what goes over the registry between them is meddled with. */
  async function readTwice(meddle: (told: readonly string[]) => readonly string[]): Promise<void> {
    await at(
      terminal.name,
      async (card) => {
        await card.identify()
        wire.meddle = meddle
        await card.readObject('chuid')
        await card.readObject('discovery')
      },
      { timing: hurried },
    )
  }

  it.each(['desk-command', 'desk-answer'])('is refused when it was altered: %s', async (type) => {
    const alter = (told: readonly string[]) =>
      told.map((part) =>
        isOf(part, type) ? part.replace(/(\\"sealed\\":\\"[^"]{60})(.)/, swapped) : part,
      )
    await expect(readTwice(alter)).rejects.toMatchObject(refusal('message-altered'))
  })

  it.each(['desk-command', 'desk-answer'])('is refused when it is an old one: %s', async (type) => {
    const old: { readonly text: string }[] = []
    const repeat = (told: readonly string[]) => {
      const [part = ''] = told
      if (!isOf(part, type)) return told
      old.push({ text: textOf(part) })
      return [JSON.stringify({ ...(JSON.parse(part) as object), text: old[0]?.text })]
    }
    await expect(readTwice(repeat)).rejects.toMatchObject(refusal('message-altered'))
    expect(old).toHaveLength(2)
  })
})

function isOf(part: string, type: string): boolean {
  return part.includes(`\\"type\\":\\"${type}\\"`)
}

function textOf(part: string): string {
  return (JSON.parse(part) as { text: string }).text
}

function swapped(_: string, before: string, letter: string): string {
  return before + (letter === 'A' ? 'B' : 'A')
}

function quiet(ms: number): Promise<'quiet'> {
  return new Promise((resolve) => setTimeout(resolve, ms, 'quiet'))
}

describe('the purpose of a desk', () => {
  it('lets a holder far away choose a PIN by PUK, at any terminal, and nothing more', async () => {
    const ordinary = await start({ isDesk: false, agent: { issuesCards: false } })
    const card = VirtualCard.create()
    ordinary.port.insert(card)
    ordinary.prompt.typed.push(chosenPin, chosenPin)
    const [factory, next] = [Buffer.from('12345678'), Buffer.from('87654321')]
    await at(
      ordinary.name,
      async (one) => {
        await one.identify()
        await one.changePuk({ from: factory, to: next })
        await one.setPin(next, { minDigits: 6, refuseSimple: true })
        const digest = Buffer.alloc(32)
        for (const work of [
          () => one.sign('9A', { algorithm: 'P-256', digest }),
          () => one.generateKey('9A', { algorithm: 'P-256', pinPolicy: 'once' }),
          () => one.putObject('chuid', digest),
          () => one.reset(),
        ])
          await expect(work()).rejects.toMatchObject(refusal('not-allowed'))
      },
      { purpose: 'unblock' },
    )
    expect(card.state.pin.value).toBe(`${Buffer.from(chosenPin).toString('hex')}ffff`)
  })

  it('is reading alone where somebody only looks', async () => {
    terminal.port.insert(VirtualCard.create())
    const puks = { from: Buffer.from('12345678'), to: Buffer.from('87654321') }
    await at(
      terminal.name,
      async (one) => {
        expect(await one.identify()).toMatchObject({ cardUuid: null })
        await expect(one.changePuk(puks)).rejects.toMatchObject(refusal('not-allowed'))
      },
      { purpose: 'read' },
    )
  })

  it('lets an operator answer a challenge at any terminal, for its own origin alone', async () => {
    const card = VirtualCard.create()
    await fixture.issue(card, await fixture.request())
    const ordinary = await start({ isDesk: false, agent: { issuesCards: false } })
    ordinary.port.insert(card)
    ordinary.prompt.typed.push(chosenPin, chosenPin)
    const nonce = systemRandom.bytes(32).toString('base64')
    await at(
      ordinary.name,
      async (one) => {
        const presented = await presentCard(one)
        const asked = { origin: 'https://elsewhere.example', nonce }
        for (let signed = 0; signed < 2; signed++) {
          const { token } = await answerAtDesk(one, presented, asked)
          const check = (origin: string) => () => {
            checkCardSignature(presented.certificate, token, { origin, nonce })
          }
          expect(check(nodes[1].url)).not.toThrow()
          expect(check(asked.origin)).toThrow('card-signature-wrong')
        }
        const digest = Buffer.alloc(32)
        const puks = { from: Buffer.from('12345678'), to: Buffer.from('87654321') }
        for (const work of [
          () => one.sign('9A', { algorithm: 'P-256', digest }),
          () => one.sign('9E', { algorithm: 'P-256', digest }),
          () => one.enterPin(),
          () => one.changePuk(puks),
        ])
          await expect(work()).rejects.toMatchObject(refusal('not-allowed'))
      },
      { purpose: 'operator-sign-in' },
    )
    expect(ordinary.prompt.asked.map(({ application }) => application.en)).toEqual([
      ...['Operator sign-in (ecard command)', 'Operator sign-in (ecard command)'],
    ])
  })

  it.each([
    ['not-a-desk', { isDesk: false }],
    ['agent-not-a-desk', { agent: { issuesCards: false } }],
  ])('to issue is refused by a terminal that is none: %s', async (reason, options) => {
    const { name, port } = await start(options)
    port.insert(VirtualCard.create())
    await expect(at(name, (card) => card.identify())).rejects.toMatchObject(refusal(reason))
  })
})

describe('a node of the service', () => {
  it('opens no issuing desk at a terminal that is none, whoever asks', async () => {
    const { id } = await start({ isDesk: false })
    const standing = await createTerminalStore(fixture.pki.db).find(id)
    if (standing === null) throw new Error('it is there')
    const asked = { terminal: standing, purpose: 'issue', reader: null, number: '47' } as const
    const deps = { db: fixture.pki.db, random: systemRandom, timing: hurried }
    await expect(openDeskSession(deps, { ...asked, language: 'vi' })).rejects.toMatchObject(
      refusal('not-a-desk'),
    )
  })

  it('says that the connection is lost when it stops', async () => {
    const third = await startDeskNode(fixture.pki.url, wire)
    const guest = await startDeskTerminal(fixture.pki.db, third)
    guest.port.insert(VirtualCard.create())
    await at(guest.name, async (card) => {
      await card.identify()
      await third.close()
      await expect(card.identify()).rejects.toMatchObject(refusal('connection-lost'))
    })
    await guest.close()
  })
})

describe('a terminal', () => {
  it('has one desk at a time', async () => {
    terminal.port.insert(VirtualCard.create())
    const identify = (card: DeskCard) => card.identify()
    await at(terminal.name, async (card) => {
      await card.identify()
      await expect(at(terminal.name, identify)).rejects.toMatchObject(refusal('busy'))
    })
    await expect(at(terminal.name, identify)).resolves.toMatchObject({ cardUuid: null })
  })

  it('is busy while somebody signs in at it', async () => {
    await ask(terminal.id)
    await vi.waitFor(() => {
      expect(nodes[1].steps.at(-1)).toBe('waiting-for-card')
    })
    await expect(at(terminal.name, (card) => card.identify())).rejects.toMatchObject(
      refusal('busy'),
    )
  })

  it('lets a sign-in wait, and says so, until the desk is closed', async () => {
    terminal.port.insert(VirtualCard.create())
    await at(terminal.name, async (card) => {
      await card.identify()
      await ask(terminal.id)
      await vi.waitFor(() => {
        expect(nodes[1].steps.at(-1)).toBe('terminal-busy')
      })
      await expect(card.readObject('discovery')).resolves.not.toThrow()
    })
    await vi.waitFor(() => {
      expect(nodes[1].steps.at(-1)).toBe('not-our-card')
    })
  })

  it('lets go of the card when nothing is heard of whoever opened the desk', async () => {
    const patient = await start({ agent: { deskTiming: { silenceMs: 200, longestMs: 60_000 } } })
    patient.port.insert(VirtualCard.create())
    const mute = { ...hurried, aliveMs: 60_000 }
    await at(
      patient.name,
      async (card) => {
        await card.identify()
        await vi.waitFor(() => {
          expect(patient.prompt.notices.at(-1)?.step).toBe('ended')
        })
        await expect(card.identify()).rejects.toMatchObject(refusal('connection-lost'))
      },
      { timing: mute },
    )
    const heard = { timing: { ...hurried, aliveMs: 40 } }
    const longer = async (card: DeskCard) => {
      await card.identify()
      await quiet(500)
      return card.identify()
    }
    await expect(at(patient.name, longer, heard)).resolves.toMatchObject({ cardUuid: null })
  })

  it('is given up, and free again, when its node may have missed a message', async () => {
    terminal.port.insert(VirtualCard.create())
    const identify = (card: DeskCard) => card.identify()
    await at(terminal.name, async (card) => {
      await card.identify()
      const { rowCount } = await fixture.pki.db.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name = 'ecard-sso listener'
           and query !~ 'ecard_desk_'`,
      )
      expect(rowCount).toBe(2)
      await vi.waitFor(() => {
        expect(terminal.prompt.notices.at(-1)?.step).toBe('ended')
      })
      await expect(card.identify()).rejects.toMatchObject(refusal('connection-lost'))
    })
    await expect(at(terminal.name, identify)).resolves.toMatchObject({ cardUuid: null })
  })

  it('is not found, or not to be used, by name', async () => {
    const { db } = fixture.pki
    const identify = (card: DeskCard) => card.identify()
    await expect(at('Quầy không có', identify)).rejects.toMatchObject(refusal('unknown-terminal'))
    const name = 'Quầy trùng tên'
    const invited = await insertTerminal(db, { name, state: 'invited' })
    await expect(at(name, identify)).rejects.toMatchObject(refusal('not-enrolled'))
    await insertTerminal(db, { name, isDesk: true })
    await expect(at(name, identify)).rejects.toMatchObject(refusal('several-terminals'))
    await createTerminalStore(db).withdraw(invited.id, new Date())
    await expect(at(invited.id, identify)).rejects.toMatchObject(refusal('withdrawn'))
    const timing = hurried
    await expect(at(name, identify, { timing })).rejects.toMatchObject(refusal('offline'))
  })
})

describe('who answers for a terminal', () => {
  it('is told as too old when it does not know desks', async () => {
    const { agent, id } = await dialAsTerminal()
    const opening = at(id, (card) => card.identify(), { timing: hurried })
    await expect(opening).rejects.toMatchObject(refusal('agent-too-old'))
    agent.socket.close()
  })

  it.each([
    ['by another key', (right: Claims) => right, false],
    ['over another key for the desk', (right: Claims) => ({ ...right, deskKey: 'AA==' }), true],
    ['over another nonce', (right: Claims) => ({ ...right, nonce: 'AA==' }), true],
    ['for another purpose', (right: Claims) => ({ ...right, purpose: 'read' }), true],
  ])('is not believed when it signs %s', async (_, bend, hasKey) => {
    const { agent, id, privateKey } = await dialAsTerminal()
    const opening = at(id, (card) => card.identify(), { timing: hurried })
    opening.catch(() => undefined)
    const { deskId, purpose, nonce, publicKey } = await agent.hear('desk-open')
    const key = hasKey ? privateKey : createTestTerminal().privateKey
    const claims = { aud: nodes[1].url, deskId, purpose, nonce, deskKey: publicKey }
    const statement = signJws({
      key,
      header: { alg: 'ES256', kid: id, typ: 'ecard-terminal-desk+jwt' },
      claims: bend({ ...claims, agentKey: publicKey }),
    })
    agent.send({ type: 'desk-opened', deskId, statement })
    await expect(opening).rejects.toMatchObject(refusal('not-the-terminal'))
    agent.socket.close()
  })
})

/** An agent's end of the channel, for a desk whose key the test has. */
async function dialAsTerminal() {
  const test = createTestTerminal()
  const { id, publicKey } = test.terminal
  const store = createTerminalStore(fixture.pki.db)
  await store.insertInvited({ ...test.terminal, isDesk: true }, new Date())
  await store.activate(id, { publicKey, at: new Date() })
  const agent = await dial({ url: nodes[1].url.replace('http', 'ws') })
  await authenticate(agent, test)
  await agent.hear('welcome')
  return { agent, id, privateKey: test.privateKey }
}

type Claims = Readonly<Record<string, unknown>>

async function ask(terminalId: string): Promise<void> {
  const isSent = await nodes[1].channel.send(terminalId, {
    ...{ type: 'sign-in', challengeId: systemRandom.uuid(), keySlot: '9E', number: '47' },
    nonce: systemRandom.bytes(32).toString('base64'),
    application: { vi: 'Văn bản', en: 'Documents' },
    ...{ office: null, language: 'vi' },
    expiresAt: new Date(Date.now() + 60_000).toISOString(),
  })
  expect(isSent).toBe(true)
}
