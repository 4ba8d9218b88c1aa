/**
 * Issues one virtual card, and kills its own process right after a numbered exchange with it, or
 * right before a named step. Started by the test of that.
 */
import { readFileSync } from 'node:fs'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import { virtualDesk } from '../../scripts/desk/local-desk.ts'
import { createAuditStore } from '../../src/audit/audit-store.ts'
import { readCardKindProfiles } from '../../src/cards/card-kind-profile.ts'
import { openCardSecrets } from '../../src/cards/card-secrets.ts'
import { issueCard, type IssueCardRequest } from '../../src/cards/issue-card.ts'
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

export interface CardKillOrder {
  readonly url: string
  readonly keystore: string
  readonly at: string
  readonly cardFile: string
  readonly request: IssueCardRequest
  readonly kill:
    { readonly afterExchange: number } | { readonly beforeStep: string } | { readonly never: true }
}

const order = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as CardKillOrder
const db = openDatabase({ url: order.url, log: silentLog, maxConnections: 2 })
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
const deps = {
  ...{ db, issuance, attestation: { roots: [] } },
  secrets: await openCardSecrets(keystore, { mayMake: false }),
  profiles: await readCardKindProfiles(profiles),
  onStep: (step: string) => {
    say(`step ${step}`)
    if ('beforeStep' in order.kill && order.kill.beforeStep === step) die()
  },
}
let exchange = 0
const trace = () => {
  exchange += 1
  say(`exchange ${exchange}`)
  if ('afterExchange' in order.kill && order.kill.afterExchange === exchange) die()
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function die(): void {
  process.kill(process.pid, 'SIGKILL')
}

const desk = virtualDesk(VirtualCard.open({ file: order.cardFile }), { pins: alwaysChosen, trace })
const { card } = await desk.withCard((presented) => issueCard(deps, presented, order.request))
await desk.close()
await db.close()
say(`issued ${card.state}`)
