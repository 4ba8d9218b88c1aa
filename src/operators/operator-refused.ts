import { AppError, type Facts } from '../errors.ts'
import type { OperatorAction, OperatorRole } from './operator.ts'

/** The first administrator has been appointed; there is no second first one. */
export class BootstrapDone extends AppError {
  readonly code = 'BOOTSTRAP_DONE'

  constructor(sentence = 'there is a first administrator already') {
    super(sentence)
  }
}

/** Nobody is signed in here, or not any more. */
export class OperatorSignInRequired extends AppError {
  readonly code = 'OPERATOR_SIGN_IN_REQUIRED'

  constructor(sentence = 'no operator is signed in', cause?: unknown) {
    super(sentence, {}, cause)
  }
}

/**
 * `no-role`: holds no role at all. `role`: none of those that may do it. `scope`: holds one, but
 * not for these agencies. `oneself`: may do it, but not for themselves.
 */
export type DenialReason = 'no-role' | 'role' | 'scope' | 'oneself'

export interface Denial {
  readonly reason: DenialReason
  /** null where nothing but signing in was asked for. */
  readonly action: OperatorAction | null
  /** Any one of these would do. */
  readonly rolesNeeded: readonly OperatorRole[]
}

/** It is known who asks, and they may not. */
export class PermissionDenied extends AppError {
  readonly code = 'PERMISSION_DENIED'
  readonly denial: Denial

  constructor(
    denial: Denial,
    about: { readonly facts?: Facts; readonly sentence?: string; readonly cause?: unknown } = {},
  ) {
    const { reason, action, rolesNeeded } = denial
    const facts = { ...about.facts, reason, action, rolesNeeded: rolesNeeded.join(' ') }
    super(about.sentence ?? `permission denied: ${reason}`, facts, about.cause)
    this.denial = denial
  }
}

export const grantRefusalReasons = [
  'administrator-left',
  'before-bootstrap',
  'granted-already',
  'holder-inactive',
  'holder-without-card',
  'keystore-not-ours',
  'last-administrator',
  'not-a-person',
  'not-an-administrators-card',
  'not-granted',
  'to-oneself',
] as const
export type GrantRefusalReason = (typeof grantRefusalReasons)[number]

/** A role was not granted or not taken away; `reason` chooses what people read. */
export class GrantRefused extends AppError {
  readonly code = 'GRANT_REFUSED'
  readonly reason: GrantRefusalReason

  constructor(
    reason: GrantRefusalReason,
    facts: Facts = {},
    about: { readonly sentence?: string; readonly cause?: unknown } = {},
  ) {
    super(about.sentence ?? `grant refused: ${reason}`, { ...facts, reason }, about.cause)
    this.reason = reason
  }
}
