import { createHash } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Queryable } from '../db/pool.ts'
import { AppError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { OcspAnswer, OcspAnswerCache } from './ocsp-answer-cache.ts'
import { issuerOf, type OcspIssuer, type OcspIssuers } from './ocsp-issuers.ts'
import { parseOcspRequest, type CertId, type OcspRequest } from './ocsp-request.ts'
import {
  ocspErrors,
  signOcspResponse,
  type OcspError,
  type OcspSigner,
  type OcspStatus,
  type SingleStatus,
} from './ocsp-response.ts'
import { readAuthorityStatus, readStatuses } from './ocsp-status-store.ts'

/** What is known about our authorities, replaced as a whole when they or their signers change. */
export interface OcspKnowledge {
  readonly issuers: OcspIssuers
  /** By authority id. */
  readonly signers: ReadonlyMap<string, OcspSigner>
}

export interface OcspResponderDeps {
  readonly db: Queryable
  readonly clock: Clock
  readonly log: Log
  readonly cache: OcspAnswerCache
  /** Whether no change of a status can have been missed, so that what is kept still holds. */
  readonly isCacheSound: (now: Date) => boolean
  readonly knowledge: OcspKnowledge
}

/** How long an answer may be believed by who has it; a revocation meanwhile passes them by. */
export const answerValiditySeconds = 3600

/**
 * Answers one OCSP request (RFC 6960), always with a whole OCSPResponse: whatever keeps us from
 * telling is an error status, and never `good`.
 *
 * @param der - as it came, of any length
 */
export async function answerOcsp(deps: OcspResponderDeps, der: Buffer): Promise<OcspAnswer> {
  // 1. Is it one request that we can read in full?
  const request = parseOcspRequest(der)
  if (request === null) return refusal('malformedRequest')
  // 2. Are all of its certificates from one authority of ours? A signer speaks for one alone.
  const { issuers, signers } = deps.knowledge
  const issuer = issuerOf(issuers, request.certificates)
  if (issuer === null) return refusal('unauthorized')
  // 3. Is there an answer at hand that no revocation can have overtaken?
  const now = deps.clock.now()
  const kept = findKept(deps, issuer, { request, now })
  if (kept !== null) return kept
  // 4. May we speak for the authority?
  const signer = signers.get(issuer.authority.id)
  if (signer === undefined) return refusal(whyNoSigner(issuer))
  if (now < signer.notBefore || now >= signer.notAfter) return refusal('tryLater')
  try {
    return await answerAfresh(deps, { request, issuer, signer, now })
  } catch (error) {
    // 8. Could not tell is no answer. An outage may be over at the next try.
    deps.log.error('ocsp.unanswered', error, { authorityId: issuer.authority.id })
    return refusal(error instanceof AppError ? 'tryLater' : 'internalError')
  }
}

interface Question {
  readonly request: OcspRequest
  readonly issuer: OcspIssuer
  readonly signer: OcspSigner
  readonly now: Date
}

async function answerAfresh(deps: OcspResponderDeps, question: Question): Promise<OcspAnswer> {
  const { request, issuer, signer, now } = question
  const ticket = deps.cache.ticket()
  // 5. What does the registry say now?
  const statuses = await statusesOf(deps.db, issuer, request.certificates)
  // 6. Sign it, for no longer than the signer's own certificate lasts.
  const { nonce } = request
  const times = { producedAt: wholeSecond(now), nextUpdate: nextUpdateAfter(now, signer) }
  const der = await signOcspResponse({ statuses, nonce, ...times }, signer)
  if (nonce !== null) return { der, keeping: null }
  // 7. Keep it for the next who asks, unless the certificate's status changed meanwhile.
  const digest = createHash('sha256').update(der).digest('hex')
  const answer = { der, keeping: { ...times, digest } }
  const [only, ...more] = request.certificates
  const isIssued = statuses.every(({ status }) => status.state !== 'unknown')
  if (only !== undefined && more.length === 0 && isIssued) {
    deps.cache.keep(issuer.authority.id, only, { answer, ticket })
  }
  return answer
}

function findKept(
  { cache, isCacheSound }: OcspResponderDeps,
  { authority }: OcspIssuer,
  { request, now }: { request: OcspRequest; now: Date },
): OcspAnswer | null {
  const [only, ...more] = request.certificates
  if (only === undefined || more.length > 0 || request.nonce !== null) return null
  return isCacheSound(now) ? cache.find(authority.id, only, now) : null
}

async function statusesOf(
  db: Queryable,
  { authority, authoritiesBelow }: OcspIssuer,
  certificates: readonly CertId[],
): Promise<SingleStatus[]> {
  const serialNumbers = certificates.map(({ serialNumber }) => serialNumber)
  const read = await readStatuses(db, authority.id, serialNumbers)
  if (read === null) throw new Error('the registry lost an authority')
  const statusOf = async (serialNumber: string): Promise<OcspStatus> => {
    const below = authoritiesBelow.get(serialNumber)
    const own = below === undefined ? read.bySerial.get(serialNumber) : null
    const found = own ?? (below === undefined ? null : await readAuthorityStatus(db, below))
    if (found === null) return { state: 'unknown' }
    return found.state === 'good' ? (read.authorityRevoked ?? found) : found
  }
  return Promise.all(
    certificates.map(async ({ der, serialNumber }) => ({
      certId: der,
      status: await statusOf(serialNumber),
    })),
  )
}

/** Whose key is kept elsewhere, or signs no more, gets no signer; any other should have one soon. */
function whyNoSigner({ authority: { keyName, state } }: OcspIssuer): OcspError {
  return keyName === null || state === 'revoked' ? 'unauthorized' : 'tryLater'
}

function refusal(error: OcspError): OcspAnswer {
  return { der: ocspErrors[error], keeping: null }
}

function nextUpdateAfter(now: Date, { notAfter }: OcspSigner): Date {
  const end = now.getTime() + answerValiditySeconds * 1000
  return wholeSecond(new Date(Math.min(end, notAfter.getTime())))
}

/** Answers count in seconds. */
function wholeSecond(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / 1000) * 1000)
}
