import { createHash, randomBytes } from 'node:crypto'
import type { CardChannel } from '../../card-reader/card-port.ts'
import { personaliseCard, type Personalisation } from '../../card-reader/personalise-card.ts'
import {
  createInProcessCardPort,
  defaultReaderName,
} from '../../card-reader/virtual-card/in-process-card-port.ts'
import type { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'

/** A card of which the test writes every answer, in order; it keeps what it was sent. */
export interface ScriptedChannel extends CardChannel {
  readonly sent: readonly string[]
}

/** @param answers - hexadecimal, status word included; the last one is repeated for ever */
export function scriptedChannel(...answers: readonly string[]): ScriptedChannel {
  const sent: string[] = []
  return {
    sent,
    bytes: 0,
    get exchanges() {
      return sent.length
    },
    transmit(command) {
      const answer = answers[Math.min(sent.length, answers.length - 1)] ?? ''
      sent.push(command.toString('hex'))
      return Promise.resolve(Buffer.from(answer, 'hex'))
    },
  }
}

/** One tap: presents the card, runs `work`, takes the card away. */
export async function tap<T>(
  card: VirtualCard,
  work: (channel: CardChannel) => Promise<T>,
): Promise<T> {
  const port = createInProcessCardPort()
  port.insert(card)
  try {
    return await port.withCard(defaultReaderName, work)
  } finally {
    await port.close()
  }
}

export const testPin = '204060'
export const testPuk = '13579246'
export const testCardUuid = '6f1f4c0e-3d59-4f0b-9a57-2d1b8d0f5c11'

/** Stands for a certificate where only its length matters: DER of an OCTET STRING in a SEQUENCE. */
export function placeholderCertificate(slot: string, spki: Buffer): Buffer {
  const content = Buffer.alloc(700, createHash('sha256').update(slot).update(spki).digest())
  return Buffer.concat([Buffer.from('308202c0048202bc', 'hex'), content])
}

/** What a test card is personalised with, unless the test says otherwise. */
export function personalisation(changes: Partial<Personalisation> = {}): Personalisation {
  return {
    cardUuid: testCardUuid,
    expiresAt: new Date('2030-01-31T00:00:00Z'),
    pin: testPin,
    puk: testPuk,
    slots: ['9A', '9E'],
    algorithm: 'P-256',
    certify: (slot, spki) => Promise.resolve(placeholderCertificate(slot, spki)),
    randomBytes,
    ...changes,
  }
}

/** Personalises a blank card in one tap; the public keys (SubjectPublicKeyInfo DER) by slot. */
export async function personalise(
  card: VirtualCard,
  changes: Partial<Personalisation> = {},
): Promise<Map<string, Buffer>> {
  const publicKeys = new Map<string, Buffer>()
  const base = personalisation(changes)
  const certify = (...[slot, spki]: Parameters<Personalisation['certify']>) => {
    publicKeys.set(slot, spki)
    return base.certify(slot, spki)
  }
  await tap(card, (channel) => personaliseCard(channel, { ...base, certify }))
  return publicKeys
}
