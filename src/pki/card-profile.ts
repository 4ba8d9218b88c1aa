import { cardKinds, keySlots, type CardKind, type KeySlot } from '../holders/card-kind.ts'
import type { Certificate, KeyUsage } from './certificate.ts'

/** What a card certificate may be used for: which kind of card, which key on it. */
export interface CardProfile {
  readonly kind: CardKind
  readonly slot: KeySlot
}

/** Extended key usages by the names that the profile files use. */
export const extendedKeyUsages = {
  clientAuth: '1.3.6.1.5.5.7.3.2',
  /** id-PIV-cardAuth (FIPS 201-3 §4.2.2). */
  pivCardAuth: '2.16.840.1.101.3.6.8',
} as const
export type ExtendedKeyUsageName = keyof typeof extendedKeyUsages

interface SlotUse {
  readonly keyUsage: readonly KeyUsage[]
  readonly extendedKeyUsage: readonly ExtendedKeyUsageName[]
}

/** The uses that tell a slot; null for slots that we do not certify yet. */
const slotUses: Readonly<Record<KeySlot, SlotUse | null>> = {
  '9A': { keyUsage: ['digitalSignature'], extendedKeyUsage: ['clientAuth'] },
  '9C': null,
  '9D': null,
  '9E': { keyUsage: ['digitalSignature'], extendedKeyUsage: ['pivCardAuth'] },
}

/** Below the province's arc: kind, then slot. `civil-servant` 9E is `<arc>.1.4`. */
const kindArcs: Readonly<Record<CardKind, number>> = {
  'civil-servant': 1,
  citizen: 2,
  enterprise: 3,
}
const slotArcs: Readonly<Record<KeySlot, number>> = { '9A': 1, '9C': 2, '9D': 3, '9E': 4 }

/** The policy of a kind and slot, relative to the arc. */
export function cardPolicy({ kind, slot }: CardProfile): string {
  return `${kindArcs[kind]}.${slotArcs[slot]}`
}

/**
 * The card kind and slot that a certificate was issued for, by its policy; null when it names no
 * card policy under `arc` or more than one, or when its key usages are not exactly the slot's.
 *
 * Does not check who issued it: the authority that `checkChain` returns must be of this kind.
 */
export function cardProfileOf(certificate: Certificate, arc: string): CardProfile | null {
  const [profile, ...more] = cardKinds
    .flatMap((kind) => keySlots.map((slot) => ({ kind, slot })))
    .filter((candidate) => certificate.policies.includes(`${arc}.${cardPolicy(candidate)}`))
  if (!profile || more.length > 0 || certificate.isCa) return null
  return isUsedAs(certificate, profile.slot) ? profile : null
}

function isUsedAs({ keyUsage, extendedKeyUsage }: Certificate, slot: KeySlot): boolean {
  const use = slotUses[slot]
  if (use === null) return false
  const expected = use.extendedKeyUsage.map((name) => extendedKeyUsages[name])
  return isExactly(keyUsage, use.keyUsage) && isExactly(extendedKeyUsage, expected)
}

function isExactly(found: ReadonlySet<string>, expected: readonly string[]): boolean {
  return found.size === expected.length && expected.every((item) => found.has(item))
}

/** Whether what a profile file says of a slot is what `cardProfileOf` would recognise. */
export function isSlotUse(slot: KeySlot, stated: SlotUse): boolean {
  const use = slotUses[slot]
  if (use === null) return false
  return (
    isExactly(new Set(stated.keyUsage), use.keyUsage) &&
    isExactly(new Set(stated.extendedKeyUsage), use.extendedKeyUsage)
  )
}
