import type { Clock } from '../clock.ts'
import type { Queryable } from '../db/pool.ts'
import type { PkiAddresses } from './addresses.ts'
import { createAuthorityStore } from './authority-store.ts'
import type { Authority } from './authority.ts'
import { parseCertificate } from './certificate.ts'
import { checkCrl, CrlRefused, isIssuerOf, readOrRefuse } from './crl-check.ts'
import { revokedBelow } from './crl-publish.ts'
import type { Crl } from './crl-reader.ts'
import type { CrlPolicy } from './crl-policy.ts'
import {
  dropOldCrls,
  findLast,
  insertCrl,
  lock,
  readListed,
  type CrlPart,
  type CrlRecord,
} from './crl-store.ts'
import { audited, type AuditedDeps } from './revocation-audit.ts'

export interface InstallCrlDeps extends AuditedDeps {
  readonly clock: Clock
  readonly addresses: Pick<PkiAddresses, 'crl'>
  readonly policy: Pick<CrlPolicy, 'keep'>
}

/** A list that has been judged and may be published. */
export interface JudgedCrl {
  readonly authority: Authority
  readonly part: CrlPart
  readonly crl: Crl
  /** Of its entries. */
  readonly serialNumbers: ReadonlySet<string>
}

/** RFC 5280 §5.2.3 allows 20 octets; the registry counts in 63 bits. */
const highestNumber = 2n ** 63n - 1n

/**
 * Publishes a list that was signed where the authority's key is kept, on the machine of an offline
 * root for one. It has to be right as if a stranger had sent it, to be newer than the last, and to
 * tell of everything that this registry knows to be revoked.
 *
 * @throws CrlRefused `unreadable`, `issuer-unknown`, `issuer-may-not-sign-lists`,
 *   `signature-wrong`, `other-distribution-point`, `not-in-force`, `entries-differ`,
 *   `number-not-higher`, `entry-missing`
 */
export async function installCrl(
  deps: InstallCrlDeps,
  { der, actor }: { readonly der: Buffer; readonly actor: string },
): Promise<CrlPart & CrlRecord> {
  const at = deps.clock.now()
  const judged = await judgeCrl(deps, der)
  const { authority, part, crl } = judged
  const { partition } = part
  const { number, thisUpdate, nextUpdate } = crl
  const list = { number, thisUpdate, nextUpdate, entries: crl.entryCount }
  const facts = { authorityId: authority.id, authority: authority.slug, partition }
  const event = {
    at,
    event: 'authority.crl-installed',
    reason: null,
    actor,
    facts: { ...facts, number: number.toString(), entries: list.entries },
  } as const
  return audited(deps, event, async (tx) => {
    await lock(tx, part)
    await checkAgainstRegistry(tx, judged)
    await insertCrl(tx, part, { ...list, der })
    await dropOldCrls(tx, part, deps.policy.keep)
    return { result: { ...part, ...list } }
  })
}

/**
 * Whose list is it, which part, and is it to be believed now? For a dry run too: nothing is changed.
 *
 * @throws CrlRefused as `installCrl`, but for the last two
 */
export async function judgeCrl(
  { db, clock, addresses }: Pick<InstallCrlDeps, 'db' | 'clock' | 'addresses'>,
  der: Buffer,
): Promise<JudgedCrl> {
  const authority = await issuerOf(db, readOrRefuse(der))
  const serialNumbers = new Set<string>()
  const crl = checkCrl(der, authority.certificateDer, ({ serialNumber }) => {
    serialNumbers.add(serialNumber)
  })
  const partition = partitionOf(crl, authority, addresses)
  const now = clock.now()
  if (crl.thisUpdate > now || crl.nextUpdate <= now) throw notInForce(crl)
  if (serialNumbers.size !== crl.entryCount)
    throw new CrlRefused('entries-differ', 'the list names a certificate twice')
  return { authority, part: { authorityId: authority.id, partition }, crl, serialNumbers }
}

async function issuerOf(db: Queryable, crl: Crl): Promise<Authority> {
  const authorities = await createAuthorityStore(db).listAuthorities()
  const issuer = authorities.find(({ certificateDer }) =>
    isIssuerOf(crl, parseCertificate(certificateDer)),
  )
  if (issuer !== undefined) return issuer
  throw new CrlRefused('issuer-unknown', 'the list is not one of an authority of this registry')
}

/** A list without distribution point is its issuer's whole one (RFC 5280 §5.2.5). */
function partitionOf(
  { distributionPoint }: Crl,
  { slug, crlPartitions }: Authority,
  addresses: InstallCrlDeps['addresses'],
): number {
  const partitions = Array.from({ length: crlPartitions }, (_, partition) => partition)
  if (distributionPoint === null && crlPartitions === 1) return 0
  const here = partitions.find((partition) =>
    distributionPoint?.urls.includes(addresses.crl(slug, partition)),
  )
  if (here !== undefined && distributionPoint?.isRestricted === false) return here
  const message = `the list is not for ${addresses.crl(slug, 0)}, which certificates of ${slug} name`
  throw new CrlRefused('other-distribution-point', message)
}

function notInForce({ thisUpdate, nextUpdate }: Crl): CrlRefused {
  const [from, to] = [thisUpdate.toISOString(), nextUpdate.toISOString()]
  const message = `the list is in force from ${from} to ${to}, which is not now`
  return new CrlRefused('not-in-force', message, { thisUpdate: from, nextUpdate: to })
}

async function checkAgainstRegistry(
  tx: Queryable,
  { part, crl, serialNumbers }: JudgedCrl,
): Promise<void> {
  const last = await findLast(tx, part)
  if (crl.number > highestNumber || (last !== null && crl.number <= last.number)) {
    const message = `its number ${crl.number} is not above that of the last list, ${last?.number}`
    throw new CrlRefused('number-not-higher', message, { number: crl.number.toString() })
  }
  const after = last?.thisUpdate ?? null
  const besides = await revokedBelow(tx, part, after)
  for await (const batch of readListed(tx, part, { after, besides })) {
    const missing = batch.find(({ serialNumber }) => !serialNumbers.has(serialNumber))
    if (missing === undefined) continue
    const { serialNumber } = missing
    const message = `${serialNumber} is revoked in this registry and not on the list`
    throw new CrlRefused('entry-missing', message, { serialNumber })
  }
}
