import { z } from 'zod'
import { AppError } from '../errors.ts'

/** What is known of models of devices: by AAGUID, in lower case with dashes. */
export type PasskeyMetadata = ReadonlyMap<string, DeviceModel>

export interface DeviceModel {
  readonly description: string
  /** DER of the certificates that vouch for devices of this model. */
  readonly roots: readonly Buffer[]
  /** Whether the last word on it is that it must not be relied on. */
  readonly isWithdrawn: boolean
}

/** The metadata file is not what the FIDO Alliance publishes. */
export class PasskeyMetadataUnusable extends AppError {
  readonly code = 'PASSKEY_METADATA_UNUSABLE'
}

/** The statuses that end a model's standing (FIDO Metadata Service 3 §3.1.4). */
const withdrawing: readonly string[] = [
  'ATTESTATION_KEY_COMPROMISE',
  'REVOKED',
  'USER_KEY_PHYSICAL_COMPROMISE',
  'USER_KEY_REMOTE_COMPROMISE',
  'USER_VERIFICATION_BYPASS',
]

const payloadShape = z.object({
  entries: z.array(
    z.object({
      aaguid: z.guid().optional(),
      metadataStatement: z.object({
        description: z.string(),
        attestationRootCertificates: z.array(z.string()),
      }),
      statusReports: z.array(z.object({ status: z.string() })).default([]),
    }),
  ),
})

/**
 * Reads the payload of a FIDO metadata BLOB (FIDO Metadata Service 3 §3.1.6), as JSON. Whoever puts
 * the file there has verified where it is from; nothing is fetched. Entries without an AAGUID, for
 * devices that are no passkeys, are passed over.
 *
 * @throws PasskeyMetadataUnusable
 */
export function readPasskeyMetadata(json: string): PasskeyMetadata {
  const models = new Map<string, DeviceModel>()
  for (const { aaguid, metadataStatement, statusReports } of payloadOf(json).entries) {
    if (aaguid === undefined) continue
    const { description, attestationRootCertificates } = metadataStatement
    models.set(aaguid.toLowerCase(), {
      description,
      roots: attestationRootCertificates.map((base64) => Buffer.from(base64, 'base64')),
      isWithdrawn: statusReports.some(({ status }) => withdrawing.includes(status)),
    })
  }
  return models
}

function payloadOf(json: string): z.infer<typeof payloadShape> {
  try {
    return payloadShape.parse(JSON.parse(json))
  } catch (error) {
    throw new PasskeyMetadataUnusable('The passkey metadata file cannot be read.', {}, error)
  }
}
