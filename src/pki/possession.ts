import { verify } from 'node:crypto'
import type { KeyAlgorithm } from '../keystore/keystore.ts'
import { CertificateRequestRefused } from './certificate-request.ts'
import { readSigningRequest } from './certificate-signing-request.ts'
import type { CheckedKey } from './key-policy.ts'
import { isForSigning, type LeafProfile } from './leaf-profile.ts'
import type { CertificateBearer } from './registered-certificate.ts'

/** How whoever asks for a certificate shows that the private key is where it should be. */
export type PossessionProof =
  | {
      /** A PKCS #10 request about the very key, DER or PEM. Nothing else is taken from it. */
      readonly kind: 'csr'
      readonly request: Buffer
    }
  | {
      /** Over `possessionBytes`, as the key signs in PIV: see `possessionHash`. */
      readonly kind: 'signature'
      /** At least 16 random bytes that whoever asks for the certificate made for this one time. */
      readonly nonce: Buffer
      /** ECDSA as R‖S, as cards' and our own keys give it; RSA with PKCS #1 v1.5. */
      readonly signature: Buffer
    }
  | {
      /**
       * The key was seen being made: the desk told the card to make it over the same unbroken
       * session and read the public half from the answer. For keys that cannot sign (9D) alone.
       */
      readonly kind: 'made-in-session'
    }
  | {
      /** A JWS by the terminal's key over the enrolment code, which `enrolTerminal` has verified. */
      readonly kind: 'terminal-enrolment'
    }

const minNonceBytes = 16

/**
 * What a key signs to prove that its owner has it: a sentence that no other protocol of ours signs,
 * and that names the bearer and our challenge, so that it is good for no other certificate.
 */
export function possessionBytes(bearer: CertificateBearer, nonce: Buffer): Buffer {
  const lines = ['ecard-sso: this key is mine', nameOf(bearer), nonce.toString('base64url')]
  return Buffer.from(lines.join('\n'))
}

function nameOf(bearer: CertificateBearer): string {
  if ('cardUuid' in bearer) return `card ${bearer.cardUuid.toLowerCase()} slot ${bearer.slot}`
  if ('terminalId' in bearer) return `terminal ${bearer.terminalId}`
  return `service ${bearer.service}`
}

/** SP 800-78-5 table 3: the hash that goes with the size of the key. */
export function possessionHash(algorithm: KeyAlgorithm): 'sha256' | 'sha384' {
  return algorithm === 'P-384' ? 'sha384' : 'sha256'
}

export interface PossessionClaim extends CheckedKey {
  /** SubjectPublicKeyInfo of `key`, DER. */
  readonly publicKey: Buffer
  readonly bearer: CertificateBearer
  readonly profile: LeafProfile
}

/**
 * @throws CertificateRequestRefused `possession` when the proof does not hold or is not of a kind
 *   that will do for the bearer and the key; `csr` when a request cannot be read or its signature
 *   is wrong
 */
export function checkPossession(proof: PossessionProof, claim: PossessionClaim): void {
  switch (proof.kind) {
    case 'csr': {
      const { publicKey } = readSigningRequest(proof.request)
      if (!publicKey.equals(claim.publicKey)) throw refused('must be about the same key')
      return
    }
    case 'signature':
      if (!isRightSignature(proof, claim)) throw refused('must be a signature over our challenge')
      return
    case 'made-in-session':
      if ('cardUuid' in claim.bearer && !isForSigning(claim.profile)) return
      throw refused('must be a signature or a request: this key can sign')
    case 'terminal-enrolment':
      if ('terminalId' in claim.bearer) return
      throw refused('must be a signature or a request: this is not a terminal')
  }
}

function isRightSignature(
  { nonce, signature }: { readonly nonce: Buffer; readonly signature: Buffer },
  { key, algorithm, bearer }: PossessionClaim,
): boolean {
  if (nonce.length < minNonceBytes) return false
  try {
    const signer = { key, dsaEncoding: 'ieee-p1363' } as const
    return verify(possessionHash(algorithm), possessionBytes(bearer, nonce), signer, signature)
  } catch {
    return false
  }
}

function refused(message: string): CertificateRequestRefused {
  return new CertificateRequestRefused('possession', message)
}
