import { Duplicate } from '../errors.ts'
import type { Keystore, SigningKey } from '../keystore/keystore.ts'
import { AuthorityUnavailable, type Authority } from './authority.ts'
import { issueCertificate, type IssuanceDeps } from './issuance.ts'
import { possessionBytes } from './possession.ts'
import type { CertificateBearer, RegisteredCertificate } from './registered-certificate.ts'

export const contentSignerKeyName = 'card-content-signer'

const bearer = { service: 'content-signing' } as const satisfies CertificateBearer

/** Key and certificate with which the public data on cards are signed. */
export interface ContentSigner {
  readonly key: SigningKey
  readonly certificateDer: Buffer
}

/**
 * The signer of what is on cards, made where there is none. Its certificate is made anew, for the
 * same key, when it would end before `until` and a new one would last longer: SP 800-73-5 part 1
 * §3.1.2 wants it to outlive the card.
 *
 * @param options.actor - who asked: a holder id or the name of a program
 * @throws AuthorityUnavailable, KeystoreUnavailable
 */
export async function openContentSigner(
  deps: IssuanceDeps,
  { until, actor }: { readonly until: Date; readonly actor: string },
): Promise<ContentSigner> {
  const authority = await findAuthority(deps)
  const found = await deps.certificates.findByService(authority.id, bearer.service)
  const key = await findKey(deps.keystore)
  const isGood =
    found?.status === 'active' && (found.notAfter >= until || !lastsLonger(deps, found, until))
  const certificate = isGood ? found : await certify(deps, { authority, key, found, actor })
  return { key, certificateDer: certificate.der }
}

const dayMs = 86_400_000

/** Once a day at most: an authority near its end could not give a better one. */
function lastsLonger({ clock }: IssuanceDeps, found: RegisteredCertificate, until: Date): boolean {
  return clock.now().getTime() - found.statusSince.getTime() > dayMs && found.notAfter < until
}

async function findAuthority({ profiles, certificates }: IssuanceDeps): Promise<Authority> {
  const { issuer } = profiles.contentSigner
  const authority = issuer === 'own' ? null : await certificates.findIssuingAuthority(issuer)
  if (authority !== null) return authority
  throw new AuthorityUnavailable('there is no authority for card data: make the authorities first')
}

async function findKey(keystore: Keystore): Promise<SigningKey> {
  if (await keystore.has(contentSignerKeyName)) return keystore.key(contentSignerKeyName)
  try {
    return await keystore.generate(contentSignerKeyName, 'P-256')
  } catch (error) {
    // Made by another desk at the same moment.
    if (error instanceof Duplicate) return keystore.key(contentSignerKeyName)
    throw error
  }
}

async function certify(
  deps: IssuanceDeps,
  {
    authority,
    key,
    found,
    actor,
  }: {
    readonly authority: Authority
    readonly key: SigningKey
    readonly found: RegisteredCertificate | null
    readonly actor: string
  },
): Promise<RegisteredCertificate> {
  const nonce = deps.random.bytes(32)
  const signature = Buffer.from(await key.sign(possessionBytes(bearer, nonce)))
  return issueCertificate(deps, {
    profile: deps.profiles.contentSigner,
    authorityId: null,
    subject: { type: 'content-signer', authorityName: authority.name },
    for: bearer,
    publicKey: key.publicKey,
    possession: { kind: 'signature', nonce, signature },
    notAfter: null,
    replaces: found,
    actor,
  })
}
