import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  personalisation,
  personalise,
  placeholderCertificate,
  tap,
  testCardUuid,
  testPin,
  testPuk,
} from '../test/support/card-channels.ts'
import { personaliseCard } from './personalise-card.ts'
import {
  changePin,
  changePuk,
  generateKey,
  putData,
  readMetadata,
  resetCard,
  unblockPin,
} from './piv-administration.ts'
import { readCertificate, readGuid, selectPiv, sign, verifyPin } from './piv-commands.ts'
import {
  authenticateManagementKey,
  factoryManagementKeyBytes,
  setManagementKey,
  type ManagementKey,
} from './piv-management-key.ts'
import { CardError } from './status-word.ts'
import { VirtualCard } from './virtual-card/virtual-card.ts'

const managementKey: ManagementKey = { algorithm: 'AES-256', bytes: Buffer.alloc(32, 0x5c) }
const factoryKey: ManagementKey = { algorithm: '3DES', bytes: factoryManagementKeyBytes }
const randomness = { randomBytes }
const digest = createHash('sha256').update('probe').digest()

describe('personaliseCard', () => {
  it('turns a blank card into one that taps, signs after the PIN and keeps its new secrets', async () => {
    const card = VirtualCard.create()
    await personalise(card, { managementKey })
    await tap(card, async (channel) => {
      await selectPiv(channel)
      expect(await readGuid(channel)).toBe(testCardUuid)
      await expect(sign(channel, { slot: '9E', algorithm: 'P-256', digest })).resolves.toBeDefined()
      await verifyPin(channel, testPin)
      await expect(sign(channel, { slot: '9A', algorithm: 'P-256', digest })).resolves.toBeDefined()
      await authenticateManagementKey(channel, managementKey, randomness)
      expect(await readMetadata(channel, 0x9b)).toMatchObject({ isDefault: false })
      expect(await readMetadata(channel, 0x81)).toMatchObject({ isDefault: false })
    })
  })

  it('leaves the PIN logged out', async () => {
    const card = VirtualCard.create()
    await tap(card, async (channel) => {
      await personaliseCard(channel, personalisation())
      const signing = sign(channel, { slot: '9A', algorithm: 'P-256', digest })
      await expect(signing).rejects.toMatchObject({ reason: 'pin-required' })
    })
  })

  it('works with a card whose factory key is for AES-192', async () => {
    const card = VirtualCard.create({ behaviour: { factoryManagementKey: 'AES-192' } })
    await expect(personalise(card, { slots: ['9E'] })).resolves.toBeDefined()
  })

  it('never overwrites a card in use', async () => {
    const card = VirtualCard.create()
    await personalise(card)
    const before = card.state
    await expect(personalise(card)).rejects.toMatchObject({ reason: 'card-not-blank' })
    expect(card.state).toEqual(before)
  })

  it('notices an object that does not read back as it was written', async () => {
    const card = VirtualCard.create()
    const certify = (slot: string, spki: Buffer) => {
      // The next but one exchange answers the reading: blocks of PUT DATA come first.
      card.faults.answerAtExchange(4, Buffer.from('530a700530030201017101009000', 'hex'))
      return Promise.resolve(placeholderCertificate(slot, spki))
    }
    await expect(personalise(card, { certify })).rejects.toMatchObject({
      reason: 'malformed-answer',
    })
  })

  it.each([false, true])(
    'torn at any exchange leaves a readable card that no one takes for finished (executed: %s)',
    async (executed) => {
      const exchanges = await countExchanges()
      expect(exchanges).toBeGreaterThan(20)
      for (let exchange = 1; exchange <= exchanges; exchange += 1) {
        const card = VirtualCard.create()
        card.faults.pullAwayAtExchange(exchange, { executed })
        const torn = personalise(card, { managementKey, slots: ['9E'] })
        await expect(torn).rejects.toMatchObject({ reason: 'card-removed' })
        await checkReadable(card)
        await tap(card, async (channel) => {
          await selectPiv(channel)
          await resetCard(channel)
          await personaliseCard(channel, personalisation({ slots: ['9E'] }))
          expect(await readGuid(channel)).toBe(testCardUuid)
        })
      }
    },
  )
})

async function countExchanges(): Promise<number> {
  return tap(VirtualCard.create(), async (channel) => {
    await personaliseCard(channel, personalisation({ managementKey, slots: ['9E'] }))
    return channel.exchanges
  })
}

/** Every object is whole or absent; a card with a UUID has its certificate and its new PIN. */
async function checkReadable(card: VirtualCard): Promise<void> {
  await tap(card, async (channel) => {
    await selectPiv(channel)
    const cardUuid = await absentOr(readGuid(channel))
    const certificate = await absentOr(readCertificate(channel, '9E'))
    if (certificate !== null) expect(certificate).toHaveLength(708)
    if (cardUuid === null) return
    expect(cardUuid).toBe(testCardUuid)
    expect(certificate).not.toBeNull()
    await verifyPin(channel, testPin)
  })
}

async function absentOr<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof CardError && error.reason === 'object-not-found') return null
    throw error
  }
}

describe('the management key', () => {
  it('is checked by the card and by us', async () => {
    await tap(VirtualCard.create(), async (channel) => {
      await selectPiv(channel)
      const wrong = { ...factoryKey, bytes: Buffer.alloc(24, 0x11) }
      const refused = { reason: 'wrong-management-key' }
      await expect(authenticateManagementKey(channel, wrong, randomness)).rejects.toMatchObject(
        refused,
      )
      await expect(putData(channel, 0x5fc107, Buffer.of(1))).rejects.toMatchObject(refused)
    })
  })

  it('turns away a fake card that lets everybody in', async () => {
    const card = VirtualCard.create()
    await tap(card, async (channel) => {
      await selectPiv(channel)
      card.faults.answerAtExchange(2, Buffer.from('7c0a820800000000000000009000', 'hex'))
      const authenticating = authenticateManagementKey(channel, factoryKey, randomness)
      await expect(authenticating).rejects.toMatchObject({ reason: 'wrong-management-key' })
    })
  })

  it('of another algorithm is told apart from a wrong one', async () => {
    await tap(VirtualCard.create(), async (channel) => {
      await selectPiv(channel)
      const authenticating = authenticateManagementKey(channel, managementKey, randomness)
      await expect(authenticating).rejects.toMatchObject({ reason: 'no-key' })
    })
  })

  it.each([
    ['3DES', 24],
    ['AES-128', 16],
    ['AES-192', 24],
    ['AES-256', 32],
  ] as const)('can be set to %s and then opens the card', async (algorithm, length) => {
    const key = { algorithm, bytes: randomBytes(length) }
    const card = VirtualCard.create()
    await tap(card, async (channel) => {
      await selectPiv(channel)
      await authenticateManagementKey(channel, factoryKey, randomness)
      await setManagementKey(channel, key)
    })
    await tap(card, async (channel) => {
      await selectPiv(channel)
      await authenticateManagementKey(channel, key, randomness)
      await putData(channel, 0x5fc107, Buffer.of(1))
    })
  })
})

describe('PIN and PUK at the desk', () => {
  it('are changed, and the PUK unblocks', async () => {
    const card = VirtualCard.create()
    await personalise(card)
    await tap(card, async (channel) => {
      await selectPiv(channel)
      await changePin(channel, { old: testPin, new: '111222' })
      await verifyPin(channel, '111222')
      await changePuk(channel, { old: testPuk, new: '87654321' })
      const wrongPuk = unblockPin(channel, { puk: testPuk, newPin: '333444' })
      await expect(wrongPuk).rejects.toMatchObject({ reason: 'wrong-puk', triesLeft: 2 })
      await unblockPin(channel, { puk: '87654321', newPin: '333444' })
      await verifyPin(channel, '333444')
    })
  })

  it('say who is wrong: old PIN, old PUK', async () => {
    await tap(VirtualCard.create(), async (channel) => {
      await selectPiv(channel)
      const wrongPin = changePin(channel, { old: '999999', new: '111222' })
      await expect(wrongPin).rejects.toMatchObject({ reason: 'wrong-pin', triesLeft: 2 })
      const wrongPuk = changePuk(channel, { old: '99999999', new: '87654321' })
      await expect(wrongPuk).rejects.toMatchObject({ reason: 'wrong-puk', triesLeft: 2 })
    })
  })
})

describe('metadata and keys', () => {
  it('say what is in a slot, without burning a try', async () => {
    await tap(VirtualCard.create(), async (channel) => {
      await selectPiv(channel)
      expect(await readMetadata(channel, 0x80)).toEqual({
        algorithmId: 0xff,
        isDefault: true,
        tries: { total: 3, left: 3 },
      })
      const empty = readMetadata(channel, 0x9a)
      await expect(empty).rejects.toMatchObject({ reason: 'no-key' })
      await authenticateManagementKey(channel, factoryKey, randomness)
      await generateKey(channel, '9A', { algorithm: 'P-384' })
      expect(await readMetadata(channel, 0x9a)).toMatchObject({ algorithmId: 0x14, tries: null })
    })
  })

  it('refuses a public key that is not on the curve', async () => {
    const card = VirtualCard.create()
    await tap(card, async (channel) => {
      await selectPiv(channel)
      const offCurve = `7f4943864104${'11'.repeat(64)}9000`
      card.faults.answerAtExchange(1, Buffer.from(offCurve, 'hex'))
      const generating = generateKey(channel, '9E', { algorithm: 'P-256' })
      await expect(generating).rejects.toMatchObject({ reason: 'malformed-answer' })
    })
  })
})
