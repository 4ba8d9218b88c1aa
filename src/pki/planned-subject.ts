import { Duplicate } from '../errors.ts'
import { authoritySubject } from './authority-certificate.ts'
import { AuthorityRefused, type Authority } from './authority.ts'
import { named } from './ceremony-plan.ts'
import type { Ceremony, PlannedAuthority } from './ceremony.ts'
import { nextSlug } from './make-authority.ts'
import { nameInCertificate } from './signing.ts'

/** The place that an authority made elsewhere takes. */
export interface PlannedPlace {
  readonly slug: string
  readonly planned: PlannedAuthority
  /** Issues for the kind now, and retires when the new one is registered. */
  readonly predecessor: Authority | null
}

/**
 * Which authority of the ceremony has that name: one that is to be made, or the successor of one
 * that is there. Compares encoded names, byte for byte.
 *
 * @param subject - Name, DER
 * @throws Duplicate when an authority with that name is registered
 * @throws AuthorityRefused `field` when it is nobody's
 */
export function placeOfSubject(
  subject: Buffer,
  { ceremony, authorities }: { ceremony: Ceremony; authorities: readonly Authority[] },
  field: string,
): PlannedPlace {
  const taken = authorities.find(({ certificateDer }) => subjectOf(certificateDer).equals(subject))
  if (taken) {
    const advice = `see ecard ca show ${taken.slug}`
    throw new Duplicate(`${taken.name} is registered already: ${advice}`, { slug: taken.slug })
  }
  const places = ceremony.issuing.map((planned) => {
    const slug = nextSlug(planned.kind, authorities)
    return { slug, planned: named(planned, slug) }
  })
  const found = places.find(({ planned }) => subject.equals(nameOf(planned)))
  if (!found) {
    const names = places.map(({ planned }) => `"${planned.commonName}"`).join(', ')
    throw new AuthorityRefused(field, `must be exactly what the ceremony's file says: ${names}`)
  }
  const { kind } = found.planned
  const predecessor = authorities.find((row) => row.kind === kind && row.state === 'issuing')
  return { ...found, predecessor: predecessor ?? null }
}

/** The encoded subject of a certificate. */
export function subjectOf(certificateDer: Buffer): Buffer {
  return Buffer.from(nameInCertificate(certificateDer).toArrayBuffer())
}

function nameOf(planned: PlannedAuthority): Buffer {
  return Buffer.from(authoritySubject(planned).toArrayBuffer())
}
