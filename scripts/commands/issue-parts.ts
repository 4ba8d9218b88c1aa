import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { X509Certificate } from 'node:crypto'
import { readCardKindProfiles } from '../../src/cards/card-kind-profile.ts'
import { openCardSecrets } from '../../src/cards/card-secrets.ts'
import { hasDiversifiedCards } from '../../src/cards/issuance-journal.ts'
import type { IssueCardDeps } from '../../src/cards/issue-card.ts'
import { agencyPathOf as pathOf } from '../../src/holders/agency-path.ts'
import type { Holder } from '../../src/holders/holder.ts'
import { profilesDirectory } from '../../src/pki/profiles.ts'
import type { OpenAuthorities } from './open-authorities.ts'
import type { Registry } from './open-registry.ts'

/**
 * What issuing needs, from registry and keystore. The master of the cards' own secrets is made at
 * the very first card, and never again.
 *
 * @throws KeystoreUnavailable `key-missing` where cards have secrets of a master that is not here
 */
export async function issuingParts({
  db,
  keystore,
  issuance,
}: OpenAuthorities): Promise<IssueCardDeps> {
  return {
    ...{ db, issuance },
    secrets: await openCardSecrets(keystore, { mayMake: !(await hasDiversifiedCards(db)) }),
    profiles: await readCardKindProfiles(issuance.profiles),
    attestation: { roots: await readAttestationRoots() },
  }
}

/** Certificates (PEM or DER) in `certs/attestation/`: the makers whose chips are believed. */
async function readAttestationRoots(): Promise<Buffer[]> {
  const folder = join(profilesDirectory, 'attestation')
  const files = await readdir(folder).catch(() => [])
  const certificates = files.filter((file) => /\.(pem|crt|cer|der)$/.test(file)).sort()
  return Promise.all(
    certificates.map(async (file) => new X509Certificate(await readFile(join(folder, file))).raw),
  )
}

export async function agencyPathOf(
  { db }: Pick<Registry, 'db'>,
  holder: Holder,
): Promise<string[]> {
  return pathOf(db, holder)
}
