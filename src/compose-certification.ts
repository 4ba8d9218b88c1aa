import { join } from 'node:path'
import { createAuditStore } from './audit/audit-store.ts'
import type { Clock } from './clock.ts'
import type { Closers } from './closers.ts'
import type { Config } from './config.ts'
import type { Database } from './db/pool.ts'
import type { Finding } from './health.ts'
import { openKeystore, type OpenKeystore } from './keystore/open-keystore.ts'
import { readOrMakePassphrase, readPassphrase } from './keystore/passphrase.ts'
import type { Log } from './log.ts'
import { createPkiAddresses } from './pki/addresses.ts'
import { judgeAuthorities } from './pki/authority-health.ts'
import { createCertificateStore } from './pki/certificate-store.ts'
import { createLatestCrls } from './pki/crl-latest.ts'
import { defaultCrlPolicy } from './pki/crl-policy.ts'
import { startCrlPublisher } from './pki/crl-publisher.ts'
import { ensureAuthorities } from './pki/ensure-authorities.ts'
import { registryTransactions, type IssuanceDeps } from './pki/issuance.ts'
import { issueOcspCertificate } from './pki/issue-ocsp-certificate.ts'
import { openOcspService } from './pki/ocsp-service.ts'
import { readProfiles } from './pki/profiles.ts'
import { watchPreparedCertificates } from './pki/watch-prepared-certificates.ts'
import { watchTrustAnchors } from './pki/watch-trust-anchors.ts'
import type { Random } from './random.ts'

/** The certification system's part of the composition, for the service and for `ecard`. */
export interface CertificationBasics {
  readonly db: Database
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** An issuance takes well under a second; one that takes so long has died, or fails cleanly. */
const settledAfterSeconds = 60

/**
 * Opens every private key of the service, in files and HSM, as configured. The passphrase is made
 * at the first start where no file was named for it.
 *
 * @throws KeystoreUnavailable
 */
export async function openConfiguredKeystore(
  { dataDir, keystorePassphraseFile, pkcs11 }: Config,
  random: Random,
): Promise<{ keystore: OpenKeystore; passphrase: Buffer }> {
  const passphrase =
    keystorePassphraseFile === null
      ? await readOrMakePassphrase(join(dataDir, 'keystore-passphrase'), random)
      : await readPassphrase(keystorePassphraseFile)
  const directory = join(dataDir, 'keystore')
  return { keystore: await openKeystore({ directory, passphrase, random, pkcs11 }), passphrase }
}

/** All that issuing certificates needs. */
export async function openIssuance(
  { db, clock, random }: Omit<CertificationBasics, 'log'>,
  { pkiUrl, policyOidArc }: Config,
  keystore: OpenKeystore,
): Promise<IssuanceDeps> {
  return {
    ...{ keystore, clock, random, policyArc: policyOidArc },
    certificates: createCertificateStore(db),
    audit: createAuditStore(db),
    profiles: await readProfiles(),
    addresses: createPkiAddresses(pkiUrl),
    inTransaction: registryTransactions(db, createAuditStore),
  }
}

/** What publishes the status of certificates, and who is trusted to have made them. */
export type Certification = Awaited<ReturnType<typeof openCertification>>

/**
 * Sees to it that there are authorities where that is ours to do, settles what an earlier process
 * left half done, and keeps anchors, revocation lists and OCSP up to date from here on.
 */
export async function openCertification(
  basics: CertificationBasics,
  issuance: IssuanceDeps,
  { mayMakeAuthorities, closers }: { mayMakeAuthorities: boolean; closers: Closers },
) {
  const { db, clock, random, log } = basics
  const { keystore, addresses, certificates } = issuance
  await ensureAuthorities({ ...issuance, log }, { mayMake: mayMakeAuthorities })
  closers.push(
    watchPreparedCertificates({ ...issuance, log }, { olderThanSeconds: settledAfterSeconds }),
  )
  const anchors = await watchTrustAnchors({ db, certificates, log })
  closers.push(() => anchors.stop())
  const ocsp = await openOcspService({
    ...{ db, keystore, clock, random, log },
    certifySigner: (authority, key) =>
      issueOcspCertificate(issuance, { authority, key, actor: 'ocsp-responder' }),
  })
  closers.push(() => ocsp.close())
  const publisher = await startCrlPublisher({
    ...{ db, keystore, addresses, clock, log, auditOn: createAuditStore },
    policy: defaultCrlPolicy,
  })
  closers.push(() => publisher.stop())
  const crls = createLatestCrls(db)
  return {
    anchors,
    /** How the authorities are, for the health of the service. */
    authorityFindings: async (): Promise<Finding[]> =>
      judgeAuthorities(await certificates.listAuthorities(), clock.now()),
    /** What the web folder serves below `/pki`. */
    files: {
      answerOcsp: (request: Buffer) => ocsp.answer(request),
      authorities: () => certificates.listAuthorities(),
      latestCrl: (slug: string, partition: number) => crls.find(slug, partition),
    },
    ocspAddress: addresses.ocsp(),
  }
}
