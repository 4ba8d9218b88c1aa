import 'reflect-metadata'
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { CardChannel } from '../../card-reader/card-port.ts'
import {
  readCertificate,
  readGuid,
  selectPiv,
  sign,
  verifyPin,
} from '../../card-reader/piv-commands.ts'
import type { KeySlot } from '../../card-reader/piv-keys.ts'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import { personalise, tap, testCardUuid, testPin } from '../support/card-channels.ts'
import { createTinyCa } from '../support/tiny-ca.ts'

const digest = createHash('sha256').update('challenge').digest()

async function holdersCard(): Promise<VirtualCard> {
  const ca = await createTinyCa({ clock: { now: () => new Date('2026-11-21T08:00:00Z') } })
  const card = VirtualCard.create()
  const certify = (slot: KeySlot, spki: Buffer) =>
    ca.certify(spki, { slot, cardUuid: testCardUuid })
  await personalise(card, { certify })
  return card
}

async function signInWith(channel: CardChannel, options: { known: boolean; pin: boolean }) {
  const slot = options.pin ? '9A' : '9E'
  await selectPiv(channel)
  await readGuid(channel)
  if (!options.known) await readCertificate(channel, slot)
  if (options.pin) await verifyPin(channel, testPin)
  await sign(channel, { slot, algorithm: 'P-256', digest, pinVerified: options.pin })
  return { exchanges: channel.exchanges, bytes: channel.bytes }
}

describe('what a tap costs on the card interface, with a P-256 certificate', () => {
  it.each([
    // known, PIN, exchanges, most bytes
    [true, false, 3, 240],
    [false, false, 6, 1000],
    [true, true, 4, 255],
    [false, true, 7, 1015],
  ])('known: %s, PIN: %s → %i exchanges', async (known, pin, exchanges, mostBytes) => {
    const cost = await tap(await holdersCard(), (channel) => signInWith(channel, { known, pin }))
    expect(cost.exchanges).toBe(exchanges)
    expect(cost.bytes).toBeLessThanOrEqual(mostBytes)
  })
})
