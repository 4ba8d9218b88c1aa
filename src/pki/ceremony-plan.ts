import type { Authority } from './authority.ts'
import type { Ceremony, PlannedAuthority } from './ceremony.ts'
import { keyNameOf, nextSlug } from './make-authority.ts'

/**
 * What a ceremony does about one authority:
 *
 * - `keep` it is there;
 * - `make` key and certificate are made here;
 * - `certify` its key is there from a run that was cut off, its certificate is made now;
 * - `request` its key is made here, the root's machine is asked for the certificate;
 * - `ask-again` the same, with the key that is there from before;
 * - `await` it comes from the root's machine with `ecard ca install`.
 */
export type CeremonyAction = 'keep' | 'make' | 'certify' | 'request' | 'ask-again' | 'await'

export interface CeremonyStep {
  readonly action: CeremonyAction
  readonly slug: string
  readonly planned: PlannedAuthority
  /** The registered authority, for `keep`. */
  readonly authority: Authority | null
  /** Null where the key is on another machine. */
  readonly keyName: string | null
  /** The slug of the signer; its own for a root. */
  readonly issuedBy: string
}

export interface WhatIsThere {
  readonly authorities: readonly Authority[]
  readonly hasKey: (keyName: string) => boolean
}

export interface CeremonyPlace {
  /**
   * `service` is the machine where cards are issued; `root` is the one that holds an offline
   * root's key and nothing else.
   */
  readonly place: 'service' | 'root'
}

/** Every authority of the file, root first, with what there is to do about it. */
export function planCeremony(
  ceremony: Ceremony,
  there: WhatIsThere,
  { place }: CeremonyPlace,
): CeremonyStep[] {
  const rootIsHere = ceremony.rootKey === 'here' || place === 'root'
  const root = planOne(ceremony.root, there, { issuedBy: null, rootIsHere })
  if (place === 'root') return [root]
  const below = { issuedBy: root.slug, rootIsHere: holdsKey(root) }
  return [root, ...ceremony.issuing.map((planned) => planOne(planned, there, below))]
}

/** Whether the plan leaves nothing to do. */
export function isDone(steps: readonly CeremonyStep[]): boolean {
  return steps.every(({ action }) => action === 'keep')
}

interface Above {
  /** Null for the root itself. */
  readonly issuedBy: string | null
  readonly rootIsHere: boolean
}

function planOne(
  planned: PlannedAuthority,
  there: WhatIsThere,
  { issuedBy, rootIsHere }: Above,
): CeremonyStep {
  const authority =
    there.authorities.find(({ kind, state }) => kind === planned.kind && state === 'issuing') ??
    null
  if (authority !== null) {
    const { slug, keyName, issuerId } = authority
    const issuer = there.authorities.find(({ id }) => id === issuerId)
    return { action: 'keep', slug, planned, authority, keyName, issuedBy: issuer?.slug ?? slug }
  }
  const slug = nextSlug(planned.kind, there.authorities)
  const keyName = keyNameOf(slug)
  const step = { slug, planned: named(planned, slug), authority, issuedBy: issuedBy ?? slug }
  if (issuedBy === null && !rootIsHere) return { ...step, action: 'await', keyName: null }
  return { ...step, keyName, action: actionFor(there.hasKey(keyName), rootIsHere) }
}

function actionFor(hasKey: boolean, rootIsHere: boolean): CeremonyAction {
  if (rootIsHere) return hasKey ? 'certify' : 'make'
  return hasKey ? 'ask-again' : 'request'
}

/** A successor has a name of its own: `Ecard Citizen CA 2`, so that people can tell them apart. */
export function named(planned: PlannedAuthority, slug: string): PlannedAuthority {
  const number = slug === planned.kind ? '' : slug.slice(planned.kind.length + 1)
  return number === '' ? planned : { ...planned, commonName: `${planned.commonName} ${number}` }
}

/** A root from another machine has a row and no key. */
function holdsKey({ action, keyName }: CeremonyStep): boolean {
  return action !== 'await' && keyName !== null
}
