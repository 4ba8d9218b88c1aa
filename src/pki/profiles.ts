import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { AppError } from '../errors.ts'
import type { CardKind, KeySlot } from '../holders/card-kind.ts'
import { cardPolicy, isSlotUse } from './card-profile.ts'
import { leafProfile, type LeafProfile } from './leaf-profile.ts'

export { cardProfileOf, type CardProfile } from './card-profile.ts'
export type { LeafProfile } from './leaf-profile.ts'

/** A profile file in `certs/` does not say what we could issue; `facts.file` names it. */
export class ProfileInvalid extends AppError {
  readonly code = 'CONFIG_INVALID'
}

/** Every profile, read and checked once. */
export interface Profiles {
  /** null for a kind and slot that we do not certify. */
  card(kind: CardKind, slot: KeySlot): LeafProfile | null
  readonly terminal: LeafProfile
  /** What an authority's own OCSP responder signs with. */
  readonly ocspSigner: LeafProfile
  /** What the public data on cards are signed with. */
  readonly contentSigner: LeafProfile
  /** TLS of the province's inner services. */
  readonly tlsServer: LeafProfile
}

export const profilesDirectory = fileURLToPath(new URL('../../certs/', import.meta.url))

/**
 * Reads every `*.json` but `ceremony.json`, which is about authorities and for `readCeremony`,
 * `card-*.json`, for `readCardKindProfiles`, and `face-*.json`, for who prints the cards.
 *
 * @throws ProfileInvalid for the first file that is malformed or contradicts what sign-in
 *   recognises, and when one that the service cannot do without is missing
 */
export async function readProfiles(directory: string = profilesDirectory): Promise<Profiles> {
  const profiles = new Map<string, LeafProfile>()
  for (const file of await listFiles(directory)) {
    const profile = parse(await readJson(directory, file), file)
    profiles.set(profile.name, checkConsistent(profile, file))
  }
  return {
    card: (kind, slot) => profiles.get(`${kind}-${slot.toLowerCase()}`) ?? null,
    terminal: required(profiles, 'terminal'),
    ocspSigner: required(profiles, 'ocsp-signer'),
    contentSigner: required(profiles, 'content-signer'),
    tlsServer: required(profiles, 'tls-server'),
  }
}

async function listFiles(directory: string): Promise<string[]> {
  try {
    const files = await readdir(directory)
    return files.filter(isLeafProfile).sort()
  } catch (cause) {
    throw new ProfileInvalid(`cannot read the profiles in ${directory}`, { directory }, cause)
  }
}

/** `ceremony.json` is about authorities, `card-*` about whole cards, `face-*` about their print. */
function isLeafProfile(file: string): boolean {
  return file.endsWith('.json') && file !== 'ceremony.json' && !/^(card|face)-/.test(file)
}

async function readJson(directory: string, file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(`${directory}/${file}`, 'utf8')) as unknown
  } catch (cause) {
    throw new ProfileInvalid(`profile ${file} is not readable JSON`, { file }, cause)
  }
}

function parse(content: unknown, file: string): LeafProfile {
  const result = leafProfile.safeParse(content)
  if (!result.success) {
    throw new ProfileInvalid(`profile ${file}: ${z.prettifyError(result.error)}`, { file })
  }
  if (`${result.data.name}.json` !== file) {
    throw new ProfileInvalid(`profile ${file} calls itself ${result.data.name}`, { file })
  }
  return result.data
}

/** What we issue for cards, sign-in has to recognise, and Windows wants a name to log on with. */
function checkConsistent(profile: LeafProfile, file: string): LeafProfile {
  const fault = faultOf(profile)
  if (fault === null) return profile
  throw new ProfileInvalid(`profile ${file} ${fault}`, { file })
}

function faultOf(profile: LeafProfile): string | null {
  const { slot, subject, issuer, upnDomain, extendedKeyUsage, dnsDomains } = profile
  if (slot !== null && !isOfItsSlot(profile)) {
    return 'would make certificates that sign-in does not recognise'
  }
  if ((upnDomain !== null) !== extendedKeyUsage.usages.includes('smartCardLogon')) {
    return 'must have both of smartCardLogon and upnDomain, or neither'
  }
  if ((subject === 'server') !== dnsDomains.length > 0) {
    return 'must have dnsDomains if it is for servers, and else none'
  }
  const isNumbered = subject === 'person' || subject === 'organisation'
  if ((profile.identifier !== null) !== isNumbered) {
    return 'must have an identifier if it is for people or organisations, and else none'
  }
  if ((subject === 'ocsp-responder') !== (issuer === 'own')) {
    return 'must be issued by an authority for its own responder, or name another issuer'
  }
  return null
}

function isOfItsSlot({ name, issuer, slot, policy, ...stated }: LeafProfile): boolean {
  if (slot === null || issuer === 'terminal' || issuer === 'own') return false
  return (
    name === `${issuer}-${slot.toLowerCase()}` &&
    policy === cardPolicy({ kind: issuer, slot }) &&
    isSlotUse(slot, stated)
  )
}

function required(profiles: ReadonlyMap<string, LeafProfile>, name: string): LeafProfile {
  const profile = profiles.get(name)
  if (!profile) throw new ProfileInvalid(`there is no profile ${name}.json`, { file: name })
  return profile
}
