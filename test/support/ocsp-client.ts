import 'reflect-metadata'
import { createHash, createPublicKey, verify, X509Certificate } from 'node:crypto'
import {
  BasicOCSPResponse,
  CertID,
  id_pkix_ocsp_nonce,
  OCSPRequest,
  OCSPResponse,
  OCSPResponseStatus,
  Request,
  TBSRequest,
  type CertStatus,
} from '@peculiar/asn1-ocsp'
import { AsnConvert, OctetString } from '@peculiar/asn1-schema'
import { AlgorithmIdentifier, Certificate, CRLReasons, Extension } from '@peculiar/asn1-x509'

/** A client on other people's ASN.1, so that it shares no mistake with ours. */
export interface AskedCertificate {
  readonly issuerDer: Buffer
  /** Hexadecimal. */
  readonly serialNumber: string
}

export interface OcspQuestion {
  readonly hash?: 'sha1' | 'sha256'
  /** Whether the hash algorithm's parameters are NULL (as OpenSSL writes) or absent. */
  readonly nullParameters?: boolean
  readonly nonce?: Buffer
  readonly extensions?: readonly Extension[]
}

const hashIds = { sha1: '1.3.14.3.2.26', sha256: '2.16.840.1.101.3.4.2.1' } as const

export function ocspRequest(
  certificates: readonly AskedCertificate[],
  question: OcspQuestion = {},
): Buffer {
  const { nonce, extensions = [] } = question
  const requestExtensions = [...(nonce ? [nonceExtension(nonce)] : []), ...extensions]
  const tbsRequest = new TBSRequest({
    requestList: certificates.map((one) => new Request({ reqCert: certId(one, question) })),
    ...(requestExtensions.length > 0 && { requestExtensions }),
  })
  return Buffer.from(AsnConvert.serialize(new OCSPRequest({ tbsRequest })))
}

export function nonceExtension(nonce: Buffer): Extension {
  const extnValue = new OctetString(AsnConvert.serialize(new OctetString(nonce)))
  return new Extension({ extnID: id_pkix_ocsp_nonce, critical: false, extnValue })
}

function certId(
  { issuerDer, serialNumber }: AskedCertificate,
  { hash = 'sha1', nullParameters = true }: OcspQuestion,
): CertID {
  const { subject, subjectPublicKeyInfo } = AsnConvert.parse(issuerDer, Certificate).tbsCertificate
  const digest = (bytes: ArrayBuffer) =>
    new OctetString(createHash(hash).update(Buffer.from(bytes)).digest())
  const positive = /^[89a-f]/.test(serialNumber) ? `00${serialNumber}` : serialNumber
  return new CertID({
    hashAlgorithm: new AlgorithmIdentifier({
      algorithm: hashIds[hash],
      ...(nullParameters && { parameters: Uint8Array.of(0x05, 0x00).buffer }),
    }),
    issuerNameHash: digest(AsnConvert.serialize(subject)),
    issuerKeyHash: digest(subjectPublicKeyInfo.subjectPublicKey),
    serialNumber: new Uint8Array(Buffer.from(positive, 'hex')).buffer,
  })
}

export interface OcspReading {
  readonly status: keyof typeof OCSPResponseStatus
  /** Empty unless successful. */
  readonly certificates: readonly CertificateReading[]
  readonly nonce: Buffer | null
  readonly producedAt: Date | null
  readonly signer: X509Certificate | null
}

export interface CertificateReading {
  readonly serialNumber: string
  /** `good`, `unknown`, or the reason of the revocation (`revoked` where none is given). */
  readonly says: string
  readonly revokedAt: Date | null
  readonly thisUpdate: Date
  readonly nextUpdate: Date | null
}

/** Reads an answer and verifies what a client would: whose it is, and by whom it was signed. */
export function readOcspResponse(der: Buffer, issuerDer: Buffer): OcspReading {
  const { responseStatus, responseBytes } = AsnConvert.parse(der, OCSPResponse)
  const status = OCSPResponseStatus[responseStatus] as keyof typeof OCSPResponseStatus
  if (responseBytes === undefined) {
    return { status, certificates: [], nonce: null, producedAt: null, signer: null }
  }
  const basic = AsnConvert.parse(responseBytes.response.buffer, BasicOCSPResponse)
  const signer = verifiedSigner(basic, issuerDer)
  const { producedAt, responses, responseExtensions = [] } = basic.tbsResponseData
  const nonce = responseExtensions.find(({ extnID }) => extnID === id_pkix_ocsp_nonce)
  return {
    status,
    signer,
    producedAt,
    nonce: nonce ? Buffer.from(AsnConvert.parse(nonce.extnValue.buffer, OctetString).buffer) : null,
    certificates: responses.map(({ certID, certStatus, thisUpdate, nextUpdate }) => ({
      serialNumber: Buffer.from(certID.serialNumber).toString('hex').replace(/^00/, ''),
      says: wordsOf(certStatus),
      revokedAt: certStatus.revoked?.revocationTime ?? null,
      thisUpdate,
      nextUpdate: nextUpdate ?? null,
    })),
  }
}

function wordsOf({ good, revoked }: CertStatus): string {
  if (good !== undefined) return 'good'
  if (revoked === undefined) return 'unknown'
  const { revocationReason } = revoked
  return revocationReason === undefined ? 'revoked' : CRLReasons[revocationReason.reason]
}

/** RFC 6960 §3.2: the signer is named by its key, certified by the issuer itself, for this. */
function verifiedSigner(basic: BasicOCSPResponse, issuerDer: Buffer): X509Certificate {
  const [certificate] = basic.certs ?? []
  if (certificate === undefined) throw new Error('no signer in the answer')
  const signer = new X509Certificate(Buffer.from(AsnConvert.serialize(certificate)))
  if (!signer.verify(new X509Certificate(issuerDer).publicKey)) throw new Error('not the issuer’s')
  if (!signer.keyUsage.includes('1.3.6.1.5.5.7.3.9')) throw new Error('not for OCSP')
  const spki = certificate.tbsCertificate.subjectPublicKeyInfo
  const keyHash = createHash('sha1').update(Buffer.from(spki.subjectPublicKey)).digest()
  const { byKey } = basic.tbsResponseData.responderID
  if (byKey === undefined || !keyHash.equals(Buffer.from(byKey.buffer)))
    throw new Error('other key')
  const data = Buffer.from(basic.tbsResponseDataRaw ?? new ArrayBuffer(0))
  const key = createPublicKey({
    key: Buffer.from(AsnConvert.serialize(spki)),
    format: 'der',
    type: 'spki',
  })
  if (!verify('sha256', data, key, Buffer.from(basic.signature))) throw new Error('wrong signature')
  return signer
}
