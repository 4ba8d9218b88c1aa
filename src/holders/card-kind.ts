export const cardKinds = ['civil-servant', 'citizen', 'enterprise'] as const
export type CardKind = (typeof cardKinds)[number]

/**
 * PIV key references (NIST SP 800-73-5 part 1, table 4b): `9A` authentication (PIN), `9C`
 * signature (PIN always), `9D` key management, `9E` card authentication (no PIN).
 */
export const keySlots = ['9A', '9C', '9D', '9E'] as const
export type KeySlot = (typeof keySlots)[number]

/** The slots that sign a holder in. */
export type SignInSlot = '9A' | '9E'
