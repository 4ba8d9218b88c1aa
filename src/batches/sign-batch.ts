import { createHash } from 'node:crypto'
import { createAuditStore } from '../audit/audit-store.ts'
import type { CardKeyAlgorithm, DeskCard } from '../cards/desk-card.ts'
import { CardFault } from '../cards/card-fault.ts'
import type { Database } from '../db/pool.ts'
import { parseCertificate, type Certificate } from '../pki/certificate.ts'
import { loadTrustAnchors } from '../pki/chain.ts'
import type { SignaturePart } from './batch.ts'
import {
  readBatchFile,
  signingInput,
  withSignature,
  type SignatureAlgorithm,
  type SignatureHeader,
} from './batch-file.ts'
import { BatchRefused } from './batch-refused.ts'
import { checkNotForOneself, checkSignerMay } from './signer-permission.ts'
import {
  findSigner,
  signatureAlgorithmOf,
  verifyBatch,
  type Signer,
  type VerifyBatchDeps,
} from './verify-batch.ts'

export interface SignBatchDeps extends VerifyBatchDeps {
  readonly db: Database
}

export interface SignBatchRequest {
  /** The file's text. */
  readonly file: string
  readonly part: SignaturePart
  readonly actor: string
}

export interface SignedBatch {
  readonly file: string
  readonly signer: Signer
}

/**
 * Adds the signature of the person whose card is presented, who enters the PIN: with the key that
 * signs documents (9C) where the card has one that counts, else with 9A.
 *
 * 1. The signatures that are there hold.
 * 2. Approving needs the preparer's signature before it, and another person's hand.
 * 3. The signer is known, active, and may do this part.
 * 4. The card signs; what it signed is verified before the file has it.
 *
 * @throws BatchRefused, CardFault
 */
export async function signBatch(
  deps: SignBatchDeps,
  card: DeskCard,
  { file, part, actor }: SignBatchRequest,
): Promise<SignedBatch> {
  const batch = readBatchFile(file)
  const before = await verifyBatch(deps, batch)
  checkTurn(before, part)
  await card.identify()
  const key = await findSigningKey(deps, card, part)
  const { holder } = key
  if (before.some(({ holderId }) => holderId === holder.id))
    throw new BatchRefused('same-signer', { part, signer: holder.displayName })
  const wouldBe = { holderId: holder.id, name: holder.displayName, part }
  await checkSignerMay(deps.db, wouldBe, batch.content)
  if (part === 'approve') checkNotForOneself(wouldBe, batch.content)
  const now = deps.clock.now()
  const header: SignatureHeader = {
    ...{ alg: key.alg, typ: 'ecard-batch+json', x5c: [key.certificate.der.toString('base64')] },
    ...{ part, iat: Math.floor(now.getTime() / 1000) },
  }
  await card.enterPin()
  const signature = await signWith(card, key, signingInput(file, header))
  const signed = withSignature(file, header, signature)
  const signer = (await verifyBatch(deps, readBatchFile(signed))).at(-1)
  if (signer === undefined) throw new BatchRefused('unsigned')
  await createAuditStore(deps.db).append({
    ...{ at: now, event: part === 'prepare' ? 'batch.signed' : 'batch.approved' },
    ...{ outcome: 'succeeded', actor, holderId: signer.holderId, cardUuid: signer.cardUuid },
    facts: {
      batchId: batch.content.id,
      requests: batch.content.requests.length,
      payloadSha256: batch.payloadSha256.toString('hex'),
    },
  })
  return { file: signed, signer }
}

function checkTurn(before: readonly Signer[], part: SignaturePart): void {
  const isPrepared = before.some((signer) => signer.part === 'prepare')
  if (part === 'approve' && !isPrepared) throw new BatchRefused('unsigned')
  if (part === 'prepare' && isPrepared) throw new BatchRefused('signed-already')
}

interface SigningKey {
  readonly slot: '9C' | '9A'
  readonly certificate: Certificate
  readonly alg: SignatureAlgorithm
  readonly holder: { readonly id: string; readonly displayName: string }
}

async function findSigningKey(
  { db, clock, certificates }: SignBatchDeps,
  card: DeskCard,
  part: SignaturePart,
): Promise<SigningKey> {
  const anchors = loadTrustAnchors(await certificates.listAuthorities())
  let refusal: unknown = new BatchRefused('signer-unknown', { part, fault: 'no-certificate' })
  for (const slot of ['9C', '9A'] as const) {
    const der = await card.readCertificate(slot)
    if (der === null) continue
    try {
      const grounds = { db, anchors, now: clock.now() }
      const { standing } = await findSigner(grounds, der, { signature: 0, part })
      const certificate = parseCertificate(der)
      const alg = signatureAlgorithmOf(certificate.publicKey)
      if (alg !== null) return { slot, certificate, alg, holder: standing.holder }
    } catch (error) {
      if (!(error instanceof BatchRefused)) throw error
      refusal = error
    }
  }
  throw refusal
}

const cardKeys: Readonly<Record<SignatureAlgorithm, CardKeyAlgorithm>> = {
  ES256: 'P-256',
  ES384: 'P-384',
  RS256: 'RSA-2048',
}

async function signWith(
  card: DeskCard,
  { slot, alg, certificate }: SigningKey,
  bytes: Buffer,
): Promise<Buffer> {
  const digest = createHash(alg === 'ES384' ? 'sha384' : 'sha256')
    .update(bytes)
    .digest()
  const modulus = certificate.publicKey.asymmetricKeyDetails?.modulusLength ?? 2048
  // Cards make RSA keys of 2048 bits (SP 800-78-5 table 1); another length could not be asked for.
  if (modulus !== 2048) throw new CardFault('not-supported', { slot })
  return card.sign(slot, { algorithm: cardKeys[alg], digest })
}
