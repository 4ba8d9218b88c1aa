import { createHash, createPublicKey, verify } from 'node:crypto'
import { parseCertificate } from '../pki/certificate.ts'
import { createCertificateStore } from '../pki/certificate-store.ts'
import { isInUse } from '../pki/issue-card-certificate.ts'
import { possessionHash } from '../pki/possession.ts'
import type { Random } from '../random.ts'
import { activateCard } from './activate-card.ts'
import { CardFault } from './card-fault.ts'
import { CardTransitionRefused, createCardStore } from './card-store.ts'
import type { Card } from './card.ts'
import type { CardStandingDeps } from './change-card-state.ts'
import type { CardKeyAlgorithm, DeskCard } from './desk-card.ts'

/**
 * A card that was handed over locked becomes active: its holder has just proven card and PIN (a
 * signature of 9A under its certificate, verified by the caller). Any other card stays as it is.
 *
 * @returns the card as it is now; two first uses at once both get it active
 * @throws CardTransitionRefused when it ended at the same moment
 */
export async function activateOnFirstUse(
  deps: CardStandingDeps,
  card: Card,
  { actor }: { readonly actor: string },
): Promise<Card> {
  if (card.state !== 'issued') return card
  const { cardUuid } = card
  try {
    return await activateCard(deps, { cardUuid, actor, reason: 'first tap and PIN' })
  } catch (error) {
    if (!(error instanceof CardTransitionRefused)) throw error
    const now = await createCardStore(deps.db).find(cardUuid)
    if (now?.state === 'active') return now
    throw error
  }
}

const algorithms: Readonly<Partial<Record<string, CardKeyAlgorithm>>> = {
  prime256v1: 'P-256',
  secp384r1: 'P-384',
}

/**
 * The same at the desk: the holder enters the PIN, and the card signs with 9A.
 *
 * @throws CardFault `someone-elses-card`, `card-ended`, `does-not-verify`, `pin-cancelled`
 */
export async function activateAtDesk(
  deps: CardStandingDeps & { readonly random: Random },
  presented: DeskCard,
): Promise<Card> {
  const { cardUuid } = await presented.identify()
  const card = cardUuid === null ? null : await createCardStore(deps.db).find(cardUuid)
  if (card === null) throw new CardFault('someone-elses-card')
  if (card.state !== 'issued' && card.state !== 'active') {
    throw new CardFault('card-ended', { cardUuid: card.cardUuid, state: card.state })
  }
  await presented.enterPin()
  await checkSignature(deps, presented, card)
  return activateOnFirstUse(deps, card, { actor: card.holderId })
}

async function checkSignature(
  { db, random }: CardStandingDeps & { readonly random: Random },
  presented: DeskCard,
  { cardUuid }: Card,
): Promise<void> {
  const all = await createCertificateStore(db).listByCard(cardUuid)
  const certificate = all.find((one) => one.slot === '9A' && isInUse(one))
  if (certificate === undefined) throw new CardFault('card-ended', { cardUuid })
  const { publicKey } = parseCertificate(certificate.der)
  const curve = publicKey.asymmetricKeyDetails?.namedCurve ?? ''
  const algorithm = algorithms[curve] ?? 'RSA-2048'
  const bytes = Buffer.concat([Buffer.from('ecard-sso: activate\n'), random.bytes(32)])
  const hash = possessionHash(algorithm)
  const digest = createHash(hash).update(bytes).digest()
  const signature = await presented.sign('9A', { algorithm, digest })
  const key = createPublicKey(publicKey.export({ format: 'pem', type: 'spki' }))
  const isRight = verify(hash, bytes, { key, dsaEncoding: 'ieee-p1363' }, signature)
  if (!isRight) throw new CardFault('does-not-verify', { slot: '9A' })
}
