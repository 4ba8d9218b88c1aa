import type { Database } from '../db/pool.ts'
import type { Log } from '../log.ts'
import type { Random } from '../random.ts'
import { createAuthorityStore } from './authority-store.ts'
import type { Authority } from './authority.ts'
import { parseCertificate } from './certificate.ts'
import { createOcspAnswerCache, type OcspAnswer } from './ocsp-answer-cache.ts'
import { createHearing } from './ocsp-hearing.ts'
import { indexIssuers } from './ocsp-issuers.ts'
import { authorityStates, listenForNotices, statusKey } from './ocsp-notice-store.ts'
import { repeatedly } from './ocsp-repetition.ts'
import { answerOcsp, type OcspKnowledge } from './ocsp-responder.ts'
import type { OcspSigner } from './ocsp-response.ts'
import { ensureOcspSigners, loadOcspSigners, type OcspSignerDeps } from './ocsp-signers.ts'

/**
 * OCSP for all authorities (RFC 6960): requests in, signed answers out. Status is read from the
 * registry at every answer, or the answer was kept and no change since can have gone unheard.
 */
export interface OcspService {
  /** Always a whole OCSPResponse; what keeps us from telling is an error status within it. */
  answer(requestDer: Buffer): Promise<OcspAnswer>
  /** Stops listening and renewing. */
  close(): Promise<void>
}

export interface OcspServiceDeps extends OcspSignerDeps {
  readonly db: Database
  readonly random: Random
}

/** How often signers are looked after: when all is well, and while one that should be there is not. */
const careEveryMs = { complete: 60_000, incomplete: 5_000 } as const

/**
 * Makes the signers that are missing, then listens for changes.
 *
 * @throws DatabaseUnavailable
 */
export async function openOcspService(deps: OcspServiceDeps): Promise<OcspService> {
  const { db, clock, random, log } = deps
  const store = createAuthorityStore(db)
  const cache = createOcspAnswerCache()
  let knowledge: OcspKnowledge = { issuers: new Map(), signers: new Map() }
  let states = ''
  let isComplete = false

  async function takeCare(): Promise<void> {
    const registered = await store.listAuthorities()
    const authorities = registered.filter((one) => isReadable(one, log))
    await ensureOcspSigners(deps, authorities)
    const before = knowledge.signers
    const signers = await loadOcspSigners(deps, authorities, before)
    knowledge = { issuers: indexIssuers(authorities), signers }
    states = authorityStates(registered)
    isComplete = authorities.every((one) => !shouldSign(one) || signers.has(one.id))
    // What the earlier signer is just signing is not for keeping either.
    if (!areSame(before, signers)) cache.forgetAll()
  }

  const care = repeatedly(takeCare, {
    nextAfterMs: () => (isComplete ? careEveryMs.complete : careEveryMs.incomplete),
    onFailure: (error) => {
      log.error('ocsp.not-up-to-date', error)
    },
  })

  function forgetAndReload(): void {
    cache.forgetAll()
    care.now()
  }

  const hearing = createHearing({
    ...{ db, clock, random, log },
    areKnownStates: (found) => {
      if (found === states) return true
      forgetAndReload()
      return false
    },
  })
  const stopListening = await listenForNotices(db, {
    onStatus: (key) => {
      cache.forget(key)
      if (isSigner(knowledge, key)) forgetAndReload()
    },
    onProbe: (token) => {
      hearing.heard(token)
    },
    onAuthorities: forgetAndReload,
    onGap: () => {
      hearing.interrupted()
      forgetAndReload()
    },
  })
  await takeCare()
  care.start()
  const parts = { db, clock, log, cache, isCacheSound: (now: Date) => hearing.isProven(now) }
  return {
    answer: (requestDer) => answerOcsp({ ...parts, knowledge }, requestDer),
    close: async () => {
      await Promise.all([care.stop(), stopListening()])
    },
  }
}

/** One that nobody can read keeps no other from being answered for. */
function isReadable({ slug, certificateDer }: Authority, log: Log): boolean {
  try {
    parseCertificate(certificateDer)
    return true
  } catch (error) {
    log.error('ocsp.authority-unreadable', error, { authority: slug })
    return false
  }
}

function areSame(before: OcspKnowledge['signers'], now: OcspKnowledge['signers']): boolean {
  const isSame = ([id, { serialNumber }]: [string, OcspSigner]) =>
    before.get(id)?.serialNumber === serialNumber
  return before.size === now.size && [...now].every(isSame)
}

function shouldSign({ keyName, state }: Authority): boolean {
  return keyName !== null && state !== 'revoked'
}

/** Its certificate was superseded, or revoked: another one is there, or has to be made. */
function isSigner({ signers }: OcspKnowledge, key: string): boolean {
  for (const [authorityId, { serialNumber }] of signers) {
    if (statusKey(authorityId, serialNumber) === key) return true
  }
  return false
}
