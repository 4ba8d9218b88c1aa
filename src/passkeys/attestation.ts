import { X509Certificate } from 'node:crypto'
import type { DeviceModel } from './attestation-metadata.ts'
import { leadsToRoot } from './certificate-path.ts'
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
  return isVouchedFor(certificates, known.model.roots, known.now) ? 'trusted' : 'untrusted'
}

/** A certificate that cannot be read vouches for nobody, whichever of them it is. */
function isVouchedFor(
  received: readonly Uint8Array[],
  rootsDer: readonly Buffer[],
  now: Date,
): boolean {
  try {
    const chain = received.map((der) => new X509Certificate(der))
    const roots = rootsDer.map((der) => new X509Certificate(der))
    return leadsToRoot(chain, roots, now)
  } catch {
    return false
  }
}
