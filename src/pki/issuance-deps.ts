import type { Clock } from '../clock.ts'
import type { Database, Queryable } from '../db/pool.ts'
import type { Facts } from '../errors.ts'
import type { Keystore } from '../keystore/keystore.ts'
import type { Random } from '../random.ts'
import type { PkiAddresses } from './addresses.ts'
import { createCertificateStore, type CertificateStore } from './certificate-store.ts'
import type { Profiles } from './profiles.ts'

/** Where acts of the authorities are written down for good: the audit log fits. */
export interface PkiAudit {
  append(event: PkiAuditEvent): Promise<void>
}

export interface PkiAuditEvent {
  readonly at: Date
  readonly event: `authority.${string}` | `certificate.${string}`
  readonly outcome: 'intended' | 'succeeded' | 'refused'
  /** An error code. */
  readonly reason?: string
  readonly actor?: string | null
  readonly cardUuid?: string | null
  readonly terminalId?: string | null
  readonly facts: Facts
}

export interface IssuanceDeps {
  readonly keystore: Keystore
  readonly certificates: CertificateStore
  readonly audit: PkiAudit
  readonly inTransaction: InRegistryTransaction
  readonly clock: Clock
  readonly random: Random
  readonly profiles: Profiles
  /** The province's arc of policy identifiers, for example `1.3.6.1.4.1.99999.1`. */
  readonly policyArc: string
  /** Where the certificates point to. */
  readonly addresses: PkiAddresses
}

/** Registry and audit, of which both or neither keep what is written. */
export interface RegistryTransaction {
  readonly certificates: CertificateStore
  readonly audit: PkiAudit
}

export type InRegistryTransaction = <T>(work: (tx: RegistryTransaction) => Promise<T>) => Promise<T>

/** @param auditOn - the audit log, bound to a transaction: `createAuditStore` is one */
export function registryTransactions(
  db: Pick<Database, 'inTransaction'>,
  auditOn: (tx: Queryable) => PkiAudit,
): InRegistryTransaction {
  return (work) =>
    db.inTransaction((tx) => work({ certificates: createCertificateStore(tx), audit: auditOn(tx) }))
}
