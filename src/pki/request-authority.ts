import 'reflect-metadata'
import { createHash } from 'node:crypto'
import { AsnConvert } from '@peculiar/asn1-schema'
import type { SigningKey } from '../keystore/keystore.ts'
import { authoritySubject } from './authority-certificate.ts'
import type { AuthorityDeps } from './authority-deps.ts'
import { whatItClaims } from './authority-extensions.ts'
import type { CeremonyStep } from './ceremony-plan.ts'
import { writeBitString, writeExplicit, writeSequence, writeValue } from './der-writer.ts'
import { audited, ensureAuthorityKey, keyNameOf } from './make-authority.ts'
import { signatureAlgorithmOf, signDer } from './signing.ts'

/** A PKCS #10 request (RFC 2986) to carry to the machine that has the root's key. */
export interface AuthorityRequest {
  readonly slug: string
  readonly keyName: string
  readonly der: Buffer
  /** SHA-256 of `der`, hexadecimal, to compare by eye on the other machine. */
  readonly sha256: string
}

type RequestedAuthority = Pick<CeremonyStep, 'slug' | 'planned' | 'issuedBy'>

/**
 * Makes the key of an issuing authority, unless it is there, and asks for its certificate. The
 * request is signed by that key, and names policies and addresses as configured here, so that the
 * other machine can tell when it is configured otherwise.
 *
 * @throws AuthorityUnavailable when the keystore has another kind of key under its name
 * @throws KeystoreUnavailable, DatabaseUnavailable
 */
export async function requestAuthority(
  deps: AuthorityDeps,
  requested: RequestedAuthority,
  { actor }: { readonly actor: string | null },
): Promise<AuthorityRequest> {
  const { slug, planned } = requested
  const keyName = keyNameOf(slug)
  const facts = { kind: planned.kind, slug, key: keyName }
  return audited(deps, { event: 'authority.requested', actor, facts }, async () => {
    const key = await ensureAuthorityKey(deps, keyName, planned.keyAlgorithm)
    const der = await signRequest(key, requestInfo(deps, requested, key))
    return { slug, keyName, der, sha256: createHash('sha256').update(der).digest('hex') }
  })
}

/** CertificationRequest (RFC 2986 §4.2). */
async function signRequest(key: SigningKey, info: Buffer): Promise<Buffer> {
  const algorithm = Buffer.from(AsnConvert.serialize(signatureAlgorithmOf(key)))
  return writeSequence(info, algorithm, writeBitString(await signDer(key, info)))
}

/** CertificationRequestInfo (RFC 2986 §4.1). */
function requestInfo(
  { policyArc, addresses }: AuthorityDeps,
  { planned, issuedBy }: RequestedAuthority,
  key: SigningKey,
): Buffer {
  const claims = whatItClaims({
    ...{ policyArc, addresses, policies: planned.policies },
    issuerSlug: issuedBy,
  })
  return writeSequence(
    version1,
    Buffer.from(authoritySubject(planned).toArrayBuffer()),
    key.publicKey,
    writeExplicit(0, extensionRequest(claims.map(({ rawData }) => Buffer.from(rawData)))),
  )
}

const version1 = Buffer.of(0x02, 0x01, 0x00)
/** 1.2.840.113549.1.9.14 (RFC 2985 §5.4.2). */
const extensionRequestId = Buffer.from('06092a864886f70d01090e', 'hex')
const setTag = 0x31

function extensionRequest(extensions: readonly Buffer[]): Buffer {
  return writeSequence(extensionRequestId, writeValue(setTag, writeSequence(...extensions)))
}
