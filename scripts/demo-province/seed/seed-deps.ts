import type { AuditLog } from '../../../src/audit/audit-event.ts'
import type { CardStore } from '../../../src/cards/card-store.ts'
import type { Clock } from '../../../src/clock.ts'
import type { Database } from '../../../src/db/pool.ts'
import type { AgencyStore } from '../../../src/holders/agency-store.ts'
import type { HolderStore } from '../../../src/holders/holder-store.ts'
import type { ClientStore } from '../../../src/oidc/client-store.ts'
import type { CertificateStore } from '../../../src/pki/certificate-store.ts'
import type { CardCertificateRequest } from '../../../src/pki/issue-card-certificate.ts'
import type { RegisteredCertificate } from '../../../src/pki/registered-certificate.ts'
import type { Random } from '../../../src/random.ts'
import type { TerminalStore } from '../../../src/terminals/terminal-store.ts'

/** The parts of the service that the demo fills with its province. */
export interface SeedDeps {
  readonly db: Database
  readonly agencies: AgencyStore
  readonly holders: HolderStore
  readonly cards: CardStore
  readonly certificates: CertificateStore
  readonly terminals: TerminalStore
  readonly clients: ClientStore
  readonly audit: AuditLog
  readonly clock: Clock
  readonly random: Random
  /** Certifies a key made on a card; its row is in the registry before this resolves. */
  readonly issueCardCertificate: (
    request: CardCertificateRequest,
  ) => Promise<Pick<RegisteredCertificate, 'der'>>
}
