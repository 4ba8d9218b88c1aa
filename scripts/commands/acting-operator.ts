import type { Registry } from './open-registry.ts'

/** What operators do; which role may do it is a table of src/operators. */
export type OperatorAction =
  | 'agency.change'
  | 'audit.checkpoint'
  | 'authority.change'
  | 'batch.approve'
  | 'batch.prepare'
  | 'card.issue'
  | 'card.read-out-puk'
  | 'card.reinstate'
  | 'card.renew'
  | 'card.reset'
  | 'card.revoke'
  | 'card.suspend'
  | 'card.unblock'
  | 'certificate.change'
  | 'client.change'
  | 'crl.publish'
  | 'holder.change'
  | 'operator.change'
  | 'pass.issue'
  | 'passkey.revoke'
  | 'terminal.change'

/** On whom or what: decides whether it lies in the operator's part of the agency tree. */
export type OperatorScope =
  | { readonly kind: 'province' }
  | { readonly kind: 'agency'; readonly agencyId: string | null }
  | { readonly kind: 'holder'; readonly holderId: string }
  | { readonly kind: 'card'; readonly cardUuid: string }
  | { readonly kind: 'terminal'; readonly terminalId: string }

export interface ActingOperator {
  /** For audit and journals: the operator's holder id; `ecard` until there is a first one. */
  readonly actor: string
}

/** Who acts, if they may. @throws OperatorRequired, PermissionDenied */
export function actingOperator(
  _registry: Pick<Registry, 'db'>,
  _action: OperatorAction,
  _scope: OperatorScope,
): Promise<ActingOperator> {
  return Promise.resolve({ actor: 'ecard' })
}
