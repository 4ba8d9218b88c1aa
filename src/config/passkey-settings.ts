import { z } from 'zod'
import { oneOf } from './setting.ts'

export interface PasskeyConfig {
  /** The domain that passkeys are made for: the issuer's host (null) or one above it. */
  readonly rpId: string | null
  /** What is known of models of devices (FIDO Metadata Service 3, the payload as JSON); or null. */
  readonly metadataFile: string | null
  readonly policy: {
    readonly attestation: 'none' | 'direct' | 'trusted'
    readonly mayBeSynced: boolean
    readonly mayStandAlone: boolean
  }
}

export const passkeySettings = {
  ECARD_PASSKEY_RP_ID: z.hostname('must be a domain such as minhhoa.example').optional(),
  ECARD_PASSKEY_ATTESTATION: oneOf('none', 'direct', 'trusted').default('none'),
  ECARD_PASSKEY_METADATA: z.string().min(1).optional(),
  ECARD_PASSKEY_SYNCED: oneOf('allow', 'refuse').default('allow'),
  ECARD_PASSKEY_WITHOUT_CARD: oneOf('allow', 'refuse').default('refuse'),
}

type PasskeySettings = z.infer<z.ZodObject<typeof passkeySettings>>

export function passkeysOf(read: PasskeySettings): PasskeyConfig {
  return Object.freeze({
    rpId: read.ECARD_PASSKEY_RP_ID ?? null,
    metadataFile: read.ECARD_PASSKEY_METADATA ?? null,
    policy: {
      attestation: read.ECARD_PASSKEY_ATTESTATION,
      mayBeSynced: read.ECARD_PASSKEY_SYNCED === 'allow',
      mayStandAlone: read.ECARD_PASSKEY_WITHOUT_CARD === 'allow',
    },
  })
}

/** Browsers make passkeys for a page's host or a domain above it; some models need to be known. */
export function wrongPasskeys(read: PasskeySettings & { readonly ECARD_ISSUER: string }): string[] {
  const { ECARD_PASSKEY_RP_ID: rpId, ECARD_PASSKEY_ATTESTATION: attestation } = read
  const { hostname } = new URL(read.ECARD_ISSUER)
  const isOurs = rpId === undefined || rpId === hostname || hostname.endsWith(`.${rpId}`)
  const isJudged = attestation !== 'trusted' || read.ECARD_PASSKEY_METADATA !== undefined
  return [
    ...(isOurs
      ? []
      : ['ECARD_PASSKEY_RP_ID: must be the host of ECARD_ISSUER or a domain above it']),
    ...(isJudged
      ? []
      : ['ECARD_PASSKEY_METADATA: must be set where only trusted devices are taken']),
  ]
}
