import { verify, type KeyObject } from 'node:crypto'
import { createCardStore, type CertificateStanding } from '../cards/card-store.ts'
import type { Clock } from '../clock.ts'
import type { Queryable } from '../db/pool.ts'
import { AppError } from '../errors.ts'
import { parseCertificate, type Certificate } from '../pki/certificate.ts'
import type { CertificateStore } from '../pki/certificate-store.ts'
import { checkChain, loadTrustAnchors, type TrustAnchors } from '../pki/chain.ts'
import type { SignaturePart } from './batch.ts'
import type { SignatureAlgorithm, UnverifiedBatch, UnverifiedSignature } from './batch-file.ts'
import { BatchRefused } from './batch-refused.ts'

export interface VerifyBatchDeps {
  readonly db: Queryable
  readonly clock: Clock
  readonly certificates: Pick<CertificateStore, 'listAuthorities'>
}

/** A person whose card has signed, and still counts. */
export interface Signer {
  readonly part: SignaturePart
  readonly holderId: string
  readonly name: string
  readonly cardUuid: string
  /** As the desk's clock said; part of what was signed. */
  readonly signedAt: Date
}

/**
 * Who has signed the file. Each signature is judged at this instant, by the registry as it stands:
 *
 * 1. The certificate is one that an authority of ours has issued for a card of its kind, for the
 *    key that authenticates (9A) or that signs documents (9C).
 * 2. Certificate, card and holder are active.
 * 3. The signature is right over exactly these bytes, by the algorithm of this key.
 * 4. Nobody has signed twice, in whatever part: two signatures are two persons.
 *
 * Does not check whether the signer may sign, nor whether there are enough signatures.
 *
 * @throws BatchRefused `signer-unknown`, `signature-invalid`, `same-signer`; the facts say which
 */
export async function verifyBatch(
  { db, clock, certificates }: VerifyBatchDeps,
  { signatures }: UnverifiedBatch,
): Promise<Signer[]> {
  const anchors = loadTrustAnchors(await certificates.listAuthorities())
  const signers: Signer[] = []
  for (const [at, signature] of signatures.entries()) {
    const which = { signature: at + 1, part: signature.header.part }
    const signer = await verifyOne({ db, anchors, now: clock.now() }, signature, which)
    if (signers.some(({ holderId }) => holderId === signer.holderId))
      throw new BatchRefused('same-signer', { ...which, signer: signer.name })
    signers.push(signer)
  }
  return signers
}

interface Grounds {
  readonly db: Queryable
  readonly anchors: TrustAnchors
  readonly now: Date
}

interface Which {
  readonly signature: number
  readonly part: SignaturePart
}

async function verifyOne(
  grounds: Grounds,
  { header, signedBytes, signature }: UnverifiedSignature,
  which: Which,
): Promise<Signer> {
  const der = Buffer.from(header.x5c[0], 'base64')
  const { certificate, standing } = await findSigner(grounds, der, which)
  const { holder, card } = standing
  const isRight =
    header.alg === signatureAlgorithmOf(certificate.publicKey) &&
    isSignatureRight(certificate.publicKey, signedBytes, signature)
  if (!isRight)
    throw new BatchRefused('signature-invalid', { ...which, signer: holder.displayName })
  return {
    ...{ part: header.part, holderId: holder.id, name: holder.displayName },
    ...{ cardUuid: card.cardUuid, signedAt: new Date(header.iat * 1000) },
  }
}

interface FoundSigner {
  readonly certificate: Certificate
  readonly standing: CertificateStanding
}

/**
 * Whose certificate this is, if it may vouch for a person now.
 *
 * @throws BatchRefused `signer-unknown`, with the fault in its facts
 */
export async function findSigner(
  { db, anchors, now }: Grounds,
  der: Buffer,
  which: Which,
): Promise<FoundSigner> {
  const unknown = (fault: string, cause?: unknown) =>
    new BatchRefused('signer-unknown', { ...which, fault }, { cause })
  let certificate: Certificate
  let kind: string
  try {
    certificate = parseCertificate(der)
    kind = checkChain(certificate, anchors, now).kind
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    throw unknown(error.code, error)
  }
  const { standing } = await createCardStore(db).findCertificateStanding(
    certificate.fingerprint,
    null,
  )
  if (standing === null) throw unknown('certificate-unknown')
  const { card, holder, certificate: registered } = standing
  if (card.kind !== kind || !signingSlots.includes(registered.slot ?? '')) {
    throw unknown('certificate-of-another-use')
  }
  if (registered.status !== 'active') throw unknown(`certificate-${registered.status}`)
  if (card.state !== 'active' || now >= card.expiresAt) throw unknown(`card-${card.state}`)
  if (holder.state !== 'active') throw unknown('holder-inactive')
  return { certificate, standing }
}

const signingSlots: readonly string[] = ['9C', '9A']

/** The one algorithm that a key is for here (RFC 7518 §3.3, §3.4); null for other keys. */
export function signatureAlgorithmOf(publicKey: KeyObject): SignatureAlgorithm | null {
  const { namedCurve } = publicKey.asymmetricKeyDetails ?? {}
  if (publicKey.asymmetricKeyType === 'rsa') return 'RS256'
  if (namedCurve === 'prime256v1') return 'ES256'
  return namedCurve === 'secp384r1' ? 'ES384' : null
}

function isSignatureRight(key: KeyObject, signed: Buffer, signature: Buffer): boolean {
  const hash = signatureAlgorithmOf(key) === 'ES384' ? 'sha384' : 'sha256'
  return verify(hash, signed, { key, dsaEncoding: 'ieee-p1363' }, signature)
}
