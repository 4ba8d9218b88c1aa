import type { Queryable } from '../db/pool.ts'
import type { IssuanceDeps } from '../pki/issuance.ts'
import { keyFingerprintOf } from '../pki/key-policy.ts'
import { AttestationRefused, checkAttestation } from '../pki/attestation.ts'
import { CardFault } from './card-fault.ts'
import type { CardKindProfile, SlotProfile } from './card-kind-profile.ts'
import type { Card } from './card.ts'
import type { DeskCard } from './desk-card.ts'

/** Whose chips are believed. */
export interface AttestationPolicy {
  /** Certificates of the makers' roots, DER; none: no chip is asked. */
  readonly roots: readonly Buffer[]
}

interface AttestationRequest {
  readonly publicKey: Buffer
  readonly card: Card
  readonly profile: SlotProfile
  readonly attestation: CardKindProfile['attestation']
}

/**
 * Has the chip say that it made the key, verifies that up to a configured root, and keeps it.
 *
 * @throws CardFault `attestation-missing` where the profile requires what the chip does not offer,
 *   `attestation-refused` for one that does not hold
 */
export async function keepAttestation(
  deps: {
    readonly db: Queryable
    readonly issuance: Pick<IssuanceDeps, 'clock'>
    readonly attestation: AttestationPolicy
  },
  card: DeskCard,
  request: AttestationRequest,
): Promise<void> {
  const { roots } = deps.attestation
  const { slot } = request.profile
  const isAsked =
    request.attestation === 'required' ||
    (request.attestation === 'if-configured' && roots.length > 0)
  if (!isAsked) return
  const der = await card.attest(slot)
  const issuerDer = der === null ? null : await card.attestationAuthority()
  if (der === null || issuerDer === null) {
    if (request.attestation !== 'required') return
    throw new CardFault('attestation-missing', { slot })
  }
  const at = deps.issuance.clock.now()
  const facts = checked({ der, issuerDer, roots, at }, request)
  await insertAttestation(deps.db, request, { der, issuerDer, at, ...facts })
}

function checked(
  given: { der: Buffer; issuerDer: Buffer; roots: readonly Buffer[]; at: Date },
  { publicKey, profile }: AttestationRequest,
): { chipSerial: string | null; firmware: string } {
  try {
    const { slot, pinPolicy } = profile
    return checkAttestation(given, { publicKey, slot, pinPolicy })
  } catch (error) {
    if (!(error instanceof AttestationRefused)) throw error
    throw new CardFault(
      'attestation-refused',
      { slot: profile.slot, ...error.facts },
      { cause: error },
    )
  }
}

async function insertAttestation(
  db: Queryable,
  { card: { cardUuid }, profile: { slot }, publicKey }: AttestationRequest,
  kept: {
    readonly der: Buffer
    readonly issuerDer: Buffer
    readonly chipSerial: string | null
    readonly firmware: string
    readonly at: Date
  },
): Promise<void> {
  const { der, issuerDer, chipSerial, firmware, at } = kept
  await db.query(
    `insert into card_attestations (card_uuid, slot, key_fingerprint, der, issuer_der, chip_serial,
       firmware, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [cardUuid, slot, keyFingerprintOf(publicKey), der, issuerDer, chipSerial, firmware, at],
  )
  await db.query(`update cards set firmware = $2 where card_uuid = $1`, [cardUuid, firmware])
}
