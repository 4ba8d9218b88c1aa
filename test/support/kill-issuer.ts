/**
 * Issues one certificate in the place of another, and kills its own process at a numbered step:
 * just before or just after something that it asks of a port. Started by the test of that.
 */
import { appendFileSync, readFileSync, writeSync } from 'node:fs'
import { createAuditStore } from '../../src/audit/audit-store.ts'
import { openDatabase } from '../../src/db/pool.ts'
import { openFileKeystore } from '../../src/keystore/file-keystore.ts'
import type { Keystore } from '../../src/keystore/keystore.ts'
import { silentLog } from '../../src/log.ts'
import { createPkiAddresses } from '../../src/pki/addresses.ts'
import { createCertificateStore } from '../../src/pki/certificate-store.ts'
import { registryTransactions, type IssuanceDeps } from '../../src/pki/issuance.ts'
import type { RegistryTransaction } from '../../src/pki/issuance-deps.ts'
import {
  issueCardCertificate,
  type CardCertificateRequest,
} from '../../src/pki/issue-card-certificate.ts'
import { readProfiles } from '../../src/pki/profiles.ts'
import { readToBeSigned } from '../../src/pki/read-to-be-signed.ts'
import { systemRandom } from '../../src/random.ts'
import { fixturePassphrase } from './pki-fixture.ts'
import { tinyPolicyArc } from './tiny-ca.ts'

/** What the test hands over, as JSON; buffers as base64. */
export interface KillOrder {
  readonly url: string
  readonly keystore: string
  readonly at: string
  /** 1 is the first step; larger than there are steps: nothing kills it. */
  readonly killAtStep: number
  /** Every serial that was signed is appended here, a line each, before anything else happens. */
  readonly signedFile: string
  readonly request: CardCertificateRequest
}

const order = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'), (_, value: unknown) =>
  revive(value),
) as KillOrder
let step = 0

function revive(value: unknown): unknown {
  const isBuffer = typeof value === 'object' && value !== null && 'type' in value && 'data' in value
  return isBuffer && value.type === 'Buffer' ? Buffer.from(value.data as number[]) : value
}

/** At once and whole, whatever happens to the process next. */
function say(line: string): void {
  writeSync(1, `${line}\n`)
}

function reach(name: string): void {
  step += 1
  say(`step ${step} ${name}`)
  if (step === order.killAtStep) process.kill(process.pid, 'SIGKILL')
}

/** Each call is two steps: it was about to happen, and it has happened. */
async function stepping<T>(name: string, call: () => Promise<T>): Promise<T> {
  reach(`before ${name}`)
  const result = await call()
  reach(`after ${name}`)
  return result
}

function steppingKeystore(keystore: Keystore): Keystore {
  return {
    ...keystore,
    key: async (name) => {
      const key = await keystore.key(name)
      const sign = async (tbs: Uint8Array) => {
        const signature = await key.sign(tbs)
        const { serialOctets } = readToBeSigned(Buffer.from(tbs))
        const serial = serialOctets.toString('hex').replace(/^00/, '')
        appendFileSync(order.signedFile, `${serial}\n`)
        return signature
      }
      return { ...key, sign: (tbs) => stepping('signature', () => sign(tbs)) }
    },
  }
}

function steppingTransaction({ certificates, audit }: RegistryTransaction): RegistryTransaction {
  return {
    audit: { append: (event) => stepping(`audit ${event.outcome}`, () => audit.append(event)) },
    certificates: {
      ...certificates,
      prepareCertificate: (row, at) =>
        stepping('prepared row', () => certificates.prepareCertificate(row, at)),
      setStatus: (serial, change) =>
        stepping('supersession', () => certificates.setStatus(serial, change)),
      completeCertificate: (serial, der, at) =>
        stepping('completion', () => certificates.completeCertificate(serial, der, at)),
    },
  }
}

const db = openDatabase({ url: order.url, log: silentLog, maxConnections: 2 })
const inTransaction = registryTransactions(db, createAuditStore)
const keystore = await openFileKeystore({
  directory: order.keystore,
  passphrase: fixturePassphrase,
  random: systemRandom,
})
const deps: IssuanceDeps = {
  keystore: steppingKeystore(keystore),
  certificates: createCertificateStore(db),
  audit: createAuditStore(db),
  inTransaction: (work) =>
    stepping('transaction', () => inTransaction((tx) => work(steppingTransaction(tx)))),
  clock: { now: () => new Date(order.at) },
  random: systemRandom,
  profiles: await readProfiles(),
  policyArc: tinyPolicyArc,
  addresses: createPkiAddresses('http://pki.example'),
}
const { request } = order
await issueCardCertificate(deps, { ...request, expiresAt: new Date(request.expiresAt) })
await db.close()
say('issued')
