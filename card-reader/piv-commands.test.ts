import { createHash, createPublicKey, verify } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  personalise,
  placeholderCertificate,
  scriptedChannel,
  tap,
  testCardUuid,
  testPin,
} from '../test/support/card-channels.ts'
import {
  getData,
  logOut,
  pinTriesLeft,
  readCertificate,
  readGuid,
  selectPiv,
  sign,
  verifyPin,
} from './piv-commands.ts'
import type { CardChannel } from './card-port.ts'
import type { KeyAlgorithm, KeySlot } from './piv-keys.ts'
import { VirtualCard } from './virtual-card/virtual-card.ts'

const message = Buffer.from('what the holder signs')
const hashes = { 'P-256': 'sha256', 'P-384': 'sha384', 'RSA-2048': 'sha256' } as const

function request(slot: KeySlot, algorithm: KeyAlgorithm) {
  return { slot, algorithm, digest: createHash(hashes[algorithm]).update(message).digest() }
}

async function personalisedCard(
  algorithm: KeyAlgorithm = 'P-256',
): Promise<{ card: VirtualCard; publicKeys: Map<string, Buffer> }> {
  const card = VirtualCard.create()
  const publicKeys = await personalise(card, { algorithm })
  return { card, publicKeys }
}

function verifies(spki: Buffer | undefined, algorithm: KeyAlgorithm, signature: Buffer): boolean {
  const key = createPublicKey({ key: spki ?? Buffer.alloc(0), format: 'der', type: 'spki' })
  return verify(hashes[algorithm], message, { key, dsaEncoding: 'ieee-p1363' }, signature)
}

describe('a tap', () => {
  it('of a known card takes 3 exchanges: SELECT, start of the CHUID, signature', async () => {
    const { card, publicKeys } = await personalisedCard()
    const { signature, exchanges } = await tap(card, async (channel) => {
      await selectPiv(channel)
      expect(await readGuid(channel)).toBe(testCardUuid)
      const signed = await sign(channel, request('9E', 'P-256'))
      return { signature: signed, exchanges: channel.exchanges }
    })
    expect(exchanges).toBe(3)
    expect(verifies(publicKeys.get('9E'), 'P-256', signature)).toBe(true)
  })

  it('of a known card takes 3 exchanges even when its CHUID is signed and long', async () => {
    const { card } = await personalisedCard()
    const script = [
      '6111' + '4f0600001000010079074f05a000000308' + '9000',
      '53820820' + '3019' + '00'.repeat(25) + '3410' + '77'.repeat(16) + '00'.repeat(207) + '6100',
    ]
    const channel = scriptedChannel(...script)
    await selectPiv(channel)
    expect(await readGuid(channel)).toBe('77777777-7777-7777-7777-777777777777')
    expect(channel.exchanges).toBe(2)
    // What is left of the answer does not disturb the card: the next command discards it.
    await tap(card, async (real) => {
      await selectPiv(real)
      await real.transmit(Buffer.from('00cb3fff055c035fc10108', 'hex'))
      await expect(sign(real, request('9E', 'P-256'))).resolves.toHaveLength(64)
    })
  })

  it('of an unknown card takes at most 8, certificate and PIN included', async () => {
    const { card, publicKeys } = await personalisedCard()
    await tap(card, async (channel) => {
      await selectPiv(channel)
      await readGuid(channel)
      const certificate = await readCertificate(channel, '9A')
      expect(certificate).toEqual(placeholderCertificate('9A', publicKeys.get('9A') ?? Buffer.of()))
      await verifyPin(channel, testPin)
      const signature = await sign(channel, { ...request('9A', 'P-256'), pinVerified: true })
      expect(verifies(publicKeys.get('9A'), 'P-256', signature)).toBe(true)
      expect(channel.exchanges).toBeLessThanOrEqual(8)
    })
  })

  it.each(['P-384', 'RSA-2048'] as const)('signs with %s as well', async (algorithm) => {
    const { card, publicKeys } = await personalisedCard(algorithm)
    const signature = await tap(card, async (channel) => {
      await selectPiv(channel)
      return sign(channel, request('9E', algorithm))
    })
    expect(verifies(publicKeys.get('9E'), algorithm, signature)).toBe(true)
  })
})

describe('SELECT', () => {
  it.each([
    ['another application', '6a82'],
    ['a card that knows no SELECT', '6d00'],
    ['an answer that is not TLV', 'abcdef9000'],
    ['an empty answer', '9000'],
    ['a template without a name', '610450024f009000'],
    ['another name', '61094f07a00000000410109000'],
  ])('calls %s not a PIV card', async (_name, answer) => {
    const selecting = selectPiv(scriptedChannel(answer))
    await expect(selecting).rejects.toMatchObject({ reason: 'not-a-piv-card' })
  })

  it('takes the answers of a YubiKey, of PivApplet and of OpenFIPS201', async () => {
    const name = '4f0ba0000003080000100001007907' + '4f05a000000308'
    const text = (label: string) => Buffer.from(label).toString('hex')
    const pivApplet = `${name}5009${text('PivApplet')}` + 'ac06800111060100'
    const algorithms = ['00', '03', '08', '0a', '0c', '06', '07', '11', '14']
    const listed = `ac1e${algorithms.map((id) => `8001${id}`).join('')}060100`
    const openFips = `${name}500b${text('OpenFIPS201')}5f5049${'61'.repeat(73)}${listed}`
    const answers = [
      '61114f0600001000010079074f05a0000003089000',
      `6129${pivApplet}9000`,
      `61818f${openFips}9000`,
    ]
    for (const answer of answers) await selectPiv(scriptedChannel(answer))
  })
})

describe('the PIN', () => {
  it('says how many tries are left, and is blocked at the end', async () => {
    const { card } = await personalisedCard()
    await tap(card, async (channel) => {
      await selectPiv(channel)
      expect(await pinTriesLeft(channel)).toBe(3)
      const wrong = () => verifyPin(channel, '999999')
      await expect(wrong()).rejects.toMatchObject({ reason: 'wrong-pin', triesLeft: 2 })
      expect(await pinTriesLeft(channel)).toBe(2)
      await expect(wrong()).rejects.toMatchObject({ reason: 'wrong-pin', triesLeft: 1 })
      await expect(wrong()).rejects.toMatchObject({ reason: 'pin-blocked', triesLeft: 0 })
      await expect(wrong()).rejects.toMatchObject({ reason: 'pin-blocked', triesLeft: 0 })
      expect(await pinTriesLeft(channel)).toBe(0)
    })
  })

  it('is logged out to learn the tries, since the card says nothing while it is verified', async () => {
    const { card } = await personalisedCard()
    await tap(card, async (channel) => {
      await selectPiv(channel)
      await verifyPin(channel, testPin)
      expect(await pinTriesLeft(channel)).toBe(3)
      const signing = sign(channel, request('9A', 'P-256'))
      await expect(signing).rejects.toMatchObject({ reason: 'pin-required' })
    })
    const mute = scriptedChannel('9000')
    await expect(pinTriesLeft(mute)).rejects.toMatchObject({ reason: 'not-supported' })
  })

  it('is not verified any more after a log-out', async () => {
    const { card } = await personalisedCard()
    await tap(card, async (channel) => {
      await selectPiv(channel)
      await verifyPin(channel, testPin)
      await expect(sign(channel, request('9A', 'P-256'))).resolves.toHaveLength(64)
      await logOut(channel)
      const signing = sign(channel, request('9A', 'P-256'))
      await expect(signing).rejects.toMatchObject({ reason: 'pin-required' })
    })
  })

  it.each(['12345', '123456789', '12345a', '', '１２３４５６', '123456\n'])(
    'is not sent when it cannot be one: %j',
    async (pin) => {
      const channel = scriptedChannel('9000')
      await expect(verifyPin(channel, pin)).rejects.toMatchObject({ reason: 'pin-malformed' })
      expect(channel.exchanges).toBe(0)
    },
  )

  it.each(['9000', '63c2', 'removed'])(
    'leaves no trace in the bytes sent, after %s',
    async (answer) => {
      const buffers: Buffer[] = []
      const channel: CardChannel = {
        exchanges: 0,
        bytes: 0,
        transmit(command) {
          expect(command.toString('hex')).toBe('00200080083230343036 30ffff'.replace(' ', ''))
          buffers.push(command)
          if (answer === 'removed') return Promise.reject(new Error('gone'))
          return Promise.resolve(Buffer.from(answer, 'hex'))
        },
      }
      await verifyPin(channel, testPin).catch(() => undefined)
      expect(buffers.map((buffer) => buffer.every((byte) => byte === 0))).toEqual([true])
    },
  )
})

describe('a refusal', () => {
  it('by a card that keeps 9A to its contact side says so', async () => {
    const { card } = await personalisedCard()
    card.configure({ contactlessPolicy: 'strict' })
    await tap(card, async (channel) => {
      await selectPiv(channel)
      const insert = { reason: 'not-over-this-interface' }
      await expect(readCertificate(channel, '9A')).rejects.toMatchObject(insert)
      await verifyPin(channel, testPin)
      const signing = sign(channel, { ...request('9A', 'P-256'), pinVerified: true })
      await expect(signing).rejects.toMatchObject(insert)
    })
  })

  it('by a card of the standard says so at the PIN already, and costs no try', async () => {
    const { card } = await personalisedCard()
    card.configure({ contactlessPolicy: 'nist' })
    await tap(card, async (channel) => {
      await selectPiv(channel)
      const verifying = verifyPin(channel, testPin)
      await expect(verifying).rejects.toMatchObject({ reason: 'not-over-this-interface' })
    })
    expect(card.state.pin.triesLeft).toBe(3)
  })

  it('by a blank card tells an empty object from an empty slot', async () => {
    await tap(VirtualCard.create(), async (channel) => {
      await selectPiv(channel)
      const absent = { reason: 'object-not-found' }
      await expect(readGuid(channel)).rejects.toMatchObject(absent)
      await expect(readCertificate(channel, '9E')).rejects.toMatchObject(absent)
      const signing = sign(channel, request('9E', 'P-256'))
      await expect(signing).rejects.toMatchObject({ reason: 'no-key' })
    })
  })

  it('comes from us when the digest does not fit the key', async () => {
    const channel = scriptedChannel('9000')
    const digest = Buffer.alloc(20)
    for (const algorithm of ['P-256', 'P-384', 'RSA-2048'] as const) {
      const signing = sign(channel, { slot: '9E', algorithm, digest })
      await expect(signing).rejects.toThrow(RangeError)
    }
    expect(channel.exchanges).toBe(0)
  })
})

describe('reading', () => {
  it('gets discovery without a wrapper', async () => {
    const content = await tap(VirtualCard.create(), async (channel) => {
      await selectPiv(channel)
      return getData(channel, 0x7e)
    })
    expect(content.toString('hex')).toBe('4f0ba0000003080000100001005f2f024000')
  })

  it.each([
    { blockSize: 255 },
    { strictLe: true },
    { pixOnly: true },
    { algorithmTemplates: 'several' },
    { pinAlwaysEndsWith: 'access-check' },
  ] as const)('works with a card that is built otherwise: %j', async (behaviour) => {
    const card = VirtualCard.create({ behaviour })
    const publicKeys = await personalise(card)
    await tap(card, async (channel) => {
      await selectPiv(channel)
      const certificate = await readCertificate(channel, '9E')
      const expected = placeholderCertificate('9E', publicKeys.get('9E') ?? Buffer.of())
      expect(certificate).toEqual(expected)
    })
  })

  it('meets any answer of a hostile card with a value or a CardError', async () => {
    const answers = fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1, maxLength: 4 })
    const ends = fc.constantFrom('9000', '6100', '6105', '6c05', '63c1')
    await fc.assert(
      fc.asyncProperty(answers, ends, async (blocks, end) => {
        const script = blocks.map((block) => Buffer.from(block).toString('hex') + end)
        const commands = [
          (channel: CardChannel) => selectPiv(channel),
          (channel: CardChannel) => readGuid(channel),
          (channel: CardChannel) => readCertificate(channel, '9E'),
          (channel: CardChannel) => pinTriesLeft(channel),
          (channel: CardChannel) => sign(channel, request('9E', 'P-256')),
        ]
        for (const command of commands) {
          const failure: unknown = await command(scriptedChannel(...script)).then(
            () => null,
            (error: unknown) => error,
          )
          if (failure !== null) expect(failure).toMatchObject({ code: 'CARD_ERROR' })
        }
      }),
      { numRuns: 150 },
    )
  })
})
