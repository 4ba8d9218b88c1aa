import { assuranceLevels, isAtLeast, type AssuranceLevel } from '../holders/authentication.ts'
import type { CardKind } from '../holders/card-kind.ts'

const acrPrefix = 'urn:ecard:loa:'

/** The values of `acr` on the wire, weakest first. */
export const acrValues: readonly string[] = assuranceLevels.map(acrOf)

export function acrOf(level: AssuranceLevel): string {
  return `${acrPrefix}${level}`
}

/** What one authorization request wants of a sign-in. */
export interface Requirement {
  readonly level: AssuranceLevel
  readonly cardKinds: readonly CardKind[]
  /** null admits everybody, with or without an agency. */
  readonly agencyCodes: readonly string[] | null
}

/** What a sign-in brings. */
export interface SignInStanding {
  readonly level: AssuranceLevel
  readonly cardKind: CardKind
  /** Of every agency the holder acts for, the codes from the province down to it. */
  readonly agencyPaths: readonly (readonly string[])[]
}

/** Why a sign-in that exists does not do. */
export type Shortfall = 'card-kind' | 'agency' | 'level'

/**
 * The level that a request needs: the client's own, or a higher one that it asks for.
 *
 * `acr_values` lists what would do in the order of preference (OpenID Connect Core §3.1.2.1), so
 * the weakest of them is enough. Values that we do not have are passed over.
 *
 * @param requestedAcrs - `acr_values` as it came, separated by spaces
 */
export function requiredLevel(
  leastLevel: AssuranceLevel,
  requestedAcrs: string | undefined,
): AssuranceLevel {
  const requested = new Set(requestedAcrs?.split(' '))
  const asked = assuranceLevels.find((level) => requested.has(acrOf(level)))
  return asked !== undefined && isAtLeast(asked, leastLevel) ? asked : leastLevel
}

/** What is missing, the most fundamental first; empty where the sign-in does. */
export function judge(standing: SignInStanding, requirement: Requirement): Shortfall[] {
  const found: Shortfall[] = []
  if (!requirement.cardKinds.includes(standing.cardKind)) found.push('card-kind')
  if (!actsForOneOf(requirement.agencyCodes, standing)) found.push('agency')
  if (!isAtLeast(standing.level, requirement.level)) found.push('level')
  return found
}

/** An agency stands for everything below it too. */
function actsForOneOf(codes: readonly string[] | null, { agencyPaths }: SignInStanding): boolean {
  return codes === null || agencyPaths.some((path) => path.some((code) => codes.includes(code)))
}
