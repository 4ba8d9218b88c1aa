import type { SigningKey } from '../keystore/keystore.ts'
import { derTags } from './der.ts'
import { writeBitString, writeExplicit, writeSequence, writeValue } from './der-writer.ts'
import { reasonCodes, type StatusReason } from './revocation-reasons.ts'
import { signDer } from './signing.ts'
import { encodeSignatureAlgorithm } from './to-be-signed.ts'

/** What an answer says about one certificate (RFC 6960 §2.2). */
export type OcspStatus =
  | { readonly state: 'good' }
  | {
      readonly state: 'revoked'
      readonly at: Date
      /** `certificateHold` is the one that can end again. */
      readonly reason: StatusReason
    }
  | { readonly state: 'unknown' }

export interface SingleStatus {
  /** CertID as it was asked for, DER. */
  readonly certId: Buffer
  readonly status: OcspStatus
}

export interface OcspResponseData {
  readonly statuses: readonly SingleStatus[]
  /** When the registry was asked; also when the answer was signed. */
  readonly producedAt: Date
  readonly nextUpdate: Date
  /** Of the request; null where it had none. */
  readonly nonce: Buffer | null
}

/** Who signs for one authority, with everything about it that each answer repeats. */
export interface OcspSigner {
  readonly key: SigningKey
  readonly serialNumber: string
  readonly notBefore: Date
  readonly notAfter: Date
  /** ResponderID byKey, AlgorithmIdentifier and `certs`, DER. */
  readonly responderId: Buffer
  readonly signatureAlgorithm: Buffer
  readonly certificates: Buffer
}

const enumeratedTag = 0x0a
/** CertStatus: [0] good and [2] unknown are NULL, [1] revoked is a sequence, all implicit. */
const good = Buffer.of(0x80, 0x00)
const revokedTag = 0xa1
const unknown = Buffer.of(0x82, 0x00)
/** id-pkix-ocsp-basic and id-pkix-ocsp-nonce, 1.3.6.1.5.5.7.48.1 .1 and .2. */
const basicId = Buffer.from('06092b0601050507300101', 'hex')
const nonceId = Buffer.from('06092b0601050507300102', 'hex')

/** Every status but `successful` is a whole answer, unsigned (RFC 6960 §2.3). */
export const ocspErrors = {
  malformedRequest: errorResponse(1),
  internalError: errorResponse(2),
  tryLater: errorResponse(3),
  unauthorized: errorResponse(6),
} as const
export type OcspError = keyof typeof ocspErrors

/**
 * @param keyHash - SHA-1 of the signer's public key, as its certificate has it (RFC 6960 §4.2.1)
 */
export function prepareSigner(
  signer: Pick<OcspSigner, 'key' | 'serialNumber' | 'notBefore' | 'notAfter'>,
  { certificateDer, keyHash }: { certificateDer: Buffer; keyHash: Buffer },
): OcspSigner {
  const { key, serialNumber, notBefore, notAfter } = signer
  return {
    ...{ key, serialNumber, notBefore, notAfter },
    responderId: writeExplicit(2, writeValue(derTags.octetString, keyHash)),
    signatureAlgorithm: encodeSignatureAlgorithm(key.algorithm),
    certificates: writeExplicit(0, writeSequence(certificateDer)),
  }
}

/**
 * A signed BasicOCSPResponse (RFC 6960 §4.2.1) with the signer's certificate in it.
 *
 * @throws KeystoreUnavailable
 */
export async function signOcspResponse(
  data: OcspResponseData,
  signer: OcspSigner,
): Promise<Buffer> {
  const toBeSigned = responseData(data, signer)
  const signature = await signDer(signer.key, toBeSigned)
  const basic = writeSequence(
    toBeSigned,
    signer.signatureAlgorithm,
    writeBitString(signature),
    signer.certificates,
  )
  const bytes = writeSequence(basicId, writeValue(derTags.octetString, basic))
  return writeSequence(responseStatus(0), writeExplicit(0, bytes))
}

function errorResponse(status: number): Buffer {
  return writeSequence(responseStatus(status))
}

function responseStatus(status: number): Buffer {
  return writeValue(enumeratedTag, Buffer.of(status))
}

function responseData(data: OcspResponseData, { responderId }: OcspSigner): Buffer {
  const { statuses, nonce } = data
  const producedAt = time(data.producedAt)
  const nextUpdate = writeExplicit(0, time(data.nextUpdate))
  const singles = statuses.map(({ certId, status }) =>
    writeSequence(certId, certStatus(status), producedAt, nextUpdate),
  )
  const extensions = nonce === null ? [] : [writeExplicit(1, nonceExtension(nonce))]
  return writeSequence(responderId, producedAt, writeSequence(...singles), ...extensions)
}

function certStatus(status: OcspStatus): Buffer {
  switch (status.state) {
    case 'good':
      return good
    case 'unknown':
      return unknown
    case 'revoked':
      return writeValue(revokedTag, time(status.at), ...reasonOf(status.reason))
  }
}

/** "Unspecified" is said by saying nothing (RFC 5280 §5.3.1). */
function reasonOf(reason: StatusReason): Buffer[] {
  if (reason === 'unspecified') return []
  const number = writeValue(enumeratedTag, Buffer.of(reasonCodes[reason]))
  return [writeExplicit(0, number)]
}

/** The value is an OCTET STRING within the extension's (RFC 9654 §2.1). */
function nonceExtension(nonce: Buffer): Buffer {
  const value = writeValue(derTags.octetString, writeValue(derTags.octetString, nonce))
  return writeSequence(writeSequence(nonceId, value))
}

/** GeneralizedTime in Zulu, to the second (RFC 6960 §4.2.2.1, RFC 5280 §4.1.2.5.2). */
function time(instant: Date): Buffer {
  const digits = instant.toISOString().slice(0, 19).replace(/\D/g, '')
  return writeValue(derTags.generalizedTime, Buffer.from(`${digits}Z`, 'latin1'))
}
