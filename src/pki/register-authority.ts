import { Duplicate } from '../errors.ts'
import type { AuthoritySwitchDeps } from './authority-deps.ts'
import type { Authority } from './authority.ts'

/**
 * Registers authorities in one transaction, issuers first, in which `retires` stops issuing: from
 * the commit on the successor issues, and never two or none.
 *
 * @throws Duplicate when `retires` has a successor already, or one of them is registered
 */
export async function registerAuthorities(
  { inTransaction }: Pick<AuthoritySwitchDeps, 'inTransaction'>,
  authorities: readonly Authority[],
  { retires }: { readonly retires: Authority | null },
): Promise<void> {
  await inTransaction(async ({ certificates }) => {
    if (retires !== null && !(await certificates.retireAuthority(retires.id))) {
      throw new Duplicate(`${retires.name} has a successor already`, { slug: retires.slug })
    }
    for (const authority of authorities) await certificates.insertAuthority(authority)
  })
}
