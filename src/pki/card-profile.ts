import { cardKinds, type CardKind, type KeySlot, type SignInSlot } from '../holders/card-kind.ts'
import type { Certificate, KeyUsage } from './certificate.ts'

/** What a card certificate that signs its holder in is for: which kind of card, which key on it. */
export interface CardProfile {
  readonly kind: CardKind
  readonly slot: SignInSlot
}

/** Extended key usages by the names that the profile files use. */
export const extendedKeyUsages = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  /** id-kp-OCSPSigning (RFC 6960 §4.2.2.2). */
  ocspSigning: '1.3.6.1.5.5.7.3.9',
  /** id-kp-documentSigning (RFC 9336). */
  documentSigning: '1.3.6.1.5.5.7.3.36',
  /** id-PIV-cardAuth (FIPS 201-3 §4.2.2). */
  pivCardAuth: '2.16.840.1.101.3.6.8',
  /** id-PIV-content-signing (FIPS 201-3 §4.2.1). */
  pivContentSigning: '2.16.840.1.101.3.6.7',
  /** Microsoft's, for logging on to Windows ([MS-PKCA]). */
  smartCardLogon: '1.3.6.1.4.1.311.20.2.2',
} as const
export type ExtendedKeyUsageName = keyof typeof extendedKeyUsages

export interface SlotUse {
  readonly keyUsage: { readonly ec: readonly KeyUsage[]; readonly rsa: readonly KeyUsage[] }
  readonly extendedKeyUsage: readonly ExtendedKeyUsageName[]
  /** May be there besides. */
  readonly optional: readonly ExtendedKeyUsageName[]
  readonly extendedKeyUsageCritical: boolean
}

const signs: SlotUse['keyUsage'] = { ec: ['digitalSignature'], rsa: ['digitalSignature'] }
const commits: readonly KeyUsage[] = ['digitalSignature', 'nonRepudiation']

/** What tells a slot (FIPS 201-3 §4.2.2, NIST SP 800-73-5 part 1 §3). */
const slotUses: Readonly<Record<KeySlot, SlotUse>> = {
  '9A': {
    keyUsage: signs,
    extendedKeyUsage: ['clientAuth'],
    optional: ['smartCardLogon'],
    extendedKeyUsageCritical: false,
  },
  '9C': {
    keyUsage: { ec: commits, rsa: commits },
    extendedKeyUsage: [],
    optional: ['documentSigning'],
    extendedKeyUsageCritical: false,
  },
  '9D': {
    keyUsage: { ec: ['keyAgreement'], rsa: ['keyEncipherment'] },
    extendedKeyUsage: [],
    optional: [],
    extendedKeyUsageCritical: false,
  },
  '9E': {
    keyUsage: signs,
    extendedKeyUsage: ['pivCardAuth'],
    optional: [],
    extendedKeyUsageCritical: true,
  },
}

/** Below the province's arc: kind, then slot. `civil-servant` 9E is `<arc>.1.4`. */
const kindArcs: Readonly<Record<CardKind, number>> = {
  'civil-servant': 1,
  citizen: 2,
  enterprise: 3,
}
const slotArcs: Readonly<Record<KeySlot, number>> = { '9A': 1, '9C': 2, '9D': 3, '9E': 4 }

/** 9C signs documents and 9D receives keys: neither says that its holder is here. */
const signInSlots: readonly SignInSlot[] = ['9A', '9E']

/** The policy of a kind and slot, relative to the arc. */
export function cardPolicy(of: { readonly kind: CardKind; readonly slot: KeySlot }): string {
  return `${kindArcs[of.kind]}.${slotArcs[of.slot]}`
}

/**
 * The card kind and sign-in slot that a certificate was issued for, by its policy; null when it
 * names no such policy under `arc` or more than one, or when its key usages are not exactly the
 * slot's. Certificates of 9C and 9D are therefore null: they sign nobody in.
 *
 * Does not check who issued it: the authority that `checkChain` returns must be of this kind.
 */
export function cardProfileOf(certificate: Certificate, arc: string): CardProfile | null {
  const [profile, ...more] = cardKinds
    .flatMap((kind) => signInSlots.map((slot) => ({ kind, slot })))
    .filter((candidate) => certificate.policies.includes(`${arc}.${cardPolicy(candidate)}`))
  if (!profile || more.length > 0 || certificate.isCa) return null
  return isUsedAs(certificate, slotUses[profile.slot]) ? profile : null
}

function isUsedAs({ keyUsage, extendedKeyUsage }: Certificate, use: SlotUse): boolean {
  const optional = use.optional.map((name) => extendedKeyUsages[name])
  const stated = [...extendedKeyUsage].filter((id) => !optional.some((allowed) => allowed === id))
  const expected = use.extendedKeyUsage.map((name) => extendedKeyUsages[name])
  return isExactly([...keyUsage], use.keyUsage.ec) && isExactly(stated, expected)
}

/** Whether what a profile file says of a slot is what the slot is for. */
export function isSlotUse(
  slot: KeySlot,
  stated: {
    readonly keyUsage: SlotUse['keyUsage']
    readonly extendedKeyUsage: { usages: readonly ExtendedKeyUsageName[]; critical: boolean }
  },
): boolean {
  const use = slotUses[slot]
  const { usages, critical } = stated.extendedKeyUsage
  return (
    isExactly(stated.keyUsage.ec, use.keyUsage.ec) &&
    isExactly(stated.keyUsage.rsa, use.keyUsage.rsa) &&
    isExactly(
      usages.filter((name) => !use.optional.includes(name)),
      use.extendedKeyUsage,
    ) &&
    critical === use.extendedKeyUsageCritical
  )
}

function isExactly(found: readonly string[], expected: readonly string[]): boolean {
  return (
    found.length === expected.length &&
    new Set(found).size === found.length &&
    expected.every((item) => found.includes(item))
  )
}
