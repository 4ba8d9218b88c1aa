import { AppError, Duplicate } from '../errors.ts'
import type { SigningKey } from '../keystore/keystore.ts'
import {
  authoritySubject,
  prepareAuthorityCertificate,
  signAuthorityCertificate,
  type ReadyAuthority,
} from './authority-certificate.ts'
import type { AuthorityDeps, AuthorityEvent } from './authority-deps.ts'
import { AuthorityUnavailable, type Authority, type AuthorityKind } from './authority.ts'
import { parseCertificate } from './certificate.ts'
import type { PlannedAuthority } from './ceremony.ts'

export interface AuthorityToMake {
  readonly slug: string
  readonly planned: PlannedAuthority
  /** Null for a root. */
  readonly issuer: ReadyAuthority | null
  /** Who holds the ceremony; null for the service itself. */
  readonly actor: string | null
}

/** What the registry is told when the certificate is there: one statement or one transaction. */
export type RegisterAuthority = (authority: Authority) => Promise<void>

/**
 * Makes one authority: key, intent in the audit, certificate, row, in this order, so that a run
 * that was cut off finds the key again and certifies it then. Only the row makes it an authority.
 *
 * @throws Duplicate when another run was faster
 * @throws AuthorityUnavailable when the keystore has another kind of key under its name
 * @throws KeystoreUnavailable, DatabaseUnavailable
 */
export async function makeAuthority(
  deps: AuthorityDeps,
  { slug, planned, issuer, actor }: AuthorityToMake,
  register: RegisterAuthority = (authority) => deps.certificates.insertAuthority(authority),
): Promise<ReadyAuthority> {
  const { kind, commonName, crlPartitions, keyAlgorithm } = planned
  const keyName = keyNameOf(slug)
  const key = await ensureAuthorityKey(deps, keyName, keyAlgorithm)
  const toBeSigned = await prepareAuthorityCertificate(deps, {
    ...{ planned, issuer, publicKey: key.publicKey },
    subject: authoritySubject(planned),
  })
  const { serialNumber } = toBeSigned
  const facts = { kind, slug, key: keyName, serialNumber }
  return audited(deps, { event: 'authority.created', actor, facts }, async () => {
    const certificateDer = await signAuthorityCertificate(toBeSigned, issuer, key)
    const authority = newAuthority({
      ...{ id: deps.random.uuid(), slug, name: commonName, kind, certificateDer, keyName },
      ...{ issuerId: issuer?.authority.id ?? null, crlPartitions },
    })
    await register(authority)
    return { authority, key, certificate: parseCertificate(certificateDer) }
  })
}

export function newAuthority(
  given: Omit<Authority, 'state' | 'revokedAt' | 'revocationReason'>,
): Authority {
  return { ...given, state: 'issuing', revokedAt: null, revocationReason: null }
}

/** The name of its key in the keystore. */
export function keyNameOf(slug: string): string {
  return `ca-${slug}`
}

/** `citizen`, then `citizen-2` and so on: the first that no authority has. */
export function nextSlug(kind: AuthorityKind, taken: readonly Pick<Authority, 'slug'>[]): string {
  const slugs = new Set(taken.map(({ slug }) => slug))
  for (let number = 1; ; number++) {
    const slug = number === 1 ? kind : `${kind}-${number}`
    if (!slugs.has(slug)) return slug
  }
}

/** A key that is there already was made by a run that did not come to its end. */
export async function ensureAuthorityKey(
  { keystore }: Pick<AuthorityDeps, 'keystore'>,
  keyName: string,
  algorithm: PlannedAuthority['keyAlgorithm'],
): Promise<SigningKey> {
  const key = await findOrMake(keystore, keyName, algorithm)
  if (key.algorithm === algorithm) return key
  const message =
    `the keystore's ${keyName} is a ${key.algorithm} key and the ceremony asks for ${algorithm}: ` +
    'put the file of the ceremony back as it was, or take that key away'
  throw new AuthorityUnavailable(message, { key: keyName, algorithm: key.algorithm })
}

async function findOrMake(
  keystore: AuthorityDeps['keystore'],
  keyName: string,
  algorithm: PlannedAuthority['keyAlgorithm'],
): Promise<SigningKey> {
  if (await keystore.has(keyName)) return keystore.key(keyName)
  try {
    return await keystore.generate(keyName, algorithm)
  } catch (error) {
    if (error instanceof Duplicate) return keystore.key(keyName)
    throw error
  }
}

/** Writes down the intent, does the work, and writes down how it went. */
export async function audited<T>(
  { audit, clock }: Pick<AuthorityDeps, 'audit' | 'clock'>,
  event: Pick<AuthorityEvent, 'event' | 'actor' | 'facts'>,
  work: () => Promise<T>,
): Promise<T> {
  await audit.append({ ...event, at: clock.now(), outcome: 'intended' })
  try {
    const result = await work()
    await audit.append({ ...event, at: clock.now(), outcome: 'succeeded' })
    return result
  } catch (error) {
    if (error instanceof AppError) {
      const facts = { ...event.facts, error: error.code }
      // The error itself is what matters: the audit may be what failed.
      await audit
        .append({ ...event, facts, at: clock.now(), outcome: 'refused' })
        .catch(() => undefined)
    }
    throw error
  }
}
