import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { SettingsService } from '@simplewebauthn/server'
import { cose } from '@simplewebauthn/server/helpers'
import {
  PasskeyMetadataUnusable,
  readPasskeyMetadata,
  type PasskeyMetadata,
} from './attestation-metadata.ts'

/**
 * Passkeys: this folder owns WebAuthn, both ceremonies, the registry of passkeys and their
 * challenges. It never opens a session, and it never sees a card.
 */

/** `trusted`: only models that the metadata vouches for. */
export const attestationPolicies = ['none', 'direct', 'trusted'] as const
export type AttestationPolicy = (typeof attestationPolicies)[number]

export interface PasskeyPolicy {
  readonly attestation: AttestationPolicy
  /** Whether a passkey may be one that is copied between devices (backup eligible). */
  readonly mayBeSynced: boolean
  /** Whether it signs in while its holder has no card of its kind in good standing. */
  readonly mayStandAlone: boolean
}

/** Who we are to devices and browsers (WebAuthn Level 3 §4, Relying Party). */
export interface RelyingParty {
  /** The RP ID: our host, or a domain above it. */
  readonly id: string
  readonly idHash: Buffer
  /** As the device's own dialogs name us. */
  readonly name: string
  /** The one origin whose pages may use the passkeys. */
  readonly origin: string
  readonly policy: PasskeyPolicy
  readonly metadata: PasskeyMetadata
}

/** ES256 first; EdDSA and RS256 for what is out there (RFC 9053 §2, RFC 8812 §2). */
export const acceptedAlgorithms: readonly number[] = [
  cose.COSEALG.ES256,
  cose.COSEALG.EdDSA,
  cose.COSEALG.RS256,
]

const attestationFormats = ['android-key', 'android-safetynet', 'apple', 'tpm'] as const

/** What an administrator settles about passkeys. */
export interface PasskeySettings {
  /** null: the issuer's own host. */
  readonly rpId: string | null
  /** null: no model of device is known. */
  readonly metadataFile: string | null
  readonly policy: PasskeyPolicy
}

/**
 * Who this service is to devices, or null where it cannot be anybody: no passkey is made for an
 * address in numbers.
 *
 * @throws PasskeyMetadataUnusable
 */
export async function openRelyingParty(
  { rpId, metadataFile, policy }: PasskeySettings,
  { issuer, name }: { readonly issuer: string; readonly name: string },
): Promise<RelyingParty | null> {
  const { hostname } = new URL(issuer)
  if (isIP(hostname) !== 0 || hostname.startsWith('[')) return null
  trustOwnMetadataAlone()
  const id = rpId ?? hostname
  const idHash = createHash('sha256').update(id).digest()
  const metadata = metadataFile === null ? new Map() : await readMetadataFile(metadataFile)
  return { id, idHash, name, origin: issuer, policy, metadata }
}

async function readMetadataFile(file: string): Promise<PasskeyMetadata> {
  try {
    return readPasskeyMetadata(await readFile(file, 'utf8')).models
  } catch (error) {
    if (error instanceof PasskeyMetadataUnusable) throw error
    const sentence = `The passkey metadata file ${file} cannot be read.`
    throw new PasskeyMetadataUnusable('not-metadata', { sentence, cause: error })
  }
}

/**
 * The library brings roots of vendors and asks their servers for revocation lists in the middle of
 * a registration. Roots come from our own metadata instead (`judgeAttestation`), and nobody is
 * asked: this takes the library's away, for the whole process.
 */
function trustOwnMetadataAlone(): void {
  for (const identifier of attestationFormats)
    SettingsService.setRootCertificates({ identifier, certificates: [] })
}
