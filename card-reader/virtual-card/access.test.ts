import { describe, expect, it } from 'vitest'
import { administeredCard, selectedCard, type RawCard } from '../../test/support/raw-card.ts'
import type { Behaviour } from './behaviour.ts'

const verify = '0020008008313233343536ffff'
const objects = { chuid: '02', cert9a: '05', cert9e: '01', printed: '09', face: '08', ccc: '07' }
type ObjectName = keyof typeof objects

/** A card with 9A, 9C, 9E and a few objects, made on its contact side, then presented as told. */
function card(behaviour: Partial<Behaviour>): RawCard {
  const raw = administeredCard({ behaviour: { interface: 'contact' } })
  for (const slot of ['9a', '9c', '9e']) raw.send(`004700${slot}05ac0380011100`)
  for (const tag of Object.values(objects)) raw.send(`00db3fff085c035fc1${tag}530155`)
  raw.card.configure({ interface: 'contactless', ...behaviour })
  raw.card.powerOff()
  raw.send('00a4040005a000000308')
  return raw
}

const read = (raw: RawCard, name: ObjectName) =>
  raw.statusOf(`00cb3fff055c035fc1${objects[name]}00`)
const sign = (raw: RawCard, slot: string) =>
  raw.statusOf(`008711${slot}267c2482008120${'ab'.repeat(32)}00`)

describe('the open policy, as a YubiKey', () => {
  it('reads everything by tap, PIN objects after the PIN', () => {
    const raw = card({})
    expect(
      ['chuid', 'cert9a', 'cert9e', 'ccc'].map((name) => read(raw, name as ObjectName)),
    ).toEqual(['9000', '9000', '9000', '9000'])
    expect(read(raw, 'printed')).toBe('6982')
    raw.send(verify)
    expect([read(raw, 'printed'), read(raw, 'face')]).toEqual(['9000', '9000'])
  })

  it('signs with 9E at once, with 9A after the PIN as often as one likes', () => {
    const raw = card({})
    expect([sign(raw, '9e'), sign(raw, '9a')]).toEqual(['9000', '6982'])
    raw.send(verify)
    expect([sign(raw, '9a'), sign(raw, '9a')]).toEqual(['9000', '9000'])
  })
})

describe('the strict policy, as PivApplet built with S', () => {
  it('keeps 9A and its certificate to the contact side, though the PIN is accepted', () => {
    const raw = card({ contactlessPolicy: 'strict' })
    expect([read(raw, 'chuid'), read(raw, 'cert9e'), read(raw, 'cert9a')]).toEqual([
      '9000',
      '9000',
      '6982',
    ])
    expect(raw.statusOf(verify)).toBe('9000')
    expect([sign(raw, '9a'), sign(raw, '9e')]).toEqual(['6982', '9000'])
  })

  it('does not apply on the contact side', () => {
    const raw = card({ contactlessPolicy: 'strict', interface: 'contact' })
    raw.send(verify)
    expect([read(raw, 'cert9a'), sign(raw, '9a')]).toEqual(['9000', '9000'])
  })
})

describe('the policy of the standard', () => {
  it('gives the public objects and 9E by tap, nothing else', () => {
    const raw = card({ contactlessPolicy: 'nist' })
    expect([read(raw, 'chuid'), read(raw, 'cert9e'), sign(raw, '9e')]).toEqual([
      '9000',
      '9000',
      '9000',
    ])
    expect([read(raw, 'cert9a'), read(raw, 'ccc'), sign(raw, '9a')]).toEqual([
      '6982',
      '6982',
      '6982',
    ])
    expect(raw.statusOf('00cb3fff035c017e')).toBe('9000')
  })

  it.each([
    ['VERIFY', verify],
    ['CHANGE', '0024008010313233343536ffff363534333231ffff'],
    ['RESET RETRY COUNTER', '002c0080103132333435363738363534333231ffff'],
    ['PUT DATA', '00db3fff075c035fc1025300'],
    ['GENERATE', '0047009e05ac0380011100'],
  ])('refuses %s by tap and leaves the counters alone', (_name, apdu) => {
    const raw = card({ contactlessPolicy: 'nist' })
    const before = raw.card.state
    expect(raw.statusOf(apdu)).toBe('6a81')
    expect(raw.card.state).toEqual(before)
  })

  it('never lets the management key be used by tap', () => {
    const raw = card({ contactlessPolicy: 'nist' })
    expect(raw.statusOf('0087039b047c02800000')).toBe('6982')
  })
})

describe('the PIN of 9C', () => {
  it('is used up by the signature, good or bad', () => {
    const raw = card({})
    raw.send(verify)
    expect([sign(raw, '9c'), sign(raw, '9c')]).toEqual(['9000', '6982'])
    raw.send(verify)
    expect(raw.statusOf('0087119c047c02820000')).toBe('6a80')
    expect(sign(raw, '9c')).toBe('6982')
  })

  it('is used up by any other command', () => {
    const raw = card({})
    raw.send(verify)
    read(raw, 'cert9a')
    expect(sign(raw, '9c')).toBe('6982')
  })

  it('outlives what checks no access, on a card that ends it at access checks', () => {
    const raw = card({ pinAlwaysEndsWith: 'access-check' })
    raw.send(verify)
    read(raw, 'chuid')
    expect(sign(raw, '9c')).toBe('9000')
    raw.send(verify)
    read(raw, 'printed')
    expect(sign(raw, '9c')).toBe('6982')
  })
})

describe('before SELECT', () => {
  it('knows no command, so that hosts looking for other applications see them fail', () => {
    const { card: virtualCard, statusOf } = selectedCard()
    virtualCard.powerOff()
    for (const apdu of ['00cb3fff035c017e08', '00cadf3005', '00200080', '00fd0000']) {
      expect(statusOf(apdu)).toBe('6d00')
    }
  })

  it('answers to any beginning of its name from five bytes on, and to no other', () => {
    const { send, statusOf } = selectedCard()
    const template = '61164f0ba00000030800001000010079074f05a0000003089000'
    expect(send('00a4040005a00000030800')).toBe(template)
    expect(send('00a4040009a00000030800001000')).toBe(template)
    expect(send('00a404000ba00000030800001000010000')).toBe(template)
    for (const other of ['04a0000003', '0ca000000308000010000100ff', '05a000000309', '']) {
      expect(statusOf(`00a40400${other}`)).toBe('6a82')
    }
    expect(statusOf('00a4000c023f00')).toBe('6a86')
  })

  it('can name itself by the PIX, and list its algorithms in one template or several', () => {
    const pix = selectedCard({ behaviour: { pixOnly: true } })
    expect(pix.send('00a4040005a000000308')).toBe('61114f0600001000010079074f05a0000003089000')
    const one = selectedCard({ behaviour: { algorithmTemplates: 'one' } })
    expect(one.send('00a4040005a000000308')).toContain('ac1880010380010880010a80010c800107')
    const several = selectedCard({ behaviour: { algorithmTemplates: 'several' } })
    expect(several.send('00a4040005a000000308').match(/ac068001..060100/g)).toHaveLength(7)
  })
})
