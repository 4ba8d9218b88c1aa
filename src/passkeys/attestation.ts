import { X509Certificate } from 'node:crypto'
import type { DeviceModel } from './attestation-metadata.ts'
import type { VerifiedCredential } from './checks/new-credential.ts'
import type { AttestationVerdict } from './passkey.ts'
import type { ReceivedRegistration } from './received-response.ts'
import { PasskeyRefused } from './refusal.ts'
import type { RelyingParty } from './relying-party.ts'

export interface JudgedAttestation {
  readonly attestationVerdict: AttestationVerdict
  /** null where it was not asked for. */
  readonly attestationObject: Buffer | null
}

/**
 * Does the imported metadata vouch for the model of device? The statement's own signature has been
 * verified before.
 *
 * @throws PasskeyRefused `attestation-untrusted` where policy takes only models that are vouched for
 */
export function judgeAttestation(
  received: ReceivedRegistration,
  by: {
    readonly credential: VerifiedCredential
    readonly relyingParty: RelyingParty
    readonly now: Date
  },
): JudgedAttestation {
  const { policy, metadata } = by.relyingParty
  if (policy.attestation === 'none') return { attestationVerdict: 'none', attestationObject: null }
  const { aaguid, attestationFormat } = by.credential
  const model = metadata.get(aaguid)
  const attestationVerdict = verdictOn(received.certificates, {
    ...{ model, attestationFormat, now: by.now },
  })
  if (policy.attestation === 'trusted' && attestationVerdict !== 'trusted')
    throw new PasskeyRefused('attestation-untrusted', { facts: { aaguid, attestationVerdict } })
  const { attestationObject } = received.json.response
  return { attestationVerdict, attestationObject: Buffer.from(attestationObject, 'base64url') }
}

function verdictOn(
  certificates: readonly Uint8Array[],
  known: { model: DeviceModel | undefined; attestationFormat: string; now: Date },
): AttestationVerdict {
  if (known.attestationFormat === 'none') return 'none'
  if (certificates.length === 0) return 'self'
  if (known.model === undefined) return 'unlisted'
  if (known.model.isWithdrawn) return 'withdrawn'
  return leadsToRoot(certificates, known.model.roots, known.now) ? 'trusted' : 'untrusted'
}

/**
 * Whether each certificate is signed by the next and the last by a root, or is one itself; all of
 * them in their time (RFC 5280 §6.1, without policies: makers of devices use none). Vendors'
 * revocation lists are not asked for: the metadata says which models are withdrawn.
 */
function leadsToRoot(
  received: readonly Uint8Array[],
  rootsDer: readonly Buffer[],
  now: Date,
): boolean {
  try {
    const chain = received.map((der) => new X509Certificate(der))
    const roots = rootsDer.map((der) => new X509Certificate(der))
    if (![...chain, ...roots].every((certificate) => isInTime(certificate, now))) return false
    const last = chain.at(-1)
    const isLinked = chain.slice(1).every((issuer, index) => isIssuedBy(chain[index], issuer))
    return (
      isLinked &&
      roots.some((root) => isIssuedBy(last, root) || last?.fingerprint256 === root.fingerprint256)
    )
  } catch {
    // A certificate that cannot be read vouches for nobody.
    return false
  }
}

function isIssuedBy(certificate: X509Certificate | undefined, issuer: X509Certificate): boolean {
  return certificate?.checkIssued(issuer) === true && certificate.verify(issuer.publicKey)
}

function isInTime({ validFrom, validTo }: X509Certificate, now: Date): boolean {
  return Date.parse(validFrom) <= now.getTime() && now.getTime() <= Date.parse(validTo)
}
