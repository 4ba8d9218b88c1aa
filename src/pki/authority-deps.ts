import type { Clock } from '../clock.ts'
import type { Facts } from '../errors.ts'
import type { Keystore } from '../keystore/keystore.ts'
import type { Random } from '../random.ts'
import type { PkiAddresses } from './addresses.ts'
import type { AuthorityStore } from './authority-store.ts'

/** What making and changing authorities needs; issuance needs more and fits too. */
export interface AuthorityDeps {
  readonly keystore: Keystore
  readonly certificates: AuthorityStore
  readonly audit: AuthorityAudit
  readonly clock: Clock
  readonly random: Random
  /** The province's arc of policy identifiers, for example `1.3.6.1.4.1.99999.1`. */
  readonly policyArc: string
  /** Where the certificates point to. */
  readonly addresses: PkiAddresses
}

/** For what has to be changed as one, such as the switch from an authority to its successor. */
export interface AuthoritySwitchDeps extends AuthorityDeps {
  readonly inTransaction: <T>(
    work: (tx: { readonly certificates: AuthorityStore }) => Promise<T>,
  ) => Promise<T>
}

/** Where acts on authorities are written down for good: the audit log fits. */
export interface AuthorityAudit {
  append(event: AuthorityEvent): Promise<void>
}

export interface AuthorityEvent {
  readonly at: Date
  readonly event: `authority.${string}`
  readonly outcome: 'intended' | 'succeeded' | 'refused'
  readonly actor?: string | null
  readonly facts: Facts
}
