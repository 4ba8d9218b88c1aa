import type { CardKind, SignInSlot } from '../../holders/card-kind.ts'
import type { Certificate } from '../../pki/certificate.ts'
import type { IssuingAuthority } from '../../pki/chain.ts'
import { cardProfileOf } from '../../pki/card-profile.ts'
import { CardRefused } from '../refusal.ts'

export interface SignInProfile {
  readonly kind: CardKind
  readonly slot: SignInSlot
}

/**
 * Is this a card's certificate, of a kind that its authority may vouch for, and for the key that
 * the terminal says has signed?
 *
 * @throws CardRefused `certificate-kind-mismatch`, `certificate-slot-mismatch`
 */
export function checkProfile(
  certificate: Certificate,
  authority: IssuingAuthority,
  expected: { readonly policyOidArc: string; readonly slot: SignInSlot },
): SignInProfile {
  const facts = { authority: authority.kind, serialNumber: certificate.serialNumber }
  const profile = cardProfileOf(certificate, expected.policyOidArc)
  if (profile === null || profile.kind !== authority.kind) {
    throw new CardRefused('certificate-kind-mismatch', { facts })
  }
  if (profile.slot !== expected.slot) {
    throw new CardRefused('certificate-slot-mismatch', { facts: { ...facts, slot: profile.slot } })
  }
  return { kind: profile.kind, slot: expected.slot }
}
