import { createHash } from 'node:crypto'
import type { AuditRecord } from './audit-record.ts'

/** What the first link is chained to. */
export const chainStart: Buffer = Buffer.alloc(32)

/**
 * The bytes of an event that its link vouches for: UTF-8 JSON in the canonical form of RFC 8785.
 *
 * The object has a member for every column that is not null, so that a column added one day leaves
 * the older hashes as they are: `actor`, `at`, `cardUuid`, `clientId`, `event`, `facts` (an object),
 * `holderId`, `id`, `outcome`, `reason`, `terminalId`, `xid`. All but `facts` are strings, numbers
 * among them. Numbers in `facts` are IEEE doubles: two spellings of one number are the same.
 */
export function canonicalEvent(record: AuditRecord): string {
  let members = ''
  for (const name of memberNames) {
    const value = record[name]
    if (value === null) continue
    const json = name === 'facts' ? canonicalJson(JSON.parse(value)) : JSON.stringify(value)
    members += `,"${name}":${json}`
  }
  return `{${members.slice(1)}}`
}

/** In the order of RFC 8785 §3.2.3. */
const memberNames = [
  'actor',
  'at',
  'cardUuid',
  'clientId',
  'event',
  'facts',
  'holderId',
  'id',
  'outcome',
  'reason',
  'terminalId',
  'xid',
] as const satisfies readonly (keyof AuditRecord)[]

/** `SHA-256(previous hash || canonical bytes)`. */
export function linkHash(previous: Uint8Array, canonical: string): Buffer {
  return createHash('sha256').update(previous).update(canonical, 'utf8').digest()
}

/** RFC 8785: members by UTF-16 code units, no spaces, numbers and strings as ECMAScript writes them. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${members.map(([key, one]) => `${JSON.stringify(key)}:${canonicalJson(one)}`).join(',')}}`
  }
  // Beyond a double, which no service of ours writes: still a value of its own, not `null`.
  if (typeof value === 'number' && !Number.isFinite(value)) return JSON.stringify(String(value))
  return JSON.stringify(value)
}
