import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { administeredCard, rawCard, selectedCard, selectPiv } from '../../test/support/raw-card.ts'
import { VirtualCard } from './virtual-card.ts'

const rightPin = '0020008008313233343536ffff'
const wrongPin = '0020008008393939393939ffff'
const askTries = '00200080'
const logOut = '0020ff80'
const wrongPuk = '002c00801039393939393939393132333435 36ffff'
const changePin = '0024008010313233343536ffff363534333231ffff'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ecard-virtual-card-'))
  file = join(folder, 'card.json')
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('PIN tries', () => {
  it('count down to blocked, and a right PIN after that is not even compared', () => {
    const { statusOf } = selectedCard()
    const answers = [wrongPin, wrongPin, wrongPin, wrongPin, rightPin].map(statusOf)
    expect(answers).toEqual(['63c2', '63c1', '63c0', '6983', '6983'])
    expect(statusOf(askTries)).toBe('6983')
  })

  it('are all back after a right PIN', () => {
    const { statusOf } = selectedCard()
    expect([wrongPin, rightPin, logOut, askTries].map(statusOf)).toEqual([
      '63c2',
      '9000',
      '9000',
      '63c3',
    ])
  })

  it('survive power cycles and the end of the program', () => {
    const first = rawCard(VirtualCard.create({ file }))
    first.send(selectPiv)
    first.send(wrongPin)
    first.card.powerOff()
    first.send(selectPiv)
    expect(first.statusOf(askTries)).toBe('63c2')
    const again = rawCard(VirtualCard.open({ file }))
    again.send(selectPiv)
    expect(again.statusOf(wrongPin)).toBe('63c1')
  })

  it('are spent on disk before the PIN is compared', () => {
    const { send, statusOf } = rawCard(VirtualCard.create({ file }))
    send(selectPiv)
    rmSync(folder, { recursive: true })
    // The try cannot be written down, so the card must not say whether the PIN was right.
    expect(() => statusOf(rightPin)).toThrow(/ENOENT/)
    expect(statusOf(askTries)).not.toBe('9000')
  })

  it('are not touched by a badly formatted PIN', () => {
    const { statusOf } = selectedCard()
    const malformed = [
      '0020008006313233343536',
      '00200080083132333435ffffff',
      '0020008008313233ff343536ff',
      '0020008008ffffffffffffffff',
    ]
    expect(malformed.map(statusOf)).toEqual(['6a80', '6a80', '6a80', '6a80'])
    expect(statusOf(askTries)).toBe('63c3')
  })

  it('are said by an empty VERIFY only while the PIN is not verified', () => {
    const { statusOf } = selectedCard()
    expect([askTries, rightPin, askTries, logOut, askTries].map(statusOf)).toEqual([
      '63c3',
      '9000',
      '9000',
      '9000',
      '63c3',
    ])
  })

  it('are kept for the contact side at the contactless floor', () => {
    const { card, statusOf } = selectedCard({ behaviour: { contactlessPinFloor: 1 } })
    expect([wrongPin, wrongPin, wrongPin].map(statusOf)).toEqual(['63c2', '63c1', '6983'])
    card.configure({ interface: 'contact' })
    expect(statusOf(rightPin)).toBe('9000')
  })
})

describe('PIN status', () => {
  it('ends with power-off, reset, log-out and a wrong PIN', () => {
    const raw = selectedCard()
    const ends = [
      () => {
        raw.card.powerOff()
      },
      () => {
        raw.card.reset()
      },
      () => raw.send(logOut),
      () => raw.send(wrongPin),
    ]
    for (const end of ends) {
      raw.send(rightPin)
      end()
      raw.send(selectPiv)
      expect(raw.statusOf(askTries)).toMatch(/^63c/)
      raw.send(rightPin)
    }
  })

  it('survives selecting the same application, and a name that is not there', () => {
    const { send, statusOf } = selectedCard()
    send(rightPin)
    send(selectPiv)
    expect(statusOf(askTries)).toBe('9000')
    expect(statusOf('00a4040005a00000000100')).toBe('6a82')
    expect(statusOf(askTries)).toBe('9000')
  })
})

describe('changing and unblocking', () => {
  it('changes the PIN for the old one, verifies it and brings the tries back', () => {
    const { statusOf } = selectedCard()
    expect([wrongPin, changePin, askTries, logOut, askTries].map(statusOf)).toEqual([
      '63c2',
      '9000',
      '9000',
      '9000',
      '63c3',
    ])
    expect(statusOf(rightPin)).toBe('63c2')
    expect(statusOf('0020008008363534333231ffff')).toBe('9000')
  })

  it('counts a wrong old PIN, but not a badly formatted new one', () => {
    const { statusOf } = selectedCard()
    expect(statusOf('0024008010393939393939ffff363534333231ffff')).toBe('63c2')
    expect(statusOf('0024008010313233343536ffff3635ffffffffffff')).toBe('6a80')
    expect(statusOf(askTries)).toBe('63c2')
  })

  it('changes the PUK, with a counter of its own', () => {
    const { statusOf } = selectedCard()
    expect(statusOf('00240081103939393939393939 3132333435363738')).toBe('63c2')
    expect(statusOf('00240081103132333435363738 3837363534333231')).toBe('9000')
    expect(statusOf('002c0080103132333435363738363534333231ffff')).toBe('63c2')
    expect(statusOf('002c0080103837363534333231363534333231ffff')).toBe('9000')
    expect(statusOf(askTries)).toBe('63c3')
  })

  it('unblocks by the PUK without verifying the PIN', () => {
    const { statusOf } = selectedCard()
    for (let attempt = 0; attempt < 3; attempt += 1) statusOf(wrongPin)
    expect(statusOf('002c0080103132333435363738363534333231ffff')).toBe('9000')
    expect(statusOf(askTries)).toBe('63c3')
  })

  it('blocks the PUK as well', () => {
    const { statusOf } = selectedCard()
    expect([wrongPuk, wrongPuk, wrongPuk, wrongPuk].map(statusOf)).toEqual([
      '63c2',
      '63c1',
      '63c0',
      '6983',
    ])
  })

  it('refuses other references and parameters', () => {
    const { statusOf } = selectedCard()
    const wrong = ['00200000', '00200180', '00240080', '00240180', '002c0081', '0020ff8001aa']
    expect(wrong.map(statusOf)).toEqual(['6a88', '6a86', '6a80', '6a86', '6a88', '6a80'])
  })

  it('erases the keys when both are blocked, on a card that does so', () => {
    const { card, statusOf } = administeredCard({ behaviour: { eraseOnBothBlocked: true } })
    expect(statusOf('0047009e05ac0380011100')).toBe('9000')
    for (let attempt = 0; attempt < 3; attempt += 1) statusOf(wrongPin)
    expect(Object.keys(card.state.keys)).toEqual(['9e'])
    for (let attempt = 0; attempt < 3; attempt += 1) statusOf(wrongPuk)
    expect(Object.keys(card.state.keys)).toEqual([])
  })
})

describe('tries and reset by the vendor commands', () => {
  it('sets tries after management key and PIN, and puts the factory secrets back', () => {
    const { statusOf } = administeredCard()
    expect(statusOf('00fa0502')).toBe('6982')
    expect([changePin, '00fa0502', askTries].map(statusOf)).toEqual(['9000', '9000', '63c5'])
    expect(statusOf(rightPin)).toBe('9000')
  })

  it('needs the management key for that, and at least one try each', () => {
    const { statusOf } = selectedCard()
    statusOf(rightPin)
    expect(statusOf('00fa0502')).toBe('6982')
    expect(statusOf('00fa0002')).toBe('6a86')
  })

  it('becomes blank once PIN and PUK are blocked, and not before', () => {
    const { card, statusOf } = administeredCard()
    statusOf('0047009e05ac0380011100')
    statusOf('00db3fff0a5c035fc1025303aabbcc')
    expect(statusOf('00fb0000')).toBe('6985')
    for (let attempt = 0; attempt < 3; attempt += 1) statusOf(wrongPin)
    expect(statusOf('00fb0000')).toBe('6985')
    for (let attempt = 0; attempt < 3; attempt += 1) statusOf(wrongPuk)
    expect(statusOf('00fb0000')).toBe('9000')
    expect(card.state).toMatchObject({ keys: {}, objects: {}, pin: { triesLeft: 3 } })
    expect(statusOf(rightPin)).toBe('9000')
  })
})

describe('the file of a card', () => {
  it('is readable by its owner alone, and stays so', () => {
    const { statusOf, send } = rawCard(VirtualCard.create({ file }))
    send(selectPiv)
    statusOf(changePin)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('is never overwritten by a new card', () => {
    VirtualCard.create({ file })
    const before = readFileSync(file, 'utf8')
    expect(() => VirtualCard.create({ file })).toThrow(/there already/)
    expect(readFileSync(file, 'utf8')).toBe(before)
  })
})
