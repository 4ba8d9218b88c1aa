import { watchAuditChain } from '../../src/audit/watch-audit-chain.ts'
import { systemClock } from '../../src/clock.ts'
import { openDatabase } from '../../src/db/pool.ts'
import { openFileKeystore } from '../../src/keystore/file-keystore.ts'
import { createLog } from '../../src/log.ts'
import { systemRandom } from '../../src/random.ts'

/**
 * A node reduced to its linker, for tests that kill it: `run-audit-linker.ts <database url>
 * <keystore folder>`.
 */
const [url = '', directory = ''] = process.argv.slice(2)
const log = createLog('info')
const db = openDatabase({ url, log })
const passphrase = Buffer.from('one passphrase for tests')
const keystore = await openFileKeystore({ directory, passphrase, random: systemRandom })
const stop = watchAuditChain({ db, keystore, clock: systemClock, log })
const alive = setInterval(() => undefined, 60_000)
process.once('SIGTERM', () => {
  clearInterval(alive)
  void stop().then(() => db.close())
})
process.stdout.write('started\n')
