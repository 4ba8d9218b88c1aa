import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { administeredCard, selectedCard, type RawCard } from '../../test/support/raw-card.ts'
import type { Behaviour } from './behaviour.ts'

const getChuid = '00cb3fff055c035fc102'
const container = Buffer.alloc(600, 0x5a).toString('hex')
/** PUT DATA of 5FC102 with 600 bytes, in blocks of 255. */
const writeBlocks = cut(`5c035fc102 53820258 ${container}`.replaceAll(' ', ''))

function cut(data: string): string[] {
  const blocks = data.match(/.{1,510}/g) ?? []
  return blocks.map((block, index) => {
    const cla = index === blocks.length - 1 ? '00' : '10'
    return `${cla}db3fff${(block.length / 2).toString(16).padStart(2, '0')}${block}`
  })
}

/** A card with a CHUID object of 604 bytes. */
function cardWithLongObject(behaviour: Partial<Behaviour> = {}): RawCard {
  const raw = administeredCard({ behaviour })
  expect(writeBlocks.map(raw.statusOf)).toEqual(['9000', '9000', '9000'])
  return raw
}

describe('long answers', () => {
  it('come in blocks of 256, with what is left announced', () => {
    const { send } = cardWithLongObject()
    const blocks = [`${getChuid}00`, '00c0000000', '00c000005c'].map(send)
    expect(blocks.map((block) => block.slice(-4))).toEqual(['6100', '615c', '9000'])
    expect(blocks.map((block) => block.slice(0, -4)).join('')).toBe(`53820258${container}`)
  })

  it('come just the same without Le', () => {
    const { send } = cardWithLongObject()
    expect(send(getChuid)).toBe(send(`${getChuid}00`))
  })

  it('come in blocks of 255 from a card that is built so', () => {
    const { send, statusOf } = cardWithLongObject({ blockSize: 255 })
    expect(send(`${getChuid}00`)).toHaveLength(2 * 255 + 4)
    expect(['00c0000000', '00c0000000', '00c0000000'].map(statusOf)).toEqual([
      '615e',
      '9000',
      '6a80',
    ])
  })

  it('give as many bytes as a small Le asks for', () => {
    const { send } = selectedCard()
    expect(send('00cb3fff035c017e08')).toBe('7e124f0ba0000003610c')
    expect(send('00c000000c')).toBe('080000100001005f2f0240009000')
  })

  it('are asked for again with the right Le where the card is strict', () => {
    const { send } = selectedCard({ behaviour: { strictLe: true } })
    expect(send('00cb3fff035c017e08')).toBe('6c14')
    expect(send('00cb3fff035c017e14')).toBe('7e124f0ba0000003080000100001005f2f0240009000')
  })

  it('keep the rest when a strict card is asked for too much of it', () => {
    const { statusOf } = cardWithLongObject({ strictLe: true })
    expect(statusOf(`${getChuid}00`)).toBe('6100')
    expect(['00c0000000', '00c00000ff', '00c000005c'].map(statusOf)).toEqual([
      '615c',
      '6c5c',
      '9000',
    ])
  })

  it('sign once only, whether or not the Le was right at first', () => {
    const { card, statusOf, send } = administeredCard({ behaviour: { strictLe: true } })
    send('0047009c05ac0380011100')
    send('0020008008313233343536ffff')
    const sign = `0087119c267c2482008120${'ab'.repeat(32)}`
    const wrongLe = statusOf(`${sign}08`)
    expect(wrongLe).toMatch(/^6c4[0-9a-f]$/)
    // The PIN is used up by now: only the held-back answer can be what comes.
    expect(send(`${sign}${wrongLe.slice(2)}`)).toMatch(/^7c.*9000$/)
    expect(statusOf(`${sign}00`)).toBe('6982')
    expect(card.state.keys['9c']).toBeDefined()
  })

  it('are forgotten at any other command, and nothing is there to fetch then', () => {
    const { statusOf } = cardWithLongObject()
    statusOf(`${getChuid}00`)
    statusOf('00fd0000')
    expect(statusOf('00c0000000')).toBe('6a80')
  })
})

describe('chained commands', () => {
  it('take effect at the last block only', () => {
    const { statusOf } = administeredCard()
    statusOf(writeBlocks[0] ?? '')
    statusOf(writeBlocks[1] ?? '')
    expect(statusOf(getChuid)).toBe('6a82')
  })

  it('are dropped by another command, which runs, and their end is then nonsense', () => {
    const { statusOf } = administeredCard()
    statusOf(writeBlocks[0] ?? '')
    expect(statusOf('00fd0000')).toBe('9000')
    expect(statusOf(writeBlocks[2] ?? '')).toBe('6a80')
    expect(statusOf(getChuid)).toBe('6a82')
  })

  it('are ended by another instruction with the chain bit', () => {
    const { statusOf } = administeredCard()
    statusOf(writeBlocks[0] ?? '')
    expect(statusOf('1087119e02aabb')).toBe('6883')
    expect(statusOf(writeBlocks[2] ?? '')).toBe('6a80')
  })

  it('are dropped by power-off', () => {
    const { card, statusOf } = administeredCard()
    statusOf(writeBlocks[0] ?? '')
    card.powerOff()
    statusOf('00a4040005a000000308')
    expect(statusOf(writeBlocks[2] ?? '')).not.toBe('9000')
  })

  it('exist for four instructions, up to 4096 bytes', () => {
    const { statusOf } = administeredCard()
    expect(statusOf('1020008008313233343536ffff')).toBe('6884')
    const block = `10db3fffff${'00'.repeat(255)}`
    const answers = Array.from({ length: 17 }, () => statusOf(block))
    expect(answers.at(-2)).toBe('9000')
    expect(answers.at(-1)).toBe('6a84')
  })
})

describe('malformed commands', () => {
  it.each([
    ['too short for a header', '00a404', '6700'],
    ['a length that does not fit', '00cb3fff095c035fc102', '6700'],
    ['extended length', '00cb3fff0000055c035fc1020000', '6700'],
    ['bytes behind Le', '00cb3fff055c035fc1020000', '6700'],
    ['an unknown class', '80cb3fff055c035fc102', '6e00'],
    ['secure messaging', '0ccb3fff055c035fc102', '6882'],
    ['an unknown instruction', '00f90000', '6d00'],
    ['parameters that GET DATA has not', '00cb0000055c035fc102', '6a86'],
    ['a tag list without a tag', '00cb3fff025c00', '6a80'],
    ['GET RESPONSE with parameters', '00c0010000', '6a80'],
  ])('%s', (_name, apdu, statusWord) => {
    expect(selectedCard().statusOf(apdu)).toBe(statusWord)
  })

  it('never crash the card: every answer ends in a status word', () => {
    const raw = administeredCard()
    const instructions = [0x20, 0x24, 0x2c, 0x47, 0x87, 0xa4, 0xc0, 0xcb, 0xdb, 0xf7, 0xf8]
    const vendor = [0xfa, 0xfb, 0xfd, 0xfe, 0xff]
    const apdus = fc.record({
      cla: fc.constantFrom(0x00, 0x10),
      ins: fc.constantFrom(...instructions, ...vendor),
      p1: fc.constantFrom(0x00, 0x03, 0x11, 0x3f, 0xff),
      p2: fc.constantFrom(0x00, 0x80, 0x9a, 0x9b, 0x9e, 0xff),
      body: fc.uint8Array({ maxLength: 80 }),
    })
    fc.assert(
      fc.property(apdus, ({ cla, ins, p1, p2, body }) => {
        const data = body.length === 0 ? [] : [body.length, ...body]
        const answer = raw.card.transmit(Buffer.from([cla, ins, p1, p2, ...data]))
        expect(answer.length).toBeGreaterThanOrEqual(2)
        expect(answer.length).toBeLessThanOrEqual(258)
      }),
      { numRuns: 1500 },
    )
  })
})
