import { NotFound } from '../errors.ts'
import type { PortableKeystore } from '../keystore/keystore.ts'
import { exportPkcs12 } from '../keystore/pkcs12.ts'
import type { AuthorityDeps } from './authority-deps.ts'
import { AuthorityUnavailable, type Authority } from './authority.ts'
import { audited } from './make-authority.ts'

export interface BackupRequest {
  readonly slug: string
  /** UTF-8. Whoever has it and the file has the CA. */
  readonly password: Buffer
  readonly actor: string | null
}

/**
 * An encrypted copy of an authority's key with its certificate and its root's: PKCS #12, DER.
 *
 * @throws NotFound
 * @throws AuthorityUnavailable when its key is elsewhere
 * @throws Pkcs12Refused `password-unusable`, `key-of-another-certificate`
 * @throws KeystoreUnavailable `key-not-exportable` for a key in an HSM
 */
export async function backUpAuthority(
  deps: Omit<AuthorityDeps, 'keystore'> & { readonly keystore: PortableKeystore },
  { slug, password, actor }: BackupRequest,
): Promise<Buffer> {
  const authorities = await deps.certificates.listAuthorities()
  const authority = authorities.find((row) => row.slug === slug)
  if (!authority) throw new NotFound(`there is no authority ${slug}: see ecard ca list`, { slug })
  const { keyName: name } = authority
  if (name === null) {
    throw new AuthorityUnavailable(`the key of ${authority.name} is kept elsewhere`, { slug })
  }
  const certificates = pathOf(authority, authorities).map(({ certificateDer }) => certificateDer)
  const event = { event: 'authority.backed-up', actor, facts: { slug, key: name } } as const
  return audited(deps, event, () =>
    exportPkcs12(deps.keystore, { name, certificates, password, random: deps.random }),
  )
}

function pathOf(authority: Authority, authorities: readonly Authority[]): Authority[] {
  const issuer = authorities.find(({ id }) => id === authority.issuerId)
  return issuer ? [authority, ...pathOf(issuer, authorities)] : [authority]
}
