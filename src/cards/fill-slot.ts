import { createHash, createPublicKey, verify } from 'node:crypto'
import type { Holder } from '../holders/holder.ts'
import { parseCertificate } from '../pki/certificate.ts'
import type { IssuanceDeps } from '../pki/issuance.ts'
import {
  isInUse,
  issueCardCertificate,
  type CardPossessionProof,
} from '../pki/issue-card-certificate.ts'
import { possessionBytes, possessionHash } from '../pki/possession.ts'
import type { Queryable } from '../db/pool.ts'
import { CardFault } from './card-fault.ts'
import type { CardKindProfile, SlotProfile } from './card-kind-profile.ts'
import type { Card } from './card.ts'
import type { DeskCard } from './desk-card.ts'
import { keepAttestation, type AttestationPolicy } from './keep-attestation.ts'

export interface SlotDeps {
  readonly db: Queryable
  readonly issuance: IssuanceDeps
  readonly attestation: AttestationPolicy
}

export interface SlotRequest {
  readonly profile: SlotProfile
  readonly card: Card
  readonly holder: Holder
  readonly agencyPath: readonly string[]
  readonly actor: string
  readonly attestation: CardKindProfile['attestation']
  /** Whether the slot may be filled already. */
  readonly isResumed: boolean
  /** SHA-256 of certificates that count no longer: their places are taken. Default none. */
  readonly outdated?: readonly Buffer[]
  /** Certifies the key again that the registry knows, where there is one. Default false. */
  readonly keepsKey?: boolean
}

/**
 * A key made on the card, its certificate issued on proof of possession, written and read back. A
 * slot that holds the certificate that the registry counts is left as it is: its key was there
 * before the certificate, and would have taken the certificate's place had it been made anew.
 *
 * @throws CardFault `does-not-verify` when it does not read back as written
 */
export async function fillSlot(
  deps: SlotDeps,
  card: DeskCard,
  request: SlotRequest & { readonly reach: (step: string) => Promise<void> },
): Promise<void> {
  const { profile, reach, isResumed } = request
  const { slot } = profile
  if (isResumed && (await isFilled(deps, card, request))) return
  await reach(`key-${slot}`)
  const publicKey = (await keptKey(deps, request)) ?? (await makeKey(deps, card, request))
  const possession = await proveOnCard(deps, card, request)
  const { der } = await issueCardCertificate(deps.issuance, {
    ...{ cardUuid: request.card.cardUuid, kind: request.card.kind, slot, publicKey, possession },
    ...{ expiresAt: request.card.expiresAt, holder: request.holder },
    ...{ agencyPath: request.agencyPath, actor: request.actor, replace: isResumed },
  })
  await reach(`certificate-${slot}`)
  await card.putCertificate(slot, der)
  const readBack = await card.readCertificate(slot)
  if (readBack?.equals(der) !== true) throw new CardFault('does-not-verify', { slot })
}

async function isFilled(
  { issuance }: SlotDeps,
  card: DeskCard,
  { card: { cardUuid }, profile: { slot }, outdated = [] }: SlotRequest,
): Promise<boolean> {
  const inUse = await certificateInUse(issuance, { cardUuid, slot })
  if (inUse === null) return false
  const fingerprint = createHash('sha256').update(inUse).digest()
  if (outdated.some((one) => one.equals(fingerprint))) return false
  return (await card.readCertificate(slot))?.equals(inUse) === true
}

async function makeKey(deps: SlotDeps, card: DeskCard, request: SlotRequest): Promise<Buffer> {
  const { profile } = request
  const publicKey = await card.generateKey(profile.slot, profile)
  await keepAttestation(deps, card, { ...request, publicKey })
  return publicKey
}

/** Of the slot's certificate: the key was seen being made for that. */
async function keptKey(
  { issuance }: SlotDeps,
  { card: { cardUuid }, profile: { slot }, keepsKey = false }: SlotRequest,
): Promise<Buffer | null> {
  const inUse = keepsKey ? await certificateInUse(issuance, { cardUuid, slot }) : null
  return inUse === null
    ? null
    : parseCertificate(inUse).publicKey.export({ format: 'der', type: 'spki' })
}

async function certificateInUse(
  { certificates }: IssuanceDeps,
  { cardUuid, slot }: { cardUuid: string; slot: SlotProfile['slot'] },
): Promise<Buffer | null> {
  const all = await certificates.listByCard(cardUuid)
  return all.find((one) => one.slot === slot && isInUse(one))?.der ?? null
}

/** 9D agrees on keys and cannot sign: we saw it being made. */
async function proveOnCard(
  { issuance }: SlotDeps,
  card: DeskCard,
  { card: { cardUuid }, profile }: SlotRequest,
): Promise<CardPossessionProof> {
  const { slot, algorithm } = profile
  if (slot === '9D') return { kind: 'made-in-session' }
  const nonce = issuance.random.bytes(32)
  const bytes = possessionBytes({ cardUuid, slot }, nonce)
  const digest = createHash(possessionHash(algorithm)).update(bytes).digest()
  return { kind: 'signature', nonce, signature: await card.sign(slot, { algorithm, digest }) }
}

/**
 * Has the card sign as it will for its holder, and verifies that by the certificate that counts.
 *
 * @throws CardFault `does-not-verify`
 */
export async function signsWith(
  { issuance }: Pick<SlotDeps, 'issuance'>,
  card: DeskCard,
  { card: { cardUuid }, profile: { slot, algorithm } }: SlotRequest,
): Promise<void> {
  const der = await certificateInUse(issuance, { cardUuid, slot })
  if (der === null) throw new CardFault('does-not-verify', { slot })
  const nonce = issuance.random.bytes(32)
  const bytes = Buffer.concat([Buffer.from(`ecard-sso: issued, slot ${slot}\n`), nonce])
  const hash = possessionHash(algorithm)
  const digest = createHash(hash).update(bytes).digest()
  const signature = await card.sign(slot, { algorithm, digest })
  const key = createPublicKey(
    parseCertificate(der).publicKey.export({ format: 'pem', type: 'spki' }),
  )
  const isRight = verify(hash, bytes, { key, dsaEncoding: 'ieee-p1363' }, signature)
  if (!isRight) throw new CardFault('does-not-verify', { slot })
}
