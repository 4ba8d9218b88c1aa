import {
  assuranceLevels,
  isAtLeast,
  signInMethods,
  type AssuranceLevel,
  type SignInMethod,
} from '../holders/authentication.ts'
import type { CardKind } from '../holders/card-kind.ts'

const acrPrefix = 'urn:ecard:loa:'

/** The values of `acr` on the wire, weakest first. */
export const acrValues: readonly string[] = assuranceLevels.map(acrOf)

export function acrOf(level: AssuranceLevel): string {
  return `${acrPrefix}${level}`
}

/** What one authorization request wants of a sign-in. */
export interface Requirement {
  /** The application that asks. */
  readonly clientId: string
  readonly level: AssuranceLevel
  /** Whether the day has come from which the application takes cards alone. */
  readonly isCardCompulsory: boolean
  readonly cardKinds: readonly CardKind[]
  /** null admits everybody, with or without an agency. */
  readonly agencyCodes: readonly string[] | null
}

/** What a sign-in brings. */
export interface SignInStanding {
  readonly method: SignInMethod
  readonly level: AssuranceLevel
  readonly cardKind: CardKind
  /** The only applications that it opens, of a temporary pass; null: any. */
  readonly clientIds: readonly string[] | null
  /** Of every agency the holder acts for, the codes from the province down to it. */
  readonly agencyPaths: readonly (readonly string[])[]
}

/** Why a sign-in that exists does not do. */
export type Shortfall = 'application' | 'card-kind' | 'agency' | 'card-alone' | 'level'

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

/** Why an application takes cards alone: for the level that it needs, or from a day on. */
export type CardAloneReason = 'level' | 'compulsory'

/** The highest level that a method can bring. */
const bestLevels: Readonly<Record<SignInMethod, AssuranceLevel>> = {
  card: 'high',
  passkey: 'substantial',
  pass: 'low',
}

/** The ways to sign in that would do, and why only the card would where that is so. */
export function methodsFor({ level, isCardCompulsory }: MethodRequirement): {
  methods: readonly SignInMethod[]
  cardAlone: CardAloneReason | null
} {
  if (isCardCompulsory) return { methods: ['card'], cardAlone: 'compulsory' }
  const methods = signInMethods.filter((method) => isAtLeast(bestLevels[method], level))
  return { methods, cardAlone: methods.length === 1 ? 'level' : null }
}

type MethodRequirement = Pick<Requirement, 'level' | 'isCardCompulsory'>

/** What is missing, the most fundamental first; empty where the sign-in does. */
export function judge(standing: SignInStanding, requirement: Requirement): Shortfall[] {
  const found: Shortfall[] = []
  if (standing.clientIds?.includes(requirement.clientId) === false) found.push('application')
  if (!requirement.cardKinds.includes(standing.cardKind)) found.push('card-kind')
  if (!actsForOneOf(requirement.agencyCodes, standing)) found.push('agency')
  if (requirement.isCardCompulsory && standing.method !== 'card') found.push('card-alone')
  if (!isAtLeast(standing.level, requirement.level)) found.push('level')
  return found
}

/** An agency stands for everything below it too. */
function actsForOneOf(codes: readonly string[] | null, { agencyPaths }: SignInStanding): boolean {
  return codes === null || agencyPaths.some((path) => path.some((code) => codes.includes(code)))
}
