import type { Clock } from '../clock.ts'
import type { Database, Queryable } from '../db/pool.ts'
import type { Keystore } from '../keystore/keystore.ts'
import type { PkiAddresses } from './addresses.ts'
import { createAuthorityStore } from './authority-store.ts'
import type { Authority } from './authority.ts'
import { parseCertificate } from './certificate.ts'
import { checkPublished, CrlRefused } from './crl-check.ts'
import { encodeEntries, type CrlEntry } from './crl-entry.ts'
import { entryOctets } from './crl-reader.ts'
import { isDue, namesItsAddress, timesOfNext, type CrlPolicy } from './crl-policy.ts'
import {
  dropOldCrls,
  findDer,
  findLast,
  insertCrl,
  readListed,
  tryToLock,
  type CrlPart,
  type CrlRecord,
} from './crl-store.ts'
import { signCrl, type CrlContent } from './crl.ts'
import { keyOf } from './issuance.ts'
import type { AuditOn } from './revocation-audit.ts'
import type { RevocationReason } from './revocation-reasons.ts'

export interface PublishCrlDeps {
  readonly db: Database
  readonly auditOn: AuditOn
  readonly clock: Clock
  readonly keystore: Keystore
  readonly addresses: Pick<PkiAddresses, 'crl'>
  readonly policy: CrlPolicy
}

export interface PublishCrlOptions {
  /** `always`, or only when the last list is due to be renewed or tells something else by now. */
  readonly when: 'always' | 'needed'
  /** Who asks: the name of a program. */
  readonly actor: string
}

/**
 * `busy`: somebody else publishes this part right now. `too-soon`: the last list is so young that
 * changes wait for one another.
 */
export type PublishOutcome =
  | { readonly outcome: 'published'; readonly list: CrlRecord }
  | { readonly outcome: 'unchanged' | 'busy' | 'too-soon' }

/**
 * Publishes one part of an authority's list. Of any number of nodes at once one does it.
 *
 * 1. The part is locked, and what its list has to tell is read and encoded.
 * 2. Where nothing calls for a new list, that is all.
 * 3. The intent is in the audit, with the number.
 * 4. The authority signs.
 * 5. The list is read back and checked as a stranger would.
 * 6. List and outcome are committed together; from then on it is the one in force.
 *
 * A crash anywhere leaves the list before in force, and the number free for the next.
 *
 * @throws AuthorityUnavailable when the key is elsewhere or not the authority's
 * @throws KeystoreUnavailable
 * @throws CrlRefused when the list that was signed is not right, and `clock-behind`
 */
export function publishCrl(
  deps: PublishCrlDeps,
  { authority, partition }: { readonly authority: Authority; readonly partition: number },
  { when, actor }: PublishCrlOptions,
): Promise<PublishOutcome> {
  const part = { authorityId: authority.id, partition }
  return deps.db.inTransaction(async (tx): Promise<PublishOutcome> => {
    if (!(await tryToLock(tx, part))) return { outcome: 'busy' }
    const last = await findLast(tx, part)
    if (when === 'needed' && isYoung(last, deps)) return { outcome: 'too-soon' }
    const draft = await draftOf(deps, { tx, authority, part, last })
    if (when === 'needed' && !(await isNeeded(deps, { tx, part, last, draft })))
      return { outcome: 'unchanged' }
    const der = await signAudited(deps, { authority, part, draft, actor })
    const { number, thisUpdate, nextUpdate } = draft.content
    const list = { number, thisUpdate, nextUpdate, entries: draft.entryCount }
    await insertCrl(tx, part, { ...list, der })
    await dropOldCrls(tx, part, deps.policy.keep)
    await deps
      .auditOn(tx)
      .append({ ...eventOf(deps, { authority, part, draft, actor }), outcome: 'succeeded' })
    return { outcome: 'published', list }
  })
}

function isYoung(last: CrlRecord | null, { clock, policy }: PublishCrlDeps): boolean {
  if (last === null) return false
  const now = clock.now()
  const ageMs = now.getTime() - last.thisUpdate.getTime()
  return ageMs < policy.leastIntervalSeconds * 1000 && !isDue(last, now, policy)
}

/** All of a list but its signature. */
interface Draft {
  readonly content: CrlContent
  readonly entries: readonly Buffer[]
  readonly entryCount: number
}

interface PartInHand {
  readonly tx: Queryable
  readonly authority: Authority
  readonly part: CrlPart
  readonly last: CrlRecord | null
}

async function draftOf(
  { clock, addresses, policy }: PublishCrlDeps,
  { tx, authority, part, last }: PartInHand,
): Promise<Draft> {
  const times = timesOfNext(authority, clock.now(), policy)
  if (last !== null && times.thisUpdate < last.thisUpdate) throw clockBehind(last)
  const after = last?.thisUpdate ?? null
  const besides = await revokedBelow(tx, part, after)
  const entries: Buffer[] = []
  let entryCount = 0
  for await (const batch of readListed(tx, part, { after, besides })) {
    entries.push(encodeEntries(batch))
    entryCount += batch.length
  }
  const content: CrlContent = {
    issuerDer: authority.certificateDer,
    number: (last?.number ?? 0n) + 1n,
    ...times,
    url: namesItsAddress(authority, policy) ? addresses.crl(authority.slug, part.partition) : null,
  }
  return { content, entries, entryCount }
}

function clockBehind({ thisUpdate }: CrlRecord): CrlRefused {
  const message =
    `the last list is of ${thisUpdate.toISOString()}, which this machine’s clock has not ` +
    'reached: set the clock'
  return new CrlRefused('clock-behind', message, { thisUpdate: thisUpdate.toISOString() })
}

/** Authorities are on the first part of their issuer's list, as long as certificates would be. */
export async function revokedBelow(
  db: Queryable,
  { authorityId, partition }: CrlPart,
  after: Date | null,
): Promise<CrlEntry[]> {
  if (partition !== 0) return []
  const authorities = await createAuthorityStore(db).listAuthorities()
  return authorities.flatMap(({ issuerId, revokedAt, revocationReason, certificateDer }) => {
    if (issuerId !== authorityId || revokedAt === null) return []
    const { serialNumber, notAfter } = parseCertificate(certificateDer)
    const reason = (revocationReason ?? 'unspecified') as RevocationReason
    const isPast = after !== null && notAfter < after && revokedAt < after
    return isPast ? [] : [{ serialNumber, at: revokedAt, reason }]
  })
}

/** None yet, old enough, or the registry tells something else by now. */
async function isNeeded(
  { clock, policy }: PublishCrlDeps,
  { tx, part, last, draft }: Omit<PartInHand, 'authority'> & { readonly draft: Draft },
): Promise<boolean> {
  if (last === null || isDue(last, clock.now(), policy)) return true
  const der = await findDer(tx, part, last.number)
  return der === null || !entryOctets(der).equals(Buffer.concat(draft.entries))
}

interface Signing {
  readonly authority: Authority
  readonly part: CrlPart
  readonly draft: Draft
  readonly actor: string
}

/** The intent is on record whatever becomes of the transaction around it. */
async function signAudited(deps: PublishCrlDeps, signing: Signing): Promise<Buffer> {
  const { authority, draft } = signing
  const key = await keyOf(deps.keystore, authority)
  await deps.auditOn(deps.db).append({ ...eventOf(deps, signing), outcome: 'intended' })
  const der = await signCrl(draft.content, draft.entries, key)
  checkPublished(der, draft.content, draft.entryCount)
  return der
}

function eventOf({ clock }: PublishCrlDeps, { authority, part, draft, actor }: Signing) {
  const { content, entryCount: entries } = draft
  const facts = {
    ...{ authorityId: authority.id, authority: authority.slug, partition: part.partition },
    ...{ number: content.number.toString(), entries, nextUpdate: content.nextUpdate.toISOString() },
  }
  const event = 'authority.crl-published' as const
  return { at: clock.now(), event, reason: null, actor, facts }
}
