import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scriptedChannel } from '../test/support/card-channels.ts'
import { cutIntoBlocks, exchange, exchangeFirstBlock, perform } from './apdu.ts'

const read = {
  ins: 0xcb,
  p1: 0x3f,
  p2: 0xff,
  data: Buffer.from('5c017e', 'hex'),
  expectsData: true,
}

describe('cutting a command into short APDUs', () => {
  it('cuts a 585-byte PUT DATA as SP 800-73 does: 255, 255, 75', () => {
    const put = { ins: 0xdb, p1: 0x3f, p2: 0xff, data: Buffer.alloc(585), expectsData: false }
    const headers = cutIntoBlocks(put).map((block) => block.subarray(0, 5).toString('hex'))
    expect(headers).toEqual(['10db3fffff', '10db3fffff', '00db3fff4b'])
    expect(cutIntoBlocks(put).at(-1)).toHaveLength(5 + 75)
  })

  it('puts Le on the last block alone', () => {
    const sign = { ins: 0x87, p1: 0x07, p2: 0x9a, data: Buffer.alloc(266), expectsData: true }
    const [first, last] = cutIntoBlocks(sign)
    expect(first).toHaveLength(5 + 255)
    expect(last).toEqual(Buffer.from('0087079a0b' + '00'.repeat(11) + '00', 'hex'))
  })

  it('loses no byte, whatever the length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1200 }), (array) => {
        const data = Buffer.from(array)
        const blocks = cutIntoBlocks({ ins: 0xdb, p1: 0x3f, p2: 0xff, data, expectsData: false })
        const joined = Buffer.concat(blocks.map((block) => block.subarray(5)))
        expect(joined).toEqual(data)
        expect(blocks.map((block) => block[0]).filter((cla) => cla === 0x00)).toHaveLength(1)
        expect(blocks.at(-1)?.[0]).toBe(0x00)
      }),
    )
  })

  it('sends a command without data as four bytes', () => {
    const query = { ins: 0x20, p1: 0x00, p2: 0x80, expectsData: false }
    expect(cutIntoBlocks(query)).toEqual([Buffer.from('00200080', 'hex')])
  })
})

describe('collecting an answer', () => {
  it('asks for what is left, as much as the card says, until it says no more', async () => {
    const channel = scriptedChannel('aa6100', 'bb6103', 'ccddee9000')
    const answer = await exchange(channel, read)
    expect(answer).toEqual({ data: Buffer.from('aabbccddee', 'hex'), statusWord: 0x9000 })
    expect(channel.sent.slice(1)).toEqual(['00c0000000', '00c0000003'])
  })

  it('repeats a command with the Le that the card wants, once', async () => {
    const right = scriptedChannel('6c14', 'aa9000')
    await exchange(right, read)
    expect(right.sent).toEqual(['00cb3fff035c017e00', '00cb3fff035c017e14'])
    const stubborn = scriptedChannel('6c14')
    await expect(perform(stubborn, read, 'read')).rejects.toMatchObject({ reason: 'protocol' })
    expect(stubborn.sent).toHaveLength(2)
  })

  it('judges by the last status word when a block in the middle fails', async () => {
    const channel = scriptedChannel('aa6100', '6a80')
    await expect(perform(channel, read, 'read')).rejects.toMatchObject({ reason: 'bad-data' })
  })

  it('gives up on a card that never ends: after 300 blocks', async () => {
    const channel = scriptedChannel('aa6101')
    await expect(perform(channel, read, 'read')).rejects.toMatchObject({ reason: 'protocol' })
    expect(channel.sent).toHaveLength(300)
  })

  it('gives up on a card that never ends: beyond 64 KiB', async () => {
    const channel = scriptedChannel(`${'aa'.repeat(256)}6100`)
    await expect(perform(channel, read, 'read')).rejects.toMatchObject({ reason: 'protocol' })
    expect(channel.sent.length).toBeLessThanOrEqual(258)
  })

  it('stops a chain at the first block that is refused', async () => {
    const channel = scriptedChannel('6982')
    const put = { ins: 0xdb, p1: 0x3f, p2: 0xff, data: Buffer.alloc(600), expectsData: false }
    await expect(perform(channel, put, 'write')).rejects.toMatchObject({
      reason: 'wrong-management-key',
    })
    expect(channel.sent).toHaveLength(1)
  })

  it('fetches one block only where that is asked, and leaves 61XX to see', async () => {
    const channel = scriptedChannel('aabb6120')
    const answer = await exchangeFirstBlock(channel, read)
    expect(answer).toEqual({ data: Buffer.from('aabb', 'hex'), statusWord: 0x6120 })
    expect(channel.sent).toHaveLength(1)
  })

  it('refuses an answer too short for a status word', async () => {
    await expect(exchange(scriptedChannel('90'), read)).rejects.toMatchObject({
      reason: 'protocol',
    })
  })
})
