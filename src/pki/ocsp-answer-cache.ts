import { LRUCache } from 'lru-cache'
import { statusKey } from './ocsp-notice-store.ts'
import type { CertId } from './ocsp-request.ts'

/** A whole OCSPResponse, ready to be sent. */
export interface OcspAnswer {
  readonly der: Buffer
  /** null for what nobody may keep: errors, and answers to a nonce. */
  readonly keeping: Keeping | null
}

export interface Keeping {
  readonly producedAt: Date
  readonly nextUpdate: Date
  /** SHA-256 of the answer, lower-case hexadecimal (RFC 5019 §6.2). */
  readonly digest: string
}

/** Signed answers about one certificate each, until its status changes or half their time is over. */
export interface OcspAnswerCache {
  find(authorityId: string, certId: CertId, now: Date): OcspAnswer | null
  /** To be taken before the registry is read: what was read may be old by the time it is kept. */
  ticket(): Ticket
  /** Keeps `answer`, unless a change was told since `ticket` was taken. */
  keep(authorityId: string, certId: CertId, kept: { answer: OcspAnswer; ticket: Ticket }): void
  /** @param key - `statusKey` of the certificate */
  forget(key: string): void
  forgetAll(): void
}

/** How many changes had been told of. */
export type Ticket = number

/** Some 1.5 kB each. Only certificates that we issued get in, so strangers cannot flush it. */
const maxCertificates = 20_000
/** Of one certificate: two hashes, their parameters absent or NULL. */
const maxForms = 4

interface KeptAnswer {
  readonly certId: Buffer
  readonly answer: OcspAnswer
}

export function createOcspAnswerCache(max = maxCertificates): OcspAnswerCache {
  const kept = new LRUCache<string, readonly KeptAnswer[]>({ max })
  let changes = 0
  return {
    find: (authorityId, { serialNumber, der }, now) => {
      const forms = kept.get(statusKey(authorityId, serialNumber))
      const found = forms?.find(({ certId }) => certId.equals(der))
      return found !== undefined && isYoung(found.answer, now) ? found.answer : null
    },
    ticket: () => changes,
    keep: (authorityId, { serialNumber, der }, { answer, ticket }) => {
      if (ticket !== changes) return
      const key = statusKey(authorityId, serialNumber)
      const others = (kept.peek(key) ?? []).filter(({ certId }) => !certId.equals(der))
      // A copy: what was read from a socket shares its memory with much else.
      kept.set(key, [{ certId: Buffer.from(der), answer }, ...others.slice(0, maxForms - 1)])
    },
    forget: (key) => {
      changes++
      kept.delete(key)
    },
    forgetAll: () => {
      changes++
      kept.clear()
    },
  }
}

/** Whoever gets it shall be able to use it for a while, and a clock set back does not revive it. */
function isYoung({ keeping }: OcspAnswer, now: Date): boolean {
  if (keeping === null) return false
  const start = keeping.producedAt.getTime()
  const age = now.getTime() - start
  return age >= 0 && age < (keeping.nextUpdate.getTime() - start) / 2
}
