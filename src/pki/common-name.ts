import { AuthorityRefused } from './authority.ts'
import { nameInCertificate } from './signing.ts'

const commonName = '2.5.4.3'

/**
 * The common name of an authority's certificate, in NFC: the registry goes by it.
 *
 * @throws AuthorityRefused `subject` when it has none
 */
export function commonNameOf(certificateDer: Buffer): string {
  const [name] = nameInCertificate(certificateDer).getField(commonName)
  if (name === undefined || name === '') {
    throw new AuthorityRefused('subject', 'must have a common name')
  }
  return name.normalize('NFC')
}
