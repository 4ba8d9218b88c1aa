import type { Facts } from '../../src/errors.ts'
import type { HealthLevel } from '../../src/health.ts'

/** What the parts of the service find about themselves; they have English words for it. */
export const partCodes = [
  'failed',
  'authority.issues',
  'authority.idle',
  'authority.not-yet',
  'authority.ended',
  'authority.near-end',
  'authority.unsound',
  'authority.missing',
  'key.elsewhere',
  'key.opens',
  'key.fails',
  'crl.current',
  'crl.ending',
  'crl.ended',
  'crl.missing',
  'ocsp.signs',
  'ocsp.missing',
  'ocsp.overdue',
  'ocsp.ended',
] as const

/** What the doctor finds by itself. */
export const doctorCodes = [
  'database.answers',
  'redis.answers',
  'redis.embedded',
  'keystore.opens',
  'clock.agrees',
  'clock.off',
  'disk.enough',
  'disk.low',
  'certificates.well',
  'certificates.ending',
  'terminals.well',
  'terminals.ending',
  'operators.none',
  'operators.locked-out',
  'operators.one',
  'operators.well',
  'audit.well',
  'audit.behind',
  'audit.moved',
  'audit.unsigned',
  'issuances.none',
  'issuances.unfinished',
  'puk.none',
  'puk.read-out',
  'logout.none',
  'logout.stuck',
  'mail.none',
  'mail.failed',
  'mail.waiting',
  'reader.no-library',
  'reader.no-service',
  'reader.none',
  'reader.empty',
  'reader.card',
  'reader.storage-card',
  'reader.several',
  'agent.none',
  'agent.unreadable',
  'agent.not-running',
  'agent.offline',
  'agent.well',
  'agent.not-paired',
] as const

export type PartCode = (typeof partCodes)[number]
export type DoctorCode = (typeof doctorCodes)[number]

/** About what, how it is, and what to do; null where there is nothing to do. */
export interface Said {
  readonly subject: string
  readonly message: string
  readonly advice: string | null
}

export type Say = (facts: Facts) => Said

/** What `ecard doctor` says, in one language. */
export interface DoctorWords {
  readonly levels: Readonly<Record<HealthLevel, string>>
  readonly headings: readonly [string, string, string]
  readonly toDo: (advice: string) => string
  /** English has none for what the parts say: their own findings are in English. */
  readonly findings: Readonly<Record<DoctorCode, Say>> & Readonly<Partial<Record<PartCode, Say>>>
  readonly notes: string
}
