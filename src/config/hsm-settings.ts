import { z } from 'zod'

export interface Pkcs11Config {
  /** The PKCS#11 library of the HSM. */
  readonly module: string
  /** The label of the token in it. */
  readonly token: string
  /** A file whose content (less one line end) is the token's user PIN. */
  readonly pinFile: string
  /** Whose keys it holds: authorities', OCSP signers', those of tokens, the audit, cards and passes. */
  readonly keys: readonly Pkcs11KeyUse[]
}

export const pkcs11KeyUses = ['ca', 'ocsp', 'oidc', 'audit', 'card', 'pass'] as const
export type Pkcs11KeyUse = (typeof pkcs11KeyUses)[number]

export const hsmSettings = {
  ECARD_PKCS11_MODULE: z.string().min(1).optional(),
  ECARD_PKCS11_TOKEN: z.string().min(1).max(32, 'must be at most 32 characters').optional(),
  ECARD_PKCS11_PIN_FILE: z.string().min(1).optional(),
  ECARD_PKCS11_KEYS: z
    .string()
    .default(pkcs11KeyUses.join(','))
    .transform((list) => list.split(',').map((use) => use.trim()))
    .pipe(
      z.array(z.enum(pkcs11KeyUses, { error: `must list some of ${pkcs11KeyUses.join(', ')}` })),
    ),
}

type HsmSettings = z.infer<z.ZodObject<typeof hsmSettings>>

const pkcs11Variables = [
  'ECARD_PKCS11_MODULE',
  'ECARD_PKCS11_TOKEN',
  'ECARD_PKCS11_PIN_FILE',
] as const

/** An HSM is described in full or not at all. */
export function halfAnHsm(env: NodeJS.ProcessEnv): string[] {
  const missing = pkcs11Variables.filter((name) => env[name] === undefined)
  if (missing.length === 0 || missing.length === pkcs11Variables.length) return []
  return missing.map((name) => `${name}: must be set too, for the HSM to be used`)
}

export function pkcs11Of(read: HsmSettings): Pkcs11Config | null {
  const { ECARD_PKCS11_MODULE: module, ECARD_PKCS11_TOKEN: token } = read
  const { ECARD_PKCS11_PIN_FILE: pinFile, ECARD_PKCS11_KEYS: keys } = read
  if (module === undefined || token === undefined || pinFile === undefined) return null
  return Object.freeze({ module, token, pinFile, keys })
}
