/** Why a certificate is revoked (RFC 5280 §5.3.1); `certificateHold`, which can end, is apart. */
export const revocationReasons = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'privilegeWithdrawn',
] as const
export type RevocationReason = (typeof revocationReasons)[number]
export type StatusReason = RevocationReason | 'certificateHold'

/**
 * CRLReason as lists and OCSP answers carry it. `removeFromCRL` is for delta lists and
 * `aACompromise` for attribute authorities: we have neither.
 */
export const reasonCodes: Readonly<Record<StatusReason, number>> = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  privilegeWithdrawn: 9,
}

/** In what capacity somebody asks; who they are is the audit's `actor`. */
export const revocationRoles = ['administrator', 'issuing-officer', 'holder', 'program'] as const
export type RevocationRole = (typeof revocationRoles)[number]

/**
 * Who may give which reason. A holder knows whether their key is in other hands, and may have it
 * held while they look for the card. What an issuing officer sees at the desk besides: people who
 * move, cards that take the place of others. That a right was withdrawn, or an authority lost its
 * key, is for administrators to say. A program acts on what has been written down.
 */
const mayGive: Readonly<Record<RevocationRole, readonly StatusReason[]>> = {
  administrator: [...revocationReasons, 'certificateHold'],
  'issuing-officer': [
    'unspecified',
    'keyCompromise',
    'affiliationChanged',
    'superseded',
    'cessationOfOperation',
    'certificateHold',
  ],
  holder: ['keyCompromise', 'certificateHold'],
  program: ['affiliationChanged', 'superseded', 'cessationOfOperation', 'certificateHold'],
}

/** A hold that its holder, or who has their card, could end would hold nobody. */
const mayRelease: readonly RevocationRole[] = ['administrator', 'issuing-officer']

export function mayGiveReason(role: RevocationRole, reason: StatusReason): boolean {
  return mayGive[role].includes(reason)
}

export function mayReleaseHold(role: RevocationRole): boolean {
  return mayRelease.includes(role)
}
