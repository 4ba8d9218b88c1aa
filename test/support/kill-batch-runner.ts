/**
 * Runs a batch at one virtual desk, and kills its own process right before a named step on one of
 * its cards. Started by the test of that.
 */
import { ownRunner } from '../../scripts/batch/dead-runners.ts'
import { runBatch } from '../../scripts/batch/run-batch.ts'
import { openQueueDesk } from '../../scripts/desk/queue-desk.ts'
import { createAuditStore } from '../../src/audit/audit-store.ts'
import { findBatch } from '../../src/batches/batch-store.ts'
import { readCardKindProfiles } from '../../src/cards/card-kind-profile.ts'
import { openCardSecrets } from '../../src/cards/card-secrets.ts'
import { openDatabase } from '../../src/db/pool.ts'
import { openFileKeystore } from '../../src/keystore/file-keystore.ts'
import { silentLog } from '../../src/log.ts'
import { createPkiAddresses } from '../../src/pki/addresses.ts'
import { createCertificateStore } from '../../src/pki/certificate-store.ts'
import { registryTransactions } from '../../src/pki/issuance.ts'
import { readProfiles } from '../../src/pki/profiles.ts'
import { systemRandom } from '../../src/random.ts'
import { alwaysChosen } from './issuing-fixture.ts'
import { fixturePassphrase } from './pki-fixture.ts'
import { tinyPolicyArc } from './tiny-ca.ts'

export interface BatchKillOrder {
  readonly url: string
  readonly keystore: string
  readonly at: string
  readonly batchId: string
  /** Of the virtual desk. */
  readonly folder: string
  readonly killAt: { readonly card: number; readonly step: string }
}

const order = JSON.parse(process.argv[2] ?? '') as BatchKillOrder
const db = openDatabase({ url: order.url, log: silentLog, maxConnections: 4 })
const keystore = await openFileKeystore({
  directory: order.keystore,
  passphrase: fixturePassphrase,
  random: systemRandom,
})
const profiles = await readProfiles()
const issuance = {
  ...{ keystore, profiles, random: systemRandom, policyArc: tinyPolicyArc },
  certificates: createCertificateStore(db),
  audit: createAuditStore(db),
  inTransaction: registryTransactions(db, createAuditStore),
  clock: { now: () => new Date(order.at) },
  addresses: createPkiAddresses('http://pki.example'),
}
let card = 0
const deps = {
  ...{ db, issuance, attestation: { roots: [] } },
  secrets: await openCardSecrets(keystore, { mayMake: false }),
  profiles: await readCardKindProfiles(profiles),
  onStep: (step: string) => {
    if (step === 'identity') card += 1
    if (card === order.killAt.card && step === order.killAt.step)
      process.kill(process.pid, 'SIGKILL')
  },
}

const batch = await findBatch(db, order.batchId)
if (batch === null) throw new Error('no such batch')
const nothing = (): void => undefined
await runBatch(deps, {
  ...{ batch, runner: ownRunner(), leaseSeconds: 30, slipFolder: null, askedPins: alwaysChosen },
  desks: [await openQueueDesk(`virtual:${order.folder}`)],
  signal: new AbortController().signal,
  progress: { start: nothing, advance: nothing, reach: nothing, stop: nothing },
  operator: { vi: '', en: '' },
  actorFor: () => Promise.resolve('test'),
})
await db.close()
