import { createAuditStore } from '../../src/audit/audit-store.ts'
import { systemClock } from '../../src/clock.ts'
import { openDatabase } from '../../src/db/pool.ts'
import { openFileKeystore } from '../../src/keystore/file-keystore.ts'
import { silentLog } from '../../src/log.ts'
import { createPkiAddresses } from '../../src/pki/addresses.ts'
import type { AuthoritySwitchDeps } from '../../src/pki/authority-deps.ts'
import { createAuthorityStore, type AuthorityStore } from '../../src/pki/authority-store.ts'
import { readCeremony } from '../../src/pki/ceremony.ts'
import { createDevelopmentPki } from '../../src/pki/development-pki.ts'
import { planRollOver, rollOverAuthority } from '../../src/pki/roll-over-authority.ts'
import { systemRandom } from '../../src/random.ts'
import { tinyPolicyArc } from './tiny-ca.ts'

/**
 * Makes authorities in a process of its own, for tests that end it: `tsx make-authorities.ts
 * <database url> <keystore folder> <ceremony|rollover> <step> <count>` kills itself, as a power cut
 * would, right after it has done the step for the count-th time.
 */
const [url = '', directory = '', act, fatalStep, count = '1'] = process.argv.slice(2)

let left = Number(count)
async function after<T>(step: string, work: Promise<T>): Promise<T> {
  const result = await work
  if (step === fatalStep && --left === 0) process.kill(process.pid, 'SIGKILL')
  return result
}

const db = openDatabase({ url, log: silentLog, maxConnections: 2 })
const passphrase = Buffer.from('only for tests')
const keystore = await openFileKeystore({ directory, passphrase, random: systemRandom })
const store = createAuthorityStore(db)
const audit = createAuditStore(db)

const deps: AuthoritySwitchDeps = {
  ...{ clock: systemClock, random: systemRandom, policyArc: tinyPolicyArc },
  addresses: createPkiAddresses('http://pki.example'),
  keystore: {
    ...keystore,
    generate: (...args) => after('key', keystore.generate(...args)),
  },
  audit: { append: (event) => after(event.outcome, audit.append(event)) },
  certificates: registering(store),
  inTransaction: (work) =>
    after(
      'commit',
      db.inTransaction((tx) => work({ certificates: registering(createAuthorityStore(tx)) })),
    ),
}

function registering(certificates: AuthorityStore): AuthorityStore {
  return {
    ...certificates,
    insertAuthority: (row) => after('row', certificates.insertAuthority(row)),
    retireAuthority: (id) => after('retired', certificates.retireAuthority(id)),
  }
}

if (act === 'rollover') {
  const plan = await planRollOver(deps, { ceremony: await readCeremony(), kind: 'citizen' })
  await rollOverAuthority(deps, plan, { actor: null })
} else {
  await createDevelopmentPki(deps)
}
await db.close()
process.stdout.write('done\n')
