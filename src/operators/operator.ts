/**
 * Operators: persons who administer the service with the `ecard` command. This folder owns who was
 * granted which role where, how operators prove who they are, and whether they may do what they
 * ask for. It binds those who go through the command; whoever holds the database's own password
 * is bound by the audit alone.
 */

export const operatorRoles = ['administrator', 'issuing-officer', 'help-desk', 'auditor'] as const
export type OperatorRole = (typeof operatorRoles)[number]

/** What operators do; which role may do it stands in `permissions`. */
export const operatorActions = [
  'agency.change',
  'audit.checkpoint',
  'authority.change',
  'batch.approve',
  'batch.prepare',
  'card.issue',
  'card.read-out-puk',
  'card.reinstate',
  'card.renew',
  'card.reset',
  'card.revoke',
  'card.suspend',
  'card.unblock',
  'certificate.change',
  'client.change',
  'crl.publish',
  'holder.change',
  'holder.export',
  'operator.change',
  'pass.issue',
  'pass.withdraw',
  'passkey.change',
  'passkey.revoke',
  'terminal.change',
] as const
export type OperatorAction = (typeof operatorActions)[number]

/** On whom or what: decides whether it lies in the operator's part of the agency tree. */
export type OperatorScope =
  /** Everything: only who was granted the role for the whole province. */
  | { readonly kind: 'province' }
  /** null, as for what belongs to no agency: as `province`. */
  | { readonly kind: 'agency'; readonly agencyId: string | null }
  /** Lies in each agency that the person belongs to; an organisation belongs to none. */
  | { readonly kind: 'holder'; readonly holderId: string }
  /** As its holder. */
  | { readonly kind: 'card'; readonly cardUuid: string }
  | { readonly kind: 'terminal'; readonly terminalId: string }

/** A role that a person has, or had, in a part of the province. */
export interface OperatorGrant {
  readonly id: string
  readonly holderId: string
  readonly role: OperatorRole
  /** That agency and all below it; null: the whole province. */
  readonly agencyId: string | null
  /** A holder id or the name of a program. */
  readonly grantedBy: string
  readonly grantedAt: Date
  readonly grantReason: string
  /** null while it holds. */
  readonly ended: { readonly by: string; readonly at: Date; readonly reason: string } | null
}

/** Ends this long after its last use. */
export const operatorSessionIdleSeconds = 15 * 60
/** Ends this long after the sign-in, however busy. */
export const operatorSessionMaxSeconds = 8 * 3600
