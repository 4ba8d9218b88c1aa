import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../clock.ts'
import { AppError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Authority } from '../pki/authority.ts'
import { certificateBundle } from '../pki/certificate-bundle.ts'
import { fingerprintOf, parseCertificate } from '../pki/certificate.ts'
import type { LatestCrl } from '../pki/crl-latest.ts'
import { toPem } from '../pki/pem.ts'
import { sendPublic, sendRefusal, type CacheRule, type PublicAnswer } from './pki-answer.ts'
import { answerOcspRequest, ocspPath, type OcspDeps } from './pki-ocsp.ts'
import { pkiSentences } from './words/pki-words.ts'

export interface PkiFileDeps extends OcspDeps {
  /** All of them, whatever their state. */
  authorities(): Promise<readonly Authority[]>
  /** null when there is no such authority or part, or nothing was published yet. */
  latestCrl(slug: string, partition: number): Promise<LatestCrl | null>
  readonly clock: Clock
  readonly log: Log
}

/** Answers one request for something below `/pki/`. */
export type PkiFiles = (exchange: Exchange) => void

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Without its query. */
  readonly path: string
}

/** A certificate never changes, but which ones are in the bundle does. */
const dayMs = 86_400_000
const retryAfterSeconds = 5
/** A list that follows a revocation comes long before the last one ends: caches ask again soon. */
const crlMaxAgeSeconds = 300

/** Where certificates point to; `/pki` itself is a page, and not among these. */
export function isPkiFile(path: string): boolean {
  return path.startsWith('/pki/')
}

/**
 * What certificates point to and programs fetch: status, revocation lists and authorities'
 * certificates. All of it is signed, so it may come over plain HTTP (RFC 5280 §8).
 */
export function createPkiFiles(deps: PkiFileDeps): PkiFiles {
  return (exchange) => {
    answer(deps, exchange).catch((error: unknown) => {
      deps.log.error('web.pki-unavailable', error, { code: codeOf(error) })
      unavailable(exchange)
    })
  }
}

async function answer(deps: PkiFileDeps, exchange: Exchange): Promise<void> {
  const { path, request, response } = exchange
  if (path === ocspPath || path.startsWith(`${ocspPath}/`)) {
    await answerOcspRequest(deps, exchange)
  } else if (request.method !== 'GET' && request.method !== 'HEAD') {
    refuse(response, 405, 'notToBeSent')
  } else {
    const found = await findFile(deps, path)
    if (found === null) refuse(response, 404, 'noSuchFile')
    else sendPublic(request, response, found)
  }
}

/** null when there is nothing at `path`. */
async function findFile(deps: PkiFileDeps, path: string): Promise<PublicAnswer | null> {
  if (path === '/pki/ca/bundle.p7c') return bundle(deps)
  const certificate = /^\/pki\/ca\/([a-z][a-z0-9-]{0,39})\.(cer|pem)$/.exec(path)
  if (certificate?.[1] !== undefined) return certificateOf(deps, certificate[1], certificate[2])
  const list = /^\/pki\/crl\/([a-z][a-z0-9-]{0,39})\/(0|[1-9]\d{0,3})\.crl$/.exec(path)
  if (list?.[1] !== undefined) return revocationList(deps, list[1], Number(list[2]))
  return null
}

/** RFC 2585 §4.1: application/pkix-cert is DER; PEM has no name of its own. */
async function certificateOf(
  deps: PkiFileDeps,
  slug: string,
  extension: string | undefined,
): Promise<PublicAnswer | null> {
  const authority = (await deps.authorities()).find((one) => one.slug === slug)
  if (authority === undefined) return null
  const { certificateDer } = authority
  const keeping = keepForADay(deps, [certificateDer])
  return extension === 'pem'
    ? {
        body: Buffer.from(toPem(certificateDer, 'CERTIFICATE')),
        type: 'application/x-pem-file',
        keeping,
      }
    : { body: certificateDer, type: 'application/pkix-cert', keeping }
}

/** For building paths, so without those that were revoked. */
async function bundle(deps: PkiFileDeps): Promise<PublicAnswer> {
  const standing = (await deps.authorities()).filter(({ state }) => state !== 'revoked')
  const certificates = standing.map(({ certificateDer }) => certificateDer)
  const type = 'application/pkcs7-mime; smime-type=certs-only'
  return {
    body: certificateBundle(certificates),
    type,
    keeping: { ...keepForADay(deps, certificates), maxAgeSeconds: 3600 },
  }
}

async function revocationList(
  deps: PkiFileDeps,
  slug: string,
  partition: number,
): Promise<PublicAnswer | null> {
  const list = await deps.latestCrl(slug, partition)
  if (list === null) return null
  const { der, etag, thisUpdate, nextUpdate } = list
  const leftMs = nextUpdate.getTime() - deps.clock.now().getTime()
  const keeping = {
    etag,
    since: thisUpdate,
    until: nextUpdate,
    maxAgeSeconds: Math.min(Math.max(0, Math.floor(leftMs / 1000)), crlMaxAgeSeconds),
  }
  return { body: der, type: 'application/pkix-crl', keeping }
}

function keepForADay({ clock }: PkiFileDeps, certificates: readonly Buffer[]): CacheRule {
  const began = certificates.map((der) => parseCertificate(der).notBefore.getTime())
  return {
    etag: `"${fingerprintOf(Buffer.concat(certificates)).toString('hex')}"`,
    since: new Date(Math.max(...began)),
    until: new Date(clock.now().getTime() + dayMs),
    maxAgeSeconds: dayMs / 1000,
  }
}

function refuse(
  response: ServerResponse,
  status: 404 | 405,
  sentence: 'noSuchFile' | 'notToBeSent',
) {
  const headers = status === 405 ? { Allow: 'GET, HEAD' } : {}
  sendRefusal(response, status, { ...sentenceBody(sentence), headers })
}

function unavailable({ response }: Exchange): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const headers = { 'Retry-After': String(retryAfterSeconds) }
  sendRefusal(response, 503, { ...sentenceBody('unavailable'), headers })
}

/** Both languages: whoever reads it has no page and no switch. */
export function sentenceBody(name: keyof typeof pkiSentences): { body: Buffer; type: string } {
  const { vi, en } = pkiSentences[name]
  return { body: Buffer.from(`${vi}\n${en}\n`), type: 'text/plain; charset=utf-8' }
}

function codeOf(error: unknown): string {
  return error instanceof AppError ? error.code : 'UNEXPECTED'
}
