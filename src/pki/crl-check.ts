import { verify } from 'node:crypto'
import { AppError, type Facts } from '../errors.ts'
import { parseCertificate, type Certificate } from './certificate.ts'
import type { CrlContent } from './crl.ts'
import { crlIssuer } from './crl-issuer.ts'
import { readCrl, type Crl, type ReadEntry } from './crl-reader.ts'

/** A list that nobody should be told of; `facts.problem` says what is wrong with it. */
export class CrlRefused extends AppError {
  readonly code = 'CRL_REFUSED'
  readonly problem: CrlProblem
  constructor(problem: CrlProblem, message: string, facts: Facts = {}, cause?: unknown) {
    super(message, { problem, ...facts }, cause)
    this.problem = problem
  }
}

export type CrlProblem =
  | 'unreadable'
  | 'issuer-unknown'
  | 'issuer-may-not-sign-lists'
  | 'signature-wrong'
  | 'other-distribution-point'
  | 'number-differs'
  | 'number-not-higher'
  | 'clock-behind'
  | 'times-differ'
  | 'not-in-force'
  | 'entries-differ'
  | 'entry-missing'

/**
 * Reads a list as a stranger would, who has the authority's certificate and nothing else of ours:
 * its encoding, its issuer's name and key, that the issuer may sign lists, and the signature.
 *
 * Does not judge times, number or entries: see `checkPublished`.
 *
 * @throws CrlRefused `unreadable`, `issuer-unknown`, `issuer-may-not-sign-lists`, `signature-wrong`
 */
export function checkCrl(
  der: Buffer,
  issuerDer: Buffer,
  onEntry?: (entry: ReadEntry) => void,
): Crl {
  const crl = readOrRefuse(der, onEntry)
  const issuer = parseCertificate(issuerDer)
  if (!isIssuerOf(crl, issuer))
    throw new CrlRefused('issuer-unknown', `the list is not one of ${issuer.subject}`)
  if (!issuer.keyUsage.has('cRLSign'))
    throw new CrlRefused('issuer-may-not-sign-lists', `${issuer.subject} has no cRLSign`)
  if (!hasSignatureOf(crl, issuer))
    throw new CrlRefused('signature-wrong', 'the signature of the list does not verify')
  return crl
}

/** @throws CrlRefused `unreadable` */
export function readOrRefuse(der: Buffer, onEntry?: (entry: ReadEntry) => void): Crl {
  try {
    return readCrl(der, onEntry)
  } catch (cause) {
    const message = 'not one complete X.509 v2 revocation list in DER'
    throw new CrlRefused('unreadable', message, { bytes: der.length }, cause)
  }
}

/** By name, and by key where the list names one (§5.2.1). */
export function isIssuerOf(crl: Crl, issuer: Certificate): boolean {
  const { authorityKeyIdentifier: named } = crl
  if (named !== null && named !== issuer.subjectKeyIdentifier) return false
  return crl.issuer.equals(crlIssuer(issuer.der))
}

/** RFC 5758 §3.2 and RFC 4055 §5, by key type: an algorithm says nothing about another's key. */
const digests: Readonly<Record<string, { readonly keyType: string; readonly digest: string }>> = {
  '1.2.840.10045.4.3.2': { keyType: 'ec', digest: 'sha256' },
  '1.2.840.10045.4.3.3': { keyType: 'ec', digest: 'sha384' },
  '1.2.840.10045.4.3.4': { keyType: 'ec', digest: 'sha512' },
  '1.2.840.113549.1.1.11': { keyType: 'rsa', digest: 'sha256' },
  '1.2.840.113549.1.1.12': { keyType: 'rsa', digest: 'sha384' },
  '1.2.840.113549.1.1.13': { keyType: 'rsa', digest: 'sha512' },
}

function hasSignatureOf(crl: Crl, { publicKey }: Certificate): boolean {
  const algorithm = digests[crl.signatureAlgorithm]
  if (algorithm === undefined || algorithm.keyType !== publicKey.asymmetricKeyType) return false
  return verify(algorithm.digest, crl.toBeSigned, publicKey, crl.signature)
}

/**
 * The last look at a list of our own before it is published: it is the one that was meant.
 *
 * @throws CrlRefused as `checkCrl`, and `number-differs`, `times-differ`,
 *   `other-distribution-point`, `entries-differ`
 */
export function checkPublished(der: Buffer, content: CrlContent, entryCount: number): Crl {
  const order = createOrder()
  const crl = checkCrl(der, content.issuerDer, order.add)
  if (crl.number !== content.number) throw notMeant('number-differs')
  const { thisUpdate, nextUpdate } = crl
  const isInTime =
    Number(thisUpdate) === Number(content.thisUpdate) &&
    Number(nextUpdate) === Number(content.nextUpdate)
  if (!isInTime) throw notMeant('times-differ')
  if (!isFrom(crl, content.url)) throw notMeant('other-distribution-point')
  if (crl.entryCount !== entryCount || !order.isAscending()) throw notMeant('entries-differ')
  return crl
}

function isFrom({ distributionPoint }: Crl, url: string | null): boolean {
  if (distributionPoint === null) return url === null
  return distributionPoint.urls.join() === url && !distributionPoint.isRestricted
}

/** Strictly ascending, so that no serial number is there twice. */
function createOrder() {
  let last = ''
  let isAscending = true
  return {
    add: ({ serialNumber }: ReadEntry): void => {
      isAscending &&= last < serialNumber
      last = serialNumber
    },
    isAscending: () => isAscending,
  }
}

function notMeant(problem: CrlProblem): CrlRefused {
  return new CrlRefused(problem, `the list that was signed is not the one meant: ${problem}`)
}
