import { randomBytes, randomUUID } from 'node:crypto'
import { signWithCard } from '../../card-reader/card-session.ts'
import { personaliseCard } from '../../card-reader/personalise-card.ts'
import {
  createInProcessCardPort,
  defaultReaderName,
} from '../../card-reader/virtual-card/in-process-card-port.ts'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import type { KnownCards } from '../../card-reader/known-cards.ts'
import { systemClock } from '../../src/clock.ts'
import { createTinyCa } from '../support/tiny-ca.ts'
import type { Figure } from './figures.ts'

/** What one tap costs over the card interface: of a card new to the terminal, and the next time. */
export async function measureTaps(): Promise<Figure[]> {
  const port = createInProcessCardPort()
  port.insert(VirtualCard.create())
  await port.withCard(defaultReaderName, async (channel) => {
    await personaliseCard(channel, await personalisation())
  })
  const knownCards = rememberInMemory()
  return [...(await tap(port, knownCards, 'unknown')), ...(await tap(port, knownCards, 'known'))]
}

async function tap(
  port: ReturnType<typeof createInProcessCardPort>,
  knownCards: KnownCards,
  name: 'unknown' | 'known',
): Promise<Figure[]> {
  return port.withCard(defaultReaderName, async (channel) => {
    const question = {
      keySlot: '9E',
      origin: 'https://id.example',
      nonce: randomBytes(32).toString('base64'),
    } as const
    const askPin = () => Promise.resolve(null)
    await signWithCard(channel, question, { knownCards, askPin, report: () => undefined })
    return [
      { figure: `tap.${name}.exchanges`, value: channel.exchanges, unit: 'exchanges' },
      { figure: `tap.${name}.bytes`, value: channel.bytes, unit: 'bytes' },
    ]
  })
}

async function personalisation(): Promise<Parameters<typeof personaliseCard>[1]> {
  const ca = await createTinyCa({ clock: systemClock })
  const cardUuid = randomUUID()
  return {
    cardUuid,
    expiresAt: new Date(ca.at.getTime() + 3 * 365 * 24 * 3600 * 1000),
    pin: '246810',
    slots: ['9E'],
    algorithm: 'P-256',
    certify: (slot, spki) => ca.certify(spki, { slot, cardUuid, commonName: 'Nguyễn Văn Mẫu' }),
    randomBytes,
  }
}

/** As an agent's memory of cards, without its file. */
function rememberInMemory(): KnownCards {
  const keys = new Map<string, NonNullable<ReturnType<KnownCards['algorithmOf']>>>()
  return {
    algorithmOf: (cardUuid, slot) => keys.get(`${cardUuid} ${slot}`) ?? null,
    remember: (cardUuid, slot, { algorithm }) => void keys.set(`${cardUuid} ${slot}`, algorithm),
    forget: (cardUuid, slot) => void keys.delete(`${cardUuid} ${slot}`),
    saved: () => Promise.resolve(),
  }
}
