import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import type { KeySlot } from '../../src/holders/card-kind.ts'
import type { KeyAlgorithm } from '../../src/keystore/keystore.ts'
import { possessionBytes, possessionHash, type PossessionProof } from '../../src/pki/possession.ts'
import type { CertificateBearer } from '../../src/pki/registered-certificate.ts'
import { systemRandom } from '../../src/random.ts'

/** A key as a card or a server would have it, and what it can prove of itself. */
export interface TestKey {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer
  readonly privateKey: KeyObject
  /** A proof that is good for that bearer alone. */
  prove(bearer: CertificateBearer): PossessionProof & { readonly kind: 'signature' }
}

export function makeTestKey(algorithm: KeyAlgorithm = 'P-256'): TestKey {
  const { publicKey, privateKey } = algorithm.startsWith('RSA')
    ? generateKeyPairSync('rsa', { modulusLength: Number(algorithm.slice(4)) })
    : generateKeyPairSync('ec', { namedCurve: algorithm })
  return {
    publicKey: publicKey.export({ format: 'der', type: 'spki' }),
    privateKey,
    prove: (bearer) => provePossession(privateKey, algorithm, bearer),
  }
}

/** What a card with that key would answer to our challenge. */
export function provePossession(
  privateKey: KeyObject,
  algorithm: KeyAlgorithm,
  bearer: CertificateBearer,
): PossessionProof & { readonly kind: 'signature' } {
  const nonce = systemRandom.bytes(32)
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const
  const signature = sign(possessionHash(algorithm), possessionBytes(bearer, nonce), key)
  return { kind: 'signature', nonce, signature }
}

/** Slot 9D cannot sign; all others do. */
export function provePossessionOfSlot(key: TestKey, of: { cardUuid: string; slot: KeySlot }) {
  return of.slot === '9D' ? ({ kind: 'made-in-session' } as const) : key.prove(of)
}
