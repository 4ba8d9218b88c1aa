import { NotFound } from '../errors.ts'
import { readyAuthority, type ReadyAuthority } from './authority-certificate.ts'
import type { AuthorityDeps, AuthoritySwitchDeps } from './authority-deps.ts'
import { AuthorityRefused, type Authority, type AuthorityKind } from './authority.ts'
import { named } from './ceremony-plan.ts'
import type { Ceremony, PlannedAuthority } from './ceremony.ts'
import { makeAuthority, nextSlug } from './make-authority.ts'
import { registerAuthorities } from './register-authority.ts'

export interface RollOverRequest {
  readonly ceremony: Ceremony
  readonly kind: AuthorityKind
}

export interface RollOverPlan {
  /** Issues now; its certificates stay valid, its revocation list and OCSP go on with its key. */
  readonly old: Authority
  readonly slug: string
  readonly planned: PlannedAuthority
  /** The one that signs the successor. */
  readonly root: Authority
}

/**
 * Who would succeed whom. Changes nothing.
 *
 * @throws AuthorityRefused `kind` for a root, or for one that the ceremony's file does not name
 * @throws NotFound when nobody issues for the kind
 */
export async function planRollOver(
  { certificates }: Pick<AuthorityDeps, 'certificates'>,
  { ceremony, kind }: RollOverRequest,
): Promise<RollOverPlan> {
  if (kind === 'root') {
    throw new AuthorityRefused('kind', 'must be an issuing one: a new root is a new ceremony')
  }
  const planned = ceremony.issuing.find((candidate) => candidate.kind === kind)
  if (!planned) throw new AuthorityRefused('kind', `${kind} is not in ${ceremony.file}`)
  const authorities = await certificates.listAuthorities()
  const old = authorities.find((row) => row.kind === kind && row.state === 'issuing')
  const root = authorities.find((row) => row.kind === 'root' && row.state === 'issuing')
  if (!old || !root) {
    throw new NotFound(`nobody issues for ${kind}: hold the ceremony first (ecard ca init)`, {
      kind,
    })
  }
  const slug = nextSlug(kind, authorities)
  return { old, slug, planned: named(planned, slug), root }
}

/**
 * Makes the successor with a key of its own, and switches to it in one transaction. A run that was
 * cut off before that leaves the old one issuing; the next takes it up with the same key.
 *
 * @throws AuthorityUnavailable when the root's key is elsewhere: request, sign and install instead
 * @throws Duplicate when another roll-over was faster
 * @throws KeystoreUnavailable, DatabaseUnavailable
 */
export async function rollOverAuthority(
  deps: AuthoritySwitchDeps,
  { old, slug, planned, root }: RollOverPlan,
  { actor }: { readonly actor: string | null },
): Promise<ReadyAuthority> {
  const issuer = await readyAuthority(deps, root)
  return makeAuthority(deps, { slug, planned, issuer, actor }, (successor) =>
    registerAuthorities(deps, [successor], { retires: old }),
  )
}
