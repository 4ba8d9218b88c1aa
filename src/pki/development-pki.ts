import type { AuthorityDeps } from './authority-deps.ts'
import type { Authority } from './authority.ts'
import { readCeremony, type Ceremony } from './ceremony.ts'
import { holdCeremony, prepareCeremony } from './hold-ceremony.ts'

/**
 * Holds the ceremony of `certs/ceremony.json` by itself, root included, on this machine: good for
 * trying and for a small site, not for a province, whose root stays offline. What is there already
 * is kept; a run that was cut off is taken up where it stopped, and of two runs at once one makes
 * each authority.
 *
 * @returns the issuing authority of each kind, root first
 * @throws KeystoreUnavailable when a key of a registered authority is missing or does not open
 * @throws AuthorityUnavailable when the keystore's key is not the registered authority's
 */
export async function createDevelopmentPki(deps: AuthorityDeps): Promise<Authority[]> {
  const ceremony: Ceremony = { ...(await readCeremony()), rootKey: 'here' }
  const steps = await prepareCeremony(deps, ceremony, { place: 'service' })
  const outcomes = await holdCeremony(deps, steps, { actor: null })
  return outcomes.flatMap(({ authority }) => authority ?? [])
}
