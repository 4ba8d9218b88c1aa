import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/clock.ts'
import { migrate } from '../../src/db/migrate.ts'
import { openDatabase, type Database } from '../../src/db/pool.ts'
import { silentLog } from '../../src/log.ts'
import { publishCrl } from '../../src/pki/crl-publish.ts'
import { makeCrlAuthorities, type CrlAuthorities } from '../support/crl-authorities.ts'
import { startPostgres } from '../support/servers.ts'
import { rounded, type Figure } from './figures.ts'

const [few, many] = [10_000, 100_000]
/** The median of so many: one run may meet a checkpoint or a collection of garbage. */
const runs = 3

/**
 * How long a revocation list takes from the registry's rows to being published: read, encoded,
 * signed, read back, checked and committed; and how that grows with its entries.
 */
export async function measureCrl(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'ecard-bench-crl-'))
  const postgres = await startPostgres(join(folder, 'postgres'))
  await migrate(postgres.url)
  const db = openDatabase({ url: postgres.url, log: silentLog, maxConnections: 3 })
  try {
    const directory = join(folder, 'keystore')
    const authorities = await makeCrlAuthorities({ db, clock: systemClock, directory })
    await insertRevoked(db, authorities, few)
    await timePublication(authorities)
    const short = await timePublication(authorities)
    await insertRevoked(db, authorities, many - few)
    const long = await timePublication(authorities)
    return [
      { figure: `crl.${many}.seconds`, value: rounded(long), unit: 's' },
      { figure: `crl.growth-${few}-to-${many}`, value: rounded(long / short), unit: 'ratio' },
    ]
  } finally {
    await db.close()
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Seconds; the median of a few runs. */
async function timePublication({ deps, issuing }: CrlAuthorities): Promise<number> {
  const seconds: number[] = []
  for (let run = 0; run < runs; run++) {
    const begin = performance.now()
    await publishCrl(deps, { authority: issuing, partition: 0 }, { when: 'always', actor: 'bench' })
    seconds.push((performance.now() - begin) / 1000)
  }
  return seconds.sort((a, b) => a - b)[Math.floor(runs / 2)] ?? Number.NaN
}

async function insertRevoked(
  db: Database,
  { issuing }: CrlAuthorities,
  count: number,
): Promise<void> {
  await db.query(
    `insert into certificates (authority_id, serial_number, service, subject, not_before,
       not_after, status, status_since, revoked_at, reason)
     select $1, '4a' || substr(md5(random()::text), 3), 'svc-' || n || '-' || $2::int, 'CN=' || n,
       now() - interval '1 day', now() + interval '1 year', 'revoked', now() - n * interval '1 s',
       now() - n * interval '1 s', (array['keyCompromise', 'superseded', 'unspecified'])[1 + n % 3]
     from generate_series(1, $2::int) n`,
    [issuing.id, count],
  )
  await db.query('analyze certificates')
}
