import { z } from 'zod'
import { AppError, type Facts } from '../errors.ts'

/** What is known of models of devices: by AAGUID, in lower case with dashes. */
export type PasskeyMetadata = ReadonlyMap<string, DeviceModel>

export interface DeviceModel {
  readonly description: string
  /** DER of the certificates that vouch for devices of this model. */
  readonly roots: readonly Buffer[]
  /** Whether the last word on it is that it must not be relied on. */
  readonly isWithdrawn: boolean
}

export interface MetadataPayload {
  /** Counts up from one publication to the next; null: it does not say. */
  readonly no: number | null
  /** The day, `YYYY-MM-DD`, from which a newer one is to be had; null: it does not say. */
  readonly nextUpdate: string | null
  readonly models: PasskeyMetadata
}

export type MetadataFault =
  /** Neither the payload nor the signed BLOB that the FIDO Alliance publishes. */
  | 'not-metadata'
  /** A proof of origin is asked for, and the file is bare payload. */
  | 'not-signed'
  | 'signature-wrong'
  /** The signer's certificates do not lead to the given root, now. */
  | 'root-wrong'
  /** They do, but to somebody else: public roots have many customers. */
  | 'signer-wrong'
  /** The one in place has a higher number. */
  | 'older'

/** Metadata of devices was not taken; `reason` chooses what an administrator reads. */
export class PasskeyMetadataUnusable extends AppError {
  readonly code = 'PASSKEY_METADATA_UNUSABLE'
  readonly reason: MetadataFault

  constructor(
    reason: MetadataFault,
    about: { readonly sentence?: string; readonly facts?: Facts; readonly cause?: unknown } = {},
  ) {
    const sentence = about.sentence ?? 'The passkey metadata file cannot be used.'
    super(sentence, { ...about.facts, reason }, about.cause)
    this.reason = reason
  }
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
  no: z.int().nonnegative().optional(),
  nextUpdate: z.iso.date().optional(),
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
export function readPasskeyMetadata(json: string): MetadataPayload {
  const { no = null, nextUpdate = null, entries } = payloadOf(json)
  return { no, nextUpdate, models: modelsOf(entries) }
}

function modelsOf(entries: z.infer<typeof payloadShape>['entries']): PasskeyMetadata {
  const models = new Map<string, DeviceModel>()
  for (const { aaguid, metadataStatement, statusReports } of entries) {
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
    throw new PasskeyMetadataUnusable('not-metadata', { cause: error })
  }
}
