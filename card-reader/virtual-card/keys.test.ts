import {
  constants,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  publicDecrypt,
} from 'node:crypto'
import { verify, type KeyObject } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { administeredCard, factoryKey, selectedCard } from '../../test/support/raw-card.ts'
import type { RawCard } from '../../test/support/raw-card.ts'

const verifyPin = '0020008008313233343536ffff'
const digest = createHash('sha256').update('message').digest()
const signP256 = (slot: string) => `008711${slot}267c2482008120${digest.toString('hex')}00`

/** The public key out of GENERATE's answer, as Node has it. */
function ecPublicKey(answer: string, curve: 'P-256' | 'P-384'): KeyObject {
  const size = curve === 'P-256' ? 64 : 96
  const point = answer.slice(-4 - 2 * size, -4)
  const coordinate = (hex: string) => Buffer.from(hex, 'hex').toString('base64url')
  const [x, y] = [coordinate(point.slice(0, size)), coordinate(point.slice(size))]
  return createPublicKey({ key: { kty: 'EC', crv: curve, x, y }, format: 'jwk' })
}

/** The DER signature out of `7C L 82 L …`, both lengths one byte. */
const signatureOf = (answer: string) => Buffer.from(answer.slice(8, -4), 'hex')

/** Sends data of any length in chained blocks, and collects the whole answer. */
function sendLong({ send }: RawCard, header: string, data: string): string {
  const blocks = data.match(/.{1,510}/g) ?? []
  let answer = ''
  for (const [index, block] of blocks.entries()) {
    const cla = index === blocks.length - 1 ? '00' : '10'
    answer = send(`${cla}${header}${(block.length / 2).toString(16).padStart(2, '0')}${block}`)
  }
  let collected = answer.slice(0, -4)
  while (answer.slice(-4, -2) === '61') {
    answer = send(`00c00000${answer.slice(-2)}`)
    collected += answer.slice(0, -4)
  }
  return collected + answer.slice(-4)
}

describe('keys made on the card', () => {
  it('P-256 signs what its public key verifies', () => {
    const { send } = administeredCard()
    const publicKey = ecPublicKey(send('0047009e05ac0380011100'), 'P-256')
    const signature = signatureOf(send(signP256('9e')))
    expect(verify('sha256', Buffer.from('message'), publicKey, signature)).toBe(true)
  })

  it('P-384 signs what its public key verifies', () => {
    const { send } = administeredCard()
    const publicKey = ecPublicKey(send('0047009e05ac0380011400'), 'P-384')
    const sha384 = createHash('sha384').update('message').digest('hex')
    const signature = signatureOf(send(`0087149e367c3482008130${sha384}00`))
    expect(verify('sha384', Buffer.from('message'), publicKey, signature)).toBe(true)
  })

  it('P-256 takes the leftmost bits of a longer digest', () => {
    const { send } = administeredCard()
    const publicKey = ecPublicKey(send('0047009e05ac0380011100'), 'P-256')
    const sha512 = createHash('sha512').update('message').digest('hex')
    const signature = signatureOf(send(`0087119e467c4482008140${sha512}00`))
    expect(verify('sha512', Buffer.from('message'), publicKey, signature)).toBe(true)
  })

  it('RSA-2048 raises the block that the host padded', () => {
    const raw = administeredCard()
    const answer = sendLong(raw, '47009e', 'ac03800107')
    expect(answer).toMatch(/^7f4982010981820100[0-9a-f]{512}82030100019000$/)
    const n = Buffer.from(answer.slice(18, 18 + 512), 'hex').toString('base64url')
    const publicKey = createPublicKey({ key: { kty: 'RSA', n, e: 'AQAB' }, format: 'jwk' })
    const block = `0001${'ff'.repeat(221)}00${'5a'.repeat(32)}`
    const signed = sendLong(raw, '87079e', `7c82010682008182 0100${block}`.replace(' ', ''))
    expect(signed).toMatch(/^7c82010482820100[0-9a-f]{512}9000$/)
    const key = { key: publicKey, padding: constants.RSA_NO_PADDING }
    expect(publicDecrypt(key, Buffer.from(signed.slice(16, -4), 'hex')).toString('hex')).toBe(block)
    expect(
      sendLong(raw, '87079e', `7c8201068200818201 00${'ff'.repeat(256)}`.replace(' ', '')),
    ).toBe('6a80')
  })

  it('overwrite the slot and leave the certificate that no longer fits', () => {
    const { send, statusOf } = administeredCard()
    const first = send('0047009e05ac0380011100')
    statusOf('00db3fff085c035fc101530155')
    expect(send('0047009e05ac0380011100')).not.toBe(first)
    expect(send('00cb3fff055c035fc101')).toBe('5301559000')
  })

  it('obey the policies that were asked for', () => {
    const { statusOf, send } = administeredCard()
    expect(statusOf('0047009a0bac09800111aa0101ab010100')).toBe('9000')
    expect(statusOf(signP256('9a'))).toBe('9000')
    expect(send('00f7009a00')).toMatch(/^01011102020101030101/)
    expect(statusOf('0047009a08ac06800111aa010400')).toBe('6a80')
  })

  it.each([
    ['without the management key', '0047009e05ac0380011100', '6982', selectedCard],
    ['of an unknown algorithm', '0047009e05ac0380012200', '6a80', administeredCard],
    ['without an algorithm', '0047009e02ac0000', '6a80', administeredCard],
    ['in a slot for imported keys', '0047008205ac0380011100', '6a86', administeredCard],
    ['in no slot', '0047009005ac0380011100', '6a86', administeredCard],
  ])('are refused %s', (_name, apdu, statusWord, makeCard) => {
    expect(makeCard().statusOf(apdu)).toBe(statusWord)
  })
})

describe('imported keys', () => {
  it('RSA-2048 signs as the key that was imported', () => {
    const raw = administeredCard()
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const { p = '', q = '', dp = '', dq = '', qi = '' } = privateKey.export({ format: 'jwk' })
    const parts = [p, q, dp, dq, qi].map((part, index) => {
      const hex = Buffer.from(part, 'base64url').toString('hex').padStart(256, '0')
      return `0${String(index + 1)}8180${hex}`
    })
    expect(sendLong(raw, 'fe079e', parts.join(''))).toBe('9000')
    const block = `0001${'ff'.repeat(221)}00${'5a'.repeat(32)}`
    const signed = sendLong(raw, '87079e', `7c820106820081820100${block}`)
    const key = { key: publicKey, padding: constants.RSA_NO_PADDING }
    expect(publicDecrypt(key, Buffer.from(signed.slice(16, -4), 'hex')).toString('hex')).toBe(block)
    const mixed = [
      parts[0],
      parts[1],
      parts[3]?.replace(/^04/, '03'),
      parts[2]?.replace(/^03/, '04'),
    ]
    expect(sendLong(raw, 'fe079e', [...mixed, parts[4]].join(''))).toBe('6a80')
  })

  it.each([
    ['a scalar of zero', `00fe119a220620${'00'.repeat(32)}`],
    ['a scalar beyond the order', `00fe119a220620${'ff'.repeat(32)}`],
    ['a scalar of another length', `00fe119a200618${'01'.repeat(30)}`],
    ['no key at all', '00fe119a'],
    ['an unknown algorithm', `00fe229a220620${'01'.repeat(32)}`],
  ])('are refused for %s', (_name, apdu) => {
    expect(administeredCard().statusOf(apdu)).toBe('6a80')
  })

  it('go into retired slots, which agree but never sign', () => {
    const { statusOf } = administeredCard()
    expect(statusOf(`00fe1182220620${'01'.repeat(32)}`)).toBe('9000')
    statusOf(verifyPin)
    expect(statusOf(signP256('82'))).toBe('6a80')
  })
})

describe('using a key', () => {
  it('is refused for an empty slot and for another algorithm than the key has', () => {
    const { statusOf } = administeredCard()
    expect(statusOf(signP256('9e'))).toBe('6a86')
    statusOf('0047009e05ac0380011100')
    expect(statusOf(signP256('9e').replace('008711', '008714'))).toBe('6a86')
  })

  it.each([
    ['no template', '0087119e00'],
    ['another wrapper', '0087119e027d0000'],
    ['no request for the response', `0087119e247c228120${'ab'.repeat(32)}00`],
    ['nothing to sign', '0087119e047c02820000'],
    ['a digest too short', `0087119e177c1582008111${'ab'.repeat(17)}00`],
    ['an element too many', `0087119e287c2682008120${'ab'.repeat(32)}800000`],
    ['the same element twice', `0087119e067c048200820000`],
    ['bytes behind the template', `0087119e277c2482008120${'ab'.repeat(32)}0000`],
    ['a peer point, on a key that signs', `0087119e477c4582008541${'04'.repeat(65)}00`],
  ])('is refused with 6A80 for %s', (_name, apdu) => {
    const { statusOf } = administeredCard()
    statusOf('0047009e05ac0380011100')
    expect(statusOf(apdu)).toBe('6a80')
  })

  it('refuses to agree with a point that is not on the curve, or to sign with 9D', () => {
    const { statusOf } = administeredCard()
    statusOf('0047009d05ac0380011100')
    statusOf(verifyPin)
    expect(statusOf(`0087119d477c458200854104${'11'.repeat(64)}00`)).toBe('6a80')
    expect(statusOf(signP256('9d'))).toBe('6a80')
  })

  it('as a clone without the key gives a signature that looks right and is not', () => {
    const { card, send } = administeredCard()
    const publicKey = ecPublicKey(send('0047009e05ac0380011100'), 'P-256')
    card.faults.wrongSignature = true
    const answer = send(signP256('9e'))
    expect(answer).toMatch(/^7c..82..30.*9000$/)
    expect(verify('sha256', Buffer.from('message'), publicKey, signatureOf(answer))).toBe(false)
  })
})

describe('the management key', () => {
  const askWitness = '0087039b047c02800000'
  const answerWitness = '0087039b167c148008001122334455667781088899aabbccddeeff00'

  it('admits nobody who answers another witness, and each witness is good once', () => {
    const { statusOf } = selectedCard()
    statusOf(askWitness)
    expect(statusOf(answerWitness)).toBe('6982')
    expect(statusOf(answerWitness)).toBe('6985')
    expect(statusOf('0047009e05ac0380011100')).toBe('6982')
  })

  it('refuses as PivApplet does where told so', () => {
    const { statusOf } = selectedCard({ behaviour: { wrongManagementKey: '6a80' } })
    statusOf(askWitness)
    expect(statusOf(answerWitness)).toBe('6a80')
  })

  it('forgets its witness at any command in between', () => {
    const { statusOf, send } = administeredCard()
    send(askWitness)
    send('00fd0000')
    expect(statusOf(answerWitness)).toBe('6985')
  })

  it('is lost at power-off', () => {
    const { card, send, statusOf } = administeredCard()
    card.powerOff()
    send('00a4040005a000000308')
    expect(statusOf('0047009e05ac0380011100')).toBe('6982')
  })

  it('must be named by its algorithm, or by 00', () => {
    const { statusOf, send } = selectedCard()
    expect(statusOf('0087089b047c02800000')).toBe('6a86')
    expect(send('0087009b047c02810000')).toMatch(/^7c0a8108[0-9a-f]{16}9000$/)
  })

  it.each([
    ['3DES', `03 9b18 ${factoryKey}`],
    ['AES-128', `08 9b10 ${'11'.repeat(16)}`],
    ['AES-192', `0a 9b18 ${factoryKey}`],
    ['AES-256', `0c 9b20 ${'22'.repeat(32)}`],
  ])('can be replaced by a key for %s', (_name, key) => {
    const data = key.replaceAll(' ', '')
    const { card, statusOf } = administeredCard()
    const length = (data.length / 2).toString(16).padStart(2, '0')
    expect(statusOf(`00ffffff${length}${data}`)).toBe('9000')
    expect(card.state.managementKey.value).toBe(data.slice(6))
  })

  it('is not replaced by a key of another length, nor by a stranger', () => {
    expect(administeredCard().statusOf(`00ffffff13089b10${'11'.repeat(15)}`)).toBe('6700')
    expect(administeredCard().statusOf(`00ffffff12089b0f${'11'.repeat(15)}`)).toBe('6a80')
    expect(selectedCard().statusOf(`00ffffff13089b10${'11'.repeat(16)}`)).toBe('6982')
  })
})

describe('what the card says about itself', () => {
  it('PIN, PUK and management key: still the factory ones, or not', () => {
    const { send } = administeredCard()
    expect(send('00f7008000')).toBe('0101ff050101060203039000')
    expect(send('00f7008100')).toBe('0101ff050101060203039000')
    expect(send('00f7009b00')).toBe('010103020200010501019000')
    send('0024008010313233343536ffff363534333231ffff')
    send('0020008008393939393939ffff')
    expect(send('00f7008000')).toBe('0101ff050100060203029000')
  })

  it('an empty slot, a serial number, a version', () => {
    const { card, send } = selectedCard()
    expect(send('00f7009a00')).toBe('6a88')
    const serialNumber = card.state.serialNumber.toString(16).padStart(8, '0')
    expect(send('00f8000000')).toBe(`${serialNumber}9000`)
    expect(send('00fd000000')).toBe('0504039000')
  })
})

describe('objects', () => {
  const write = (tag: string, content: string) => {
    const length = (content.length / 2).toString(16).padStart(2, '0')
    const data = `5c03${tag}53${length}${content}`
    return `00db3fff${(data.length / 2).toString(16).padStart(2, '0')}${data}`
  }

  it('are replaced as a whole, and deleted by empty content', () => {
    const { send, statusOf } = administeredCard()
    send(write('5fc107', 'aabb'))
    send(write('5fc107', 'cc'))
    expect(send('00cb3fff055c035fc107')).toBe('5301cc9000')
    expect(statusOf(write('5fc107', ''))).toBe('9000')
    expect(statusOf('00cb3fff055c035fc107')).toBe('6a82')
  })

  it('may have the tags of Yubico, and the two that stand without 53', () => {
    const { send, statusOf } = administeredCard()
    expect(statusOf(write('5fff00', 'aa'))).toBe('9000')
    expect(statusOf('00db3fff047e024f00')).toBe('9000')
    expect(send('00cb3fff035c017e')).toBe('7e024f009000')
    expect(statusOf('00db3fff067f6103020100')).toBe('9000')
    expect(send('00cb3fff045c027f61')).toBe('7f61030201009000')
  })

  it.each([
    ['no wrapper', '00db3fff055c035fc107'],
    ['another wrapper', '00db3fff075c035fc1075400'],
    ['a tag that PIV has not', '00db3fff055c017c5300'],
    ['bytes behind', '00db3fff085c035fc107530000'],
    ['discovery inside 53', '00db3fff065c017e530155'],
  ])('are refused for %s', (_name, apdu) => {
    expect(administeredCard().statusOf(apdu)).toBe('6a80')
  })

  it('are written by the administrator only, up to 3072 bytes', () => {
    expect(selectedCard().statusOf(write('5fc107', 'aa'))).toBe('6982')
    const big = `5c035fc107 53820c00 ${'aa'.repeat(3072)}`.replaceAll(' ', '')
    expect(sendLong(administeredCard(), 'db3fff', big)).toBe('6a84')
    const fits = `5c035fc107 53820bfc ${'aa'.repeat(3068)}`.replaceAll(' ', '')
    expect(sendLong(administeredCard(), 'db3fff', fits)).toBe('9000')
  })
})
