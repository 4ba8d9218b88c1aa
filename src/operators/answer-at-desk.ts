import type { TokenAlgorithm, UnverifiedAuthToken } from '../card-auth/auth-token.ts'
import { CardRefused } from '../card-auth/refusal.ts'
import type { CardKeyAlgorithm, DeskCard } from '../cards/desk-card.ts'
import { CertificateUnreadable, parseCertificate, type Certificate } from '../pki/certificate.ts'

/** A card that lies at the desk, as it says: nothing of it is proven. */
export interface PresentedCard {
  readonly cardUuid: string
  /** Of its 9A key. */
  readonly certificate: Certificate
}

/** What the card answered to a challenge. */
export interface OperatorAnswer {
  readonly cardUuid: string
  readonly token: UnverifiedAuthToken & { readonly unverifiedCertificate: Buffer }
}

interface SigningProfile {
  readonly key: CardKeyAlgorithm
  readonly token: TokenAlgorithm
}

/** By the name of the curve, or the type of the key. */
const signingProfiles: Readonly<Partial<Record<string, SigningProfile>>> = {
  prime256v1: { key: 'P-256', token: 'ES256' },
  secp384r1: { key: 'P-384', token: 'ES384' },
  rsa: { key: 'RSA-2048', token: 'RS256' },
}

/**
 * Reads what the card at the desk says it is.
 *
 * @throws CardFault
 * @throws CardRefused `card-unknown` for a blank one, `token-malformed`
 */
export async function presentCard(card: DeskCard): Promise<PresentedCard> {
  const { cardUuid } = await card.identify()
  const der = cardUuid === null ? null : await card.readCertificate('9A')
  if (cardUuid === null || der === null) throw new CardRefused('card-unknown')
  return { cardUuid, certificate: readCertificate(der) }
}

/**
 * Asks for the PIN and has 9A sign H(H(origin) ‖ H(nonce)), as in every sign-in (Web eID
 * authentication token 1.0).
 *
 * @throws CardFault `pin-cancelled`, `pin-blocked`
 * @throws CardRefused `algorithm-not-allowed`
 */
export async function answerAtDesk(
  card: DeskCard,
  { cardUuid, certificate }: PresentedCard,
  question: { readonly origin: string; readonly nonce: string },
): Promise<OperatorAnswer> {
  const { key, token } = signingProfileOf(certificate)
  const signature = await card.signChallenge({ algorithm: key, ...question })
  const unverifiedCertificate = certificate.der
  return { cardUuid, token: { unverifiedCertificate, algorithm: token, signature } }
}

function readCertificate(der: Buffer): Certificate {
  try {
    return parseCertificate(der)
  } catch (cause) {
    if (!(cause instanceof CertificateUnreadable)) throw cause
    throw new CardRefused('token-malformed', { facts: { field: 'unverifiedCertificate' }, cause })
  }
}

function signingProfileOf({ publicKey }: Certificate): SigningProfile {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = publicKey
  const profile = signingProfiles[details?.namedCurve ?? type ?? '']
  if (profile === undefined) throw new CardRefused('algorithm-not-allowed')
  return profile
}
