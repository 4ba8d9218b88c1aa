import type { Clock } from '../clock.ts'
import type { Database, Queryable } from '../db/pool.ts'
import type { Keystore, SigningKey } from '../keystore/keystore.ts'
import type { Log } from '../log.ts'
import type { Authority } from './authority.ts'
import { createCertificateStore } from './certificate-store.ts'
import { parseCertificate } from './certificate.ts'
import { keyHashOf } from './ocsp-issuers.ts'
import { prepareSigner, type OcspSigner } from './ocsp-response.ts'
import { findSignerKey, freshSignerKey } from './ocsp-signer-keys.ts'
import { readStatuses } from './ocsp-status-store.ts'
import { listSigners, tryToLockSigner, type SignerCertificate } from './ocsp-signer-store.ts'

export interface OcspSignerDeps {
  readonly db: Pick<Database, 'query' | 'inTransaction'>
  readonly keystore: Keystore
  readonly clock: Clock
  readonly log: Log
  /**
   * Has `authority` certify a signer's key, in the place of the certificate that it had before:
   * `issueOcspCertificate` does. The registry holds the new one when this resolves.
   */
  readonly certifySigner: (authority: Authority, key: SigningKey) => Promise<unknown>
}

/** Well before the end: nodes take over the new one at leisure, and an outage of days does no harm. */
const renewBeforeEndMs = 10 * 86_400_000
const advice = 'give every node the same keystore; if the key is lost, revoke its certificate'

/**
 * Sees to it that every authority whose key is here has a signer for its OCSP answers that is good
 * for some days more. Of several nodes one makes it; the others go on with the earlier one, which
 * stays valid. What fails for one authority is logged and does not keep the others from theirs.
 */
export async function ensureOcspSigners(
  deps: OcspSignerDeps,
  authorities: readonly Authority[],
): Promise<void> {
  for (const authority of authorities) {
    try {
      if (await canSign(deps.keystore, authority)) await ensureSigner(deps, authority)
    } catch (error) {
      deps.log.error('ocsp.no-signer', error, { authority: authority.slug })
    }
  }
}

/**
 * The signers that this node can sign with, by authority id. One whose key is not in the keystore
 * is logged and left out; in its place, and while a successor is being made, the one from `before`
 * goes on unless it was revoked.
 */
export async function loadOcspSigners(
  deps: OcspSignerDeps,
  authorities: readonly Authority[],
  before: ReadonlyMap<string, OcspSigner> = new Map(),
): Promise<Map<string, OcspSigner>> {
  const signers = await standingSigners(deps, before)
  const byId = new Map(authorities.map((authority) => [authority.id, authority]))
  for (const certificate of await listSigners(deps.db, [...byId.keys()])) {
    const authority = byId.get(certificate.authorityId)
    if (authority === undefined) continue
    try {
      const signer = await loadSigner(deps.keystore, authority, certificate)
      if (signer !== null) signers.set(authority.id, signer)
      else deps.log.warn('ocsp.signer-key-missing', { authority: authority.slug, advice })
    } catch (error) {
      deps.log.error('ocsp.no-signer', error, { authority: authority.slug })
    }
  }
  return signers
}

async function standingSigners(
  { db, clock }: OcspSignerDeps,
  before: ReadonlyMap<string, OcspSigner>,
): Promise<Map<string, OcspSigner>> {
  const standing = new Map<string, OcspSigner>()
  for (const [authorityId, signer] of before) {
    const read = await readStatuses(db, authorityId, [signer.serialNumber])
    const isGood = read?.bySerial.get(signer.serialNumber)?.state === 'good'
    if (isGood && signer.notAfter > clock.now()) standing.set(authorityId, signer)
  }
  return standing
}

/** A revoked authority signs nothing more; an offline one's key is not here. */
async function canSign(keystore: Keystore, { keyName, state }: Authority): Promise<boolean> {
  return state !== 'revoked' && keyName !== null && (await keystore.has(keyName))
}

async function ensureSigner(deps: OcspSignerDeps, authority: Authority): Promise<void> {
  if (await hasLastingSigner(deps, deps.db, authority)) return
  await deps.db.inTransaction(async (tx) => {
    const isOurs = await tryToLockSigner(tx, authority.id)
    // Another node is at it; or was, before we had the lock.
    if (!isOurs || (await hasLastingSigner(deps, tx, authority))) return
    const key = await freshSignerKey(deps.keystore, authority, createCertificateStore(tx))
    await deps.certifySigner(authority, key)
    deps.log.info('ocsp.signer-made', { authority: authority.slug, key: key.name })
  })
}

/**
 * Even where its key is not here: a node with another keystore would else take the signer away from
 * those that have it, and they from it, for ever.
 */
async function hasLastingSigner(
  { clock }: OcspSignerDeps,
  db: Queryable,
  authority: Authority,
): Promise<boolean> {
  const [found] = await listSigners(db, [authority.id])
  if (found === undefined) return false
  const { notAfter } = parseCertificate(found.der)
  // A successor would end with the authority as well.
  if (notAfter >= parseCertificate(authority.certificateDer).notAfter) return true
  return notAfter.getTime() - clock.now().getTime() > renewBeforeEndMs
}

async function loadSigner(
  keystore: Keystore,
  authority: Authority,
  { der, serialNumber }: SignerCertificate,
): Promise<OcspSigner | null> {
  const certificate = parseCertificate(der)
  const key = await findSignerKey(keystore, authority, certificate)
  if (key === null) return null
  const { notBefore, notAfter } = certificate
  const about = { certificateDer: der, keyHash: keyHashOf(der) }
  return prepareSigner({ key, serialNumber, notBefore, notAfter }, about)
}
