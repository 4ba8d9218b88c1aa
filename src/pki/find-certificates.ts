import type { Queryable } from '../db/pool.ts'
import { InputInvalid, NotFound } from '../errors.ts'
import {
  searchCertificates,
  type CertificateFilter,
  type CertificateRecord,
} from './certificate-search-store.ts'

export type { CertificateFilter, CertificateRecord } from './certificate-search-store.ts'

/** Newest first. */
export function listCertificates(
  db: Queryable,
  filter: CertificateFilter,
  { limit }: { readonly limit: number },
): Promise<CertificateRecord[]> {
  return searchCertificates(db, filter, { limit, order: 'newest-first' })
}

export interface Expiry {
  readonly now: Date
  readonly days: number
  readonly limit: number
}

/** Active ones that end within so many days from `now`, the soonest first. */
export function listExpiringCertificates(
  db: Queryable,
  filter: CertificateFilter,
  { now, days, limit }: Expiry,
): Promise<CertificateRecord[]> {
  const ending = { ...filter, ...endingWithin(days, now) }
  return searchCertificates(db, ending, { limit, order: 'soonest-end-first' })
}

export function endingWithin(days: number, now: Date): CertificateFilter {
  const endsUntil = new Date(now.getTime() + days * 86_400_000)
  return { status: 'active', endsFrom: now, endsUntil }
}

/**
 * Whatever a person may hold in their hand: a serial number or a SHA-256 fingerprint (in
 * hexadecimal, with or without colons), a card, holder or terminal by its UUID, a national number or
 * tax code, the name of a service. Newest first; what fits in two ways is there once.
 *
 * @returns empty also when the text can be none of these
 */
export async function findCertificates(
  db: Queryable,
  text: string,
  { limit }: { readonly limit: number },
): Promise<CertificateRecord[]> {
  const found = new Map<string, CertificateRecord>()
  for (const filter of meaningsOf(text.trim())) {
    for (const record of await listCertificates(db, filter, { limit })) {
      found.set(`${record.authorityId} ${record.serialNumber}`, record)
    }
  }
  return [...found.values()].slice(0, limit)
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const hexadecimal = /^([0-9a-f]{2}){1,20}$/
const sha256 = /^[0-9a-f]{64}$/
const holderNumber = /^\d[\d-]{7,19}$/
const serviceName = /^(ocsp|[a-z0-9-]+(\.[a-z0-9-]+)+)$/

function meaningsOf(text: string): CertificateFilter[] {
  const lower = text.toLowerCase()
  const hex = lower.replace(/[: ]/g, '')
  return [
    ...(uuid.test(lower) ? [{ cardUuid: lower }, { holderId: lower }, { terminalId: lower }] : []),
    ...(sha256.test(hex) ? [{ fingerprint: Buffer.from(hex, 'hex') }] : []),
    ...(hexadecimal.test(hex) ? [{ serialNumber: hex.replace(/^(00)+/, '') }] : []),
    ...(holderNumber.test(text) ? [{ holderNumber: text }] : []),
    ...(serviceName.test(lower) ? [{ service: lower }] : []),
  ]
}

/**
 * The one certificate that the text names, by serial number or fingerprint.
 *
 * @param authoritySlug - where two authorities have used the serial number; else null
 * @throws NotFound
 * @throws InputInvalid `authority` when it would have to be named
 */
export async function findCertificate(
  db: Queryable,
  text: string,
  authoritySlug: string | null,
): Promise<CertificateRecord> {
  const all = await findCertificates(db, text, { limit: 100 })
  const hex = text
    .toLowerCase()
    .replace(/[: ]/g, '')
    .replace(/^(00)+/, '')
  const named = all.filter(
    (record) =>
      (record.serialNumber === hex || record.fingerprint?.toString('hex') === hex) &&
      (authoritySlug === null || record.authoritySlug === authoritySlug),
  )
  const [found, another] = named
  if (found === undefined) throw new NotFound(`There is no certificate ${text}. Check the number.`)
  if (another === undefined) return found
  const slugs = named.map((record) => record.authoritySlug).join(', ')
  throw new InputInvalid(`Several authorities have used this number: ${slugs}. Say which.`, {
    field: 'authority',
  })
}

/** At 1 kB each a page is half a megabyte, whatever the registry holds. */
const pageSize = 500

/**
 * Every certificate that fits, page by page, in the order of the registry. What is issued meanwhile
 * may be in or not.
 */
export async function* walkCertificates(
  db: Queryable,
  filter: CertificateFilter,
): AsyncGenerator<CertificateRecord> {
  let after: CertificateRecord | null = null
  for (;;) {
    const page: CertificateRecord[] = await searchCertificates(db, filter, {
      ...{ limit: pageSize, order: 'registry', after },
    })
    yield* page
    after = page.at(-1) ?? null
    if (page.length < pageSize) return
  }
}
