import { startEmbeddedPostgres } from '../../src/db/embedded-postgres.ts'
import { silentLog } from '../../src/log.ts'

/**
 * A service reduced to its database, for tests that end it: `tsx hold-embedded-postgres.ts
 * <data folder>`. It says `ready`, stops in order on SIGTERM, and exits without a stop on SIGUSR2.
 */
const postgres = await startEmbeddedPostgres({ dataDir: process.argv[2] ?? '', log: silentLog })
process.once('SIGTERM', () => void postgres.stop().then(() => process.exit(0)))
process.once('SIGUSR2', () => process.exit(3))
setInterval(() => undefined, 60_000)
process.stdout.write('ready\n')
