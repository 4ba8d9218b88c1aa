import type { Queryable } from '../db/pool.ts'
import { keySlots, type KeySlot } from '../holders/card-kind.ts'
import { createHolderStore } from '../holders/holder-store.ts'
import type { Holder } from '../holders/holder.ts'
import { createCertificateStore } from '../pki/certificate-store.ts'
import { isInUse } from '../pki/issue-card-certificate.ts'
import { parseCertificate } from '../pki/certificate.ts'
import { createCardStore } from './card-store.ts'
import type { Card } from './card.ts'
import type { CardIdentity, DeskCard } from './desk-card.ts'
import { findRunning, findRunningByChip, type Issuance } from './issuance-journal.ts'

/** What is on a card, beside what the registry says of it. */
export interface CardInspection {
  readonly identity: CardIdentity
  /** null: the registry knows no such card. */
  readonly card: Card | null
  readonly holder: Holder | null
  /** An attempt that goes on with this card. */
  readonly issuance: Issuance | null
  readonly slots: readonly SlotInspection[]
  /** Whether everything on the card is what the registry says. */
  readonly agrees: boolean
}

export interface SlotInspection {
  readonly slot: KeySlot
  /** `same`: the certificate that counts. `missing`: it is not on the card. */
  readonly standing: 'same' | 'other' | 'missing' | 'empty'
  /** Of what is on the card, else of what should be; null for an empty slot. */
  readonly subject: string | null
  readonly notAfter: Date | null
}

/** Reads, and changes nothing. @throws CardFault */
export async function inspectCard(db: Queryable, card: DeskCard): Promise<CardInspection> {
  const { identity, ...known } = await recogniseCard(db, card)
  const inUse =
    known.card === null ? new Map<KeySlot, Buffer>() : await certificatesOf(db, known.card)
  const slots: SlotInspection[] = []
  for (const slot of keySlots) {
    const expected = inUse.get(slot) ?? null
    slots.push(inspectSlot(slot, { expected, found: await card.readCertificate(slot) }))
  }
  const isKnown = known.card !== null || identity.cardUuid === null
  const agrees =
    isKnown && slots.every(({ standing }) => standing === 'same' || standing === 'empty')
  return { identity, ...known, slots, agrees }
}

/** Whose card is this? By its CHUID, which anyone can copy: no proof of anything. */
export async function recogniseCard(
  db: Queryable,
  presented: DeskCard,
): Promise<Pick<CardInspection, 'identity' | 'card' | 'holder' | 'issuance'>> {
  const identity = await presented.identify()
  const { cardUuid, chipSerial } = identity
  if (cardUuid === null) {
    const issuance = chipSerial === null ? null : await findRunningByChip(db, chipSerial)
    return { identity, card: null, holder: null, issuance }
  }
  const card = await createCardStore(db).find(cardUuid)
  const holder = card === null ? null : await createHolderStore(db).find(card.holderId)
  return { identity, card, holder, issuance: await findRunning(db, cardUuid) }
}

async function certificatesOf(db: Queryable, { cardUuid }: Card): Promise<Map<KeySlot, Buffer>> {
  const all = await createCertificateStore(db).listByCard(cardUuid)
  return new Map(
    all.filter(isInUse).flatMap(({ slot, der }) => (slot === null ? [] : [[slot, der] as const])),
  )
}

function inspectSlot(
  slot: KeySlot,
  { expected, found }: { expected: Buffer | null; found: Buffer | null },
): SlotInspection {
  const der = found ?? expected
  const standing =
    found === null
      ? expected === null
        ? 'empty'
        : 'missing'
      : expected?.equals(found) === true
        ? 'same'
        : 'other'
  return { slot, standing, ...describe(der) }
}

function describe(der: Buffer | null): Pick<SlotInspection, 'subject' | 'notAfter'> {
  if (der === null) return { subject: null, notAfter: null }
  try {
    const { subject, notAfter } = parseCertificate(der)
    return { subject: subject.replaceAll('\n', ', '), notAfter }
  } catch {
    // A stranger's card may hold anything there.
    return { subject: null, notAfter: null }
  }
}
