import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { VirtualCard } from './virtual-card.ts'
import { createVpcdSlot, type VpcdEvent, type VpcdSlot } from './vpcd.ts'

/** The reader's side of the protocol, as far as these tests need it. */
class Reader {
  readonly server: Server
  readonly #socket: Socket
  #received = Buffer.alloc(0)

  constructor(server: Server, socket: Socket) {
    this.server = server
    this.#socket = socket
    // A card that leaves before it has read everything resets the connection.
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => {
      this.#received = Buffer.concat([this.#received, bytes])
    })
  }

  send(hex: string): void {
    const length = (hex.length / 2).toString(16).padStart(4, '0')
    this.#socket.write(Buffer.from(length + hex, 'hex'))
  }

  /** Sends raw bytes, one at a time. */
  async sendSlowly(hex: string): Promise<void> {
    for (const byte of Buffer.from(hex, 'hex')) {
      this.#socket.write(Buffer.of(byte))
      await new Promise(setImmediate)
    }
  }

  async receive(): Promise<string> {
    await vi.waitFor(() => {
      expect(this.#received.length).toBeGreaterThanOrEqual(2)
      expect(this.#received.length).toBeGreaterThanOrEqual(2 + this.#received.readUInt16BE(0))
    })
    const end = 2 + this.#received.readUInt16BE(0)
    const message = this.#received.subarray(2, end).toString('hex')
    this.#received = this.#received.subarray(end)
    return message
  }

  hangUp(): void {
    this.#socket.destroy()
  }

  async gone(): Promise<void> {
    if (this.#socket.closed) return
    await new Promise((resolve) => this.#socket.once('close', resolve))
  }
}

const select = '00a4040005a00000030800'
const askTries = '00200080'
const verify = '0020008008313233343536ffff'

let server: Server
let slot: VpcdSlot
let events: VpcdEvent[]

async function listen(port = 0): Promise<number> {
  server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function nextReader(): Promise<Reader> {
  const [socket] = (await once(server, 'connection')) as [Socket]
  return new Reader(server, socket)
}

async function insert(card: VirtualCard): Promise<Reader> {
  const connection = nextReader()
  await slot.insert(card)
  return connection
}

beforeEach(async () => {
  events = []
  const port = await listen()
  slot = createVpcdSlot({ port, onEvent: (event) => events.push(event) })
})

afterEach(async () => {
  await slot.remove()
  server.close()
})

describe('a card in the virtual reader', () => {
  it('gives its ATR and answers commands', async () => {
    const reader = await insert(VirtualCard.create())
    reader.send('04')
    expect(await reader.receive()).toBe('3b8d80018073c021c057597562694b6579f9')
    reader.send('01')
    reader.send(select)
    expect(await reader.receive()).toMatch(/^6116.*9000$/)
  })

  it('understands messages in any pieces, and several at once', async () => {
    const reader = await insert(VirtualCard.create())
    await reader.sendSlowly(`000b${select}`)
    expect(await reader.receive()).toMatch(/9000$/)
    await reader.sendSlowly(`0004${askTries}0004${askTries}`)
    expect([await reader.receive(), await reader.receive()]).toEqual(['63c3', '63c3'])
  })

  it.each(['00', '01', '02'])('forgets its PIN at control %s', async (control) => {
    const reader = await insert(VirtualCard.create())
    for (const apdu of [select, verify, askTries]) {
      reader.send(apdu)
      expect(await reader.receive()).toMatch(/9000$/)
    }
    reader.send(control)
    reader.send(select)
    await reader.receive()
    reader.send(askTries)
    expect(await reader.receive()).toBe('63c3')
  })

  it('is taken away by remove()', async () => {
    const reader = await insert(VirtualCard.create())
    expect(slot.connected).toBe(true)
    await slot.remove()
    await reader.gone()
    expect(slot.connected).toBe(false)
  })

  it('is replaced by the next one', async () => {
    const first = await insert(VirtualCard.create())
    const second = await insert(VirtualCard.create({ behaviour: { interface: 'contact' } }))
    await first.gone()
    second.send('04')
    expect(await second.receive()).toMatch(/^3bfd/)
  })

  it('comes back when the reader does, its PIN forgotten', async () => {
    const reader = await insert(VirtualCard.create())
    for (const apdu of [select, verify]) {
      reader.send(apdu)
      await reader.receive()
    }
    const { port } = server.address() as AddressInfo
    server.close()
    reader.hangUp()
    await vi.waitFor(
      () => {
        expect(events).toContain('waiting-for-reader')
      },
      { timeout: 5000 },
    )
    await listen(port)
    const again = await nextReader()
    again.send(select)
    await again.receive()
    again.send(askTries)
    expect(await again.receive()).toBe('63c3')
    expect(events.filter((event) => event === 'connected')).toHaveLength(2)
  })

  it('waits for a reader that is not there yet', async () => {
    const { port } = server.address() as AddressInfo
    server.close()
    const inserted = slot.insert(VirtualCard.create())
    await vi.waitFor(() => {
      expect(events).toEqual(['waiting-for-reader'])
    })
    await listen(port)
    await inserted
    expect(slot.connected).toBe(true)
  })

  it('can be removed while it waits', async () => {
    server.close()
    const inserted = slot.insert(VirtualCard.create())
    await slot.remove()
    await inserted
    expect(slot.connected).toBe(false)
  })

  it('stays away once it was pulled away, until it is inserted again', async () => {
    const card = VirtualCard.create()
    const reader = await insert(card)
    card.faults.pullAwayAtExchange(1)
    reader.send(select)
    await reader.gone()
    expect(events).toEqual(['connected', 'pulled-away'])
    expect(slot.connected).toBe(false)
    const again = await insert(card)
    again.send(select)
    expect(await again.receive()).toMatch(/9000$/)
  })

  it('is slow where told so, and can be removed meanwhile', async () => {
    const card = VirtualCard.create()
    const reader = await insert(card)
    card.faults.delayMs = 60_000
    reader.send(select)
    await slot.remove()
    await reader.gone()
  })
})
