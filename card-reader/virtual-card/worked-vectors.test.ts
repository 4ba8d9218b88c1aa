/** The worked vectors of the reference page, byte for byte; the signature is that of RFC 6979 A.2.5. */
import { describe, expect, it } from 'vitest'
import {
  administeredCard,
  factoryKey,
  fixedRandom,
  selectedCard,
} from '../../test/support/raw-card.ts'
import { p384, signDigest } from './ecdsa.ts'
import { createHash } from 'node:crypto'

const privateKey = 'c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721'
const publicPoint =
  '0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6' +
  '7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299'
const peerPoint =
  '04ead218590119e8876b29146ff89ca61770c4edbbf97d38ce385ed281d8a6b230' +
  '28af61281fd35e2fa7002523acc85a429cb06ee6648325389f59edfce1405141'
const digest = 'af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf'

describe('management key 9B, mutual authentication', () => {
  it('3DES', () => {
    const { send } = selectedCard({ randomBytes: fixedRandom('0011223344556677') })
    expect(send('0087039b047c02800000')).toBe('7c0a800826604d88e55bd3e79000')
    const answer = send('0087039b167c148008001122334455667781088899aabbccddeeff00')
    expect(answer).toBe('7c0a820883e96cd48a9d71519000')
  })

  it('AES-192', () => {
    const { send } = selectedCard({
      randomBytes: fixedRandom('00112233445566778899aabbccddeeff'),
      behaviour: { factoryManagementKey: 'AES-192' },
    })
    expect(send('00870a9b047c02800000')).toBe('7c128010c53c74bb02939c2fd3d923078f3e757d9000')
    const answer = send(
      '00870a9b267c24801000112233445566778899aabbccddeeff8110ffeeddccbbaa9988776655443322110000',
    )
    expect(answer).toBe('7c1282102f7c43f570b0a3f8d9aaa8dd4249d4c59000')
  })

  it('takes the form with a trailing empty response tag as well', () => {
    const { send } = selectedCard({ randomBytes: fixedRandom('0011223344556677') })
    send('0087039b047c02800000')
    const answer = send('0087039b187c168008001122334455667781088899aabbccddeeff820000')
    expect(answer).toBe('7c0a820883e96cd48a9d71519000')
  })

  it('is given by the same key in single authentication', () => {
    // E(k, r) for r = 8899aabbccddeeff is known from the mutual vector.
    const { send, statusOf } = selectedCard({ randomBytes: fixedRandom('8899aabbccddeeff') })
    expect(send('0087039b047c02810000')).toBe('7c0a81088899aabbccddeeff9000')
    expect(statusOf('0087039b0c7c0a820883e96cd48a9d7151')).toBe('9000')
    expect(statusOf('0047009e05ac0380011100')).toBe('9000')
  })
})

describe('a P-256 key', () => {
  it('signs in 9E as RFC 6979 does', () => {
    const { send, statusOf } = administeredCard()
    expect(statusOf(`00fe119e220620${privateKey}`)).toBe('9000')
    expect(send(`0087119e267c2482008120${digest}00`)).toBe(
      '7c4a82483046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716' +
        '022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda89000',
    )
  })

  it('shows its public key in the form of GENERATE', () => {
    const { send } = administeredCard()
    send(`00fe119e220620${privateKey}`)
    // Algorithm, policies (no PIN, no touch), imported, public key.
    expect(send('00f7009e00')).toBe(`0101110202010103010204438641${publicPoint}9000`)
  })

  it('agrees with a peer in 9D after the PIN', () => {
    const { send, statusOf } = administeredCard()
    send(`00fe119d220620${privateKey}`)
    expect(statusOf('0020008008313233343536ffff')).toBe('9000')
    expect(send(`0087119d477c4582008541${peerPoint}00`)).toBe(
      '7c22822061e109425a7adbb9d0137091cff10a55550b708d14ad0137b80fa0ec1328394f9000',
    )
  })
})

describe('deterministic ECDSA on P-384', () => {
  it('signs as RFC 6979 A.2.6 does with SHA-384', () => {
    const key = Buffer.from(
      '6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d8' +
        '96d5724e4c70a825f872c9ea60d2edf5',
      'hex',
    )
    const sample = createHash('sha384').update('sample').digest()
    const signature = signDigest(p384, key, sample).toString('hex')
    expect(signature).toContain(
      '94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c' +
        '81a648152e44acf96e36dd1e80fabe46',
    )
    expect(signature).toContain(
      '99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94f' +
        'a329c145786e679e7b82c71a38628ac8',
    )
  })
})

describe('PIN frames', () => {
  it('verifies, refuses and unblocks by the frames of the page', () => {
    const { statusOf } = selectedCard()
    expect(statusOf('0020008008313233343536ffff')).toBe('9000')
    expect(statusOf('00200080083132333435363738')).toBe('63c2')
    expect(statusOf('002c0080103132333435363738363534333231ffff')).toBe('9000')
    expect(statusOf('0020008008363534333231ffff')).toBe('9000')
  })

  it('knows the factory management key of the page', () => {
    expect(selectedCard().card.state.managementKey.value).toBe(factoryKey)
  })
})
