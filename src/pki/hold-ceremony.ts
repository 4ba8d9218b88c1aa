import { Duplicate } from '../errors.ts'
import type { AuthorityDeps } from './authority-deps.ts'
import { readyAuthority, type ReadyAuthority } from './authority-certificate.ts'
import type { Authority } from './authority.ts'
import { planCeremony, type CeremonyPlace, type CeremonyStep } from './ceremony-plan.ts'
import type { Ceremony } from './ceremony.ts'
import { keyNameOf, makeAuthority, nextSlug } from './make-authority.ts'
import { requestAuthority, type AuthorityRequest } from './request-authority.ts'

/** What came of one step. */
export interface CeremonyOutcome {
  readonly step: CeremonyStep
  /** Null where the certificate comes from the root's machine. */
  readonly authority: Authority | null
  /** What to carry to the root's machine. */
  readonly request: AuthorityRequest | null
}

/** Looks at what is there and says what there is to do. Changes nothing. */
export async function prepareCeremony(
  { certificates, keystore }: Pick<AuthorityDeps, 'certificates' | 'keystore'>,
  ceremony: Ceremony,
  place: CeremonyPlace,
): Promise<CeremonyStep[]> {
  const authorities = await certificates.listAuthorities()
  const kinds = [ceremony.root, ...ceremony.issuing].map(({ kind }) => kind)
  const names = kinds.map((kind) => keyNameOf(nextSlug(kind, authorities)))
  const found = await Promise.all(names.map((name) => keystore.has(name)))
  const keys = new Set(names.filter((_, index) => found[index]))
  return planCeremony(ceremony, { authorities, hasKey: (name) => keys.has(name) }, place)
}

/**
 * Does what the plan says, root first, one authority after the other. What is there is kept; what
 * was cut off is taken up where it stopped; of two ceremonies at once one makes each authority.
 *
 * @throws KeystoreUnavailable, DatabaseUnavailable; what was made until then stays
 * @throws AuthorityUnavailable when a key is not the registered authority's, or the root is not
 *   valid now
 */
export async function holdCeremony(
  deps: AuthorityDeps,
  steps: readonly CeremonyStep[],
  { actor }: { readonly actor: string | null },
): Promise<CeremonyOutcome[]> {
  // What is kept must be usable before anything is made: its key is there, and is its key.
  const keeping = steps.map((step) => keep(deps, step))
  await Promise.allSettled(keeping)
  // All have been tried: of several faults the first in the order of the plan is told.
  const kept = await Promise.all(keeping)
  const outcomes: CeremonyOutcome[] = []
  let root: ReadyAuthority | null = null
  for (const [index, step] of steps.entries()) {
    const ready: ReadyAuthority | null =
      kept[index] ?? (isMadeHere(step) ? await make(deps, step, { root, actor }) : null)
    const request = isRequested(step) ? await requestAuthority(deps, step, { actor }) : null
    outcomes.push({ step, authority: ready?.authority ?? step.authority, request })
    if (step.planned.kind === 'root') root = ready
  }
  return outcomes
}

function isMadeHere({ action }: CeremonyStep): boolean {
  return action === 'make' || action === 'certify'
}

function isRequested({ action }: CeremonyStep): boolean {
  return action === 'request' || action === 'ask-again'
}

/** Null for what is not there yet, and for a key that is elsewhere. */
async function keep(
  deps: AuthorityDeps,
  { authority }: CeremonyStep,
): Promise<ReadyAuthority | null> {
  return authority?.keyName ? readyAuthority(deps, authority) : null
}

async function make(
  deps: AuthorityDeps,
  { slug, planned }: CeremonyStep,
  { root, actor }: { readonly root: ReadyAuthority | null; readonly actor: string | null },
): Promise<ReadyAuthority> {
  const issuer = planned.kind === 'root' ? null : root
  try {
    return await makeAuthority(deps, { slug, planned, issuer, actor })
  } catch (error) {
    if (!(error instanceof Duplicate)) throw error
    // Another run was faster.
    const theirs = await deps.certificates.findAuthorityBySlug(slug)
    if (!theirs) throw error
    return readyAuthority(deps, theirs)
  }
}
