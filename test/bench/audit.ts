import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readAuditKeys } from '../../src/audit/audit-keys.ts'
import { linkEvents } from '../../src/audit/link-events.ts'
import { makeDueCheckpoint } from '../../src/audit/make-checkpoint.ts'
import { verifyChain } from '../../src/audit/verify-chain.ts'
import { systemClock } from '../../src/clock.ts'
import { migrate } from '../../src/db/migrate.ts'
import { openDatabase, type Database } from '../../src/db/pool.ts'
import { openFileKeystore } from '../../src/keystore/file-keystore.ts'
import type { Keystore } from '../../src/keystore/keystore.ts'
import { silentLog } from '../../src/log.ts'
import { systemRandom } from '../../src/random.ts'
import { startPostgres } from '../support/servers.ts'
import { rounded, type Figure } from './figures.ts'

const eventCount = 1_000_000
/** As many events as one transaction writes here. */
const perTransaction = 20_000

/**
 * How long the whole chain takes to verify, signatures and all. Writing and linking the events is
 * not counted.
 */
export async function measureAudit(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ecard-bench-audit-'))
  const postgres = await startPostgres(join(folder, 'postgres'))
  await migrate(postgres.url)
  const db = openDatabase({ url: postgres.url, log: silentLog })
  const keystore = await openFileKeystore({
    directory: join(folder, 'keystore'),
    passphrase: systemRandom.bytes(32),
    random: systemRandom,
  })
  try {
    await writeChain(db, keystore)
    return [
      {
        figure: `audit.verify-${eventCount}.seconds`,
        value: rounded(await secondsToVerify(db, keystore)),
        unit: 's',
      },
    ]
  } finally {
    await db.close()
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Events as a sign-in writes them, each of another holder. */
async function writeChain(db: Database, keystore: Keystore): Promise<void> {
  for (let written = 0; written < eventCount; written += perTransaction) {
    await db.query(
      `insert into audit_events (at, event, outcome, actor, holder_id, card_uuid, terminal_id,
         client_id, facts)
       select now(), 'card-auth.signed-in', 'succeeded', 'card', gen_random_uuid(),
         gen_random_uuid(), gen_random_uuid(), 'documents',
         jsonb_build_object('slot', '9E', 'loa', 'substantial', 'exchanges', n % 7)
       from generate_series(1, $1::integer) n`,
      [perTransaction],
    )
    while ((await linkEvents(db)).linked > 0);
    await makeDueCheckpoint({ db, keystore, clock: systemClock })
  }
}

async function secondsToVerify(db: Database, keystore: Keystore): Promise<number> {
  const began = performance.now()
  const keys = await readAuditKeys(keystore)
  const report = await verifyChain({ db, clock: systemClock }, { keys })
  if (!report.isIntact || report.checked !== eventCount || report.signedUpTo !== eventCount)
    throw new Error(`verified ${report.checked} events, ${report.breakCount} breaks`)
  return (performance.now() - began) / 1000
}
