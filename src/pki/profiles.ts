import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { AppError } from '../errors.ts'
import { cardKinds, keySlots, type CardKind, type KeySlot } from '../holders/card-kind.ts'
import { keyAlgorithms } from '../keystore/keystore.ts'
import { authorityKinds, type AuthorityKind } from './authority.ts'
import { cardPolicy, extendedKeyUsages, isSlotUse } from './card-profile.ts'

export { cardProfileOf, type CardProfile } from './card-profile.ts'

/** A profile file in `certs/` does not say what we could issue; `facts.file` names it. */
export class ProfileInvalid extends AppError {
  readonly code = 'CONFIG_INVALID'
}

const relativePolicy = z.string().regex(/^\d+(\.\d+)*$/)
const urls = z.array(z.url({ protocol: /^https?$/ }))

/** Where to find the issuer's certificate, status and revocations; empty until they are served. */
const pointers = { caIssuersUrls: urls, ocspUrls: urls, crlUrls: urls }

const leafProfile = z.strictObject({
  name: z.string(),
  /** For the reader of the file. */
  purpose: z.string(),
  issuer: z.enum([...cardKinds, 'terminal']),
  /** null for a key that is not on a card. */
  slot: z.enum(keySlots).nullable(),
  subject: z.enum(['person', 'organisation', 'terminal']),
  keyAlgorithms: z.array(z.enum(keyAlgorithms)).min(1),
  keyUsage: z.array(z.enum(['digitalSignature'])).min(1),
  extendedKeyUsage: z.strictObject({
    usages: z.array(z.enum(Object.keys(extendedKeyUsages) as (keyof typeof extendedKeyUsages)[])),
    critical: z.boolean(),
  }),
  /** Below the policy arc. */
  policy: relativePolicy,
  /** At most; a card's own end and the issuer's end cut it shorter. */
  validityDays: z.int().positive(),
  ...pointers,
})
export type LeafProfile = Readonly<z.infer<typeof leafProfile>>

const authorityProfile = z.strictObject({
  name: z.string(),
  purpose: z.string(),
  kind: z.enum(authorityKinds),
  commonName: z.string().min(1).max(64),
  keyAlgorithm: z.enum(keyAlgorithms),
  validityDays: z.int().positive(),
  pathLength: z.int().nonnegative(),
  /** Below the policy arc: what it may issue; empty for the root, which may all. */
  policies: z.array(relativePolicy),
  ...pointers,
})
export type AuthorityProfile = Readonly<z.infer<typeof authorityProfile>>

/** Every profile, read and checked once. */
export interface Profiles {
  /** null for a kind and slot that we do not certify. */
  card(kind: CardKind, slot: KeySlot): LeafProfile | null
  readonly terminal: LeafProfile
  authority(kind: AuthorityKind): AuthorityProfile
}

export const profilesDirectory = fileURLToPath(new URL('../../certs/', import.meta.url))

/**
 * Reads `authority-*.json` as authority profiles and every other `*.json` as leaf profiles.
 *
 * @throws ProfileInvalid for the first file that is malformed or contradicts what sign-in
 *   recognises, and when the terminal's or an authority's profile is missing
 */
export async function readProfiles(directory: string = profilesDirectory): Promise<Profiles> {
  const leaves = new Map<string, LeafProfile>()
  const authorities = new Map<string, AuthorityProfile>()
  for (const file of await listFiles(directory)) {
    const content = await readJson(directory, file)
    if (file.startsWith('authority-')) {
      const profile = parse(authorityProfile, content, file)
      authorities.set(profile.kind, profile)
    } else {
      const profile = parse(leafProfile, content, file)
      leaves.set(profile.name, checkRecognised(profile, file))
    }
  }
  checkComplete(leaves, authorities)
  return {
    card: (kind, slot) => leaves.get(`${kind}-${slot.toLowerCase()}`) ?? null,
    terminal: required(leaves, 'terminal'),
    authority: (kind) => required(authorities, kind),
  }
}

async function listFiles(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((file) => file.endsWith('.json')).sort()
  } catch (cause) {
    throw new ProfileInvalid(`cannot read the profiles in ${directory}`, { directory }, cause)
  }
}

async function readJson(directory: string, file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(`${directory}/${file}`, 'utf8')) as unknown
  } catch (cause) {
    throw new ProfileInvalid(`profile ${file} is not readable JSON`, { file }, cause)
  }
}

function parse<T extends { name: string }>(
  schema: z.ZodType<T>,
  content: unknown,
  file: string,
): T {
  const result = schema.safeParse(content)
  if (!result.success) {
    throw new ProfileInvalid(`profile ${file}: ${z.prettifyError(result.error)}`, { file })
  }
  if (`${result.data.name}.json` !== file) {
    throw new ProfileInvalid(`profile ${file} calls itself ${result.data.name}`, { file })
  }
  return result.data
}

/** What we issue, `cardProfileOf` has to recognise at sign-in. */
function checkRecognised(profile: LeafProfile, file: string): LeafProfile {
  const { issuer, slot, keyUsage, policy, extendedKeyUsage } = profile
  if (issuer === 'terminal' || slot === null) return profile
  const isRecognised =
    profile.name === `${issuer}-${slot.toLowerCase()}` &&
    policy === cardPolicy({ kind: issuer, slot }) &&
    isSlotUse(slot, { keyUsage, extendedKeyUsage: extendedKeyUsage.usages })
  if (isRecognised) return profile
  const message = `profile ${file} would make certificates that sign-in does not recognise`
  throw new ProfileInvalid(message, { file })
}

function checkComplete(
  leaves: ReadonlyMap<string, LeafProfile>,
  authorities: ReadonlyMap<string, AuthorityProfile>,
): void {
  required(leaves, 'terminal')
  for (const kind of authorityKinds) required(authorities, kind)
}

function required<T>(profiles: ReadonlyMap<string, T>, name: string): T {
  const profile = profiles.get(name)
  if (!profile) throw new ProfileInvalid(`there is no profile for ${name}`, { file: name })
  return profile
}
