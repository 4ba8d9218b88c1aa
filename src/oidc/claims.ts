import type { HolderForClaims } from '../holders/holder-claims-store.ts'
import type { Holder } from '../holders/holder.ts'
import type { SignIn } from './session-index.ts'

/**
 * Which claims each scope opens. `openid` ones stand in the ID token, the others come from the
 * user info endpoint (OpenID Connect Core §5.4).
 */
export const claimsByScope = {
  openid: ['sub', 'acr', 'amr', 'auth_time'],
  profile: ['name', 'given_name', 'family_name'],
  /** `[{ code, name, path, position }]`; `path` is codes from the province down. */
  agency: ['agencies'],
  /** `[{ name, tax_code, position }]`; position is null where the card is the organisation's own. */
  organisation: ['organisations'],
  /** The kind of the card that was presented, or that vouched for the passkey. */
  card: ['card_kind'],
} as const

/** Everything that can be said; the library leaves out what was not granted. */
export function claimsOf(known: HolderForClaims, signIn: SignIn): Record<string, unknown> {
  return {
    ...profileOf(known.holder),
    agencies: known.agencies.map(({ code, name, path, position }) => {
      return { code, name, path, position }
    }),
    organisations: organisationsOf(known),
    card_kind: signIn.cardKind,
  }
}

/** Vietnamese names put the family first and the given name last. */
function profileOf(holder: Holder): Record<string, string> {
  const name = holder.displayName
  const words = name.split(/\s+/u)
  const [family, given] = [words.at(0), words.at(-1)]
  if (holder.type === 'organisation' || family === undefined || given === undefined) return { name }
  return words.length === 1
    ? { name, given_name: given }
    : { name, given_name: given, family_name: family }
}

function organisationsOf({ holder, organisations }: HolderForClaims): object[] {
  if (holder.type === 'organisation')
    return [{ name: holder.displayName, tax_code: holder.taxCode, position: null }]
  return organisations.map(({ name, taxCode, position }) => {
    return { name, tax_code: taxCode, position }
  })
}
