import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/clock.ts'
import { migrate } from '../../src/db/migrate.ts'
import { openDatabase, type Database } from '../../src/db/pool.ts'
import { silentLog } from '../../src/log.ts'
import { inventedList } from '../support/people-lists.ts'
import { runProgram } from '../support/program.ts'
import { insertAgency } from '../support/registry.ts'
import { startPostgres } from '../support/servers.ts'
import { textWorkbook } from '../support/workbook.ts'
import { rounded, type Figure } from './figures.ts'

const holderCount = 10_000

/**
 * How long `ecard holder import` takes for an Excel file of 10,000 persons that are all new, from
 * the start of the process to its end: as a dry run, then with `--apply`.
 */
export async function measureImport(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ecard-bench-'))
  const postgres = await startPostgres(join(folder, 'postgres'))
  try {
    await migrate(postgres.url)
    const db = openDatabase({ url: postgres.url, log: silentLog, maxConnections: 1 })
    try {
      return await importHolders(db, postgres.url, folder)
    } finally {
      await db.close()
    }
  } finally {
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function importHolders(db: Database, url: string, folder: string): Promise<Figure[]> {
  const { code } = await insertAgency(db, { code: 'MH', name: 'Tỉnh Minh Họa' })
  const file = join(folder, 'can-bo.xlsx')
  writeFileSync(file, await textWorkbook(inventedList(holderCount, code)))
  const environment = { DATABASE_URL: url, ECARD_ISSUER: 'http://localhost:1' }
  const run = async (...options: string[]): Promise<number> => {
    const start = systemClock.now().getTime()
    const args = ['holder', 'import', file, ...options]
    const { status, output } = await runProgram('scripts/ecard.ts', args, environment)
    if (status !== 0) throw new Error(`the import failed: ${output.slice(-500)}`)
    return (systemClock.now().getTime() - start) / 1000
  }
  const dryRunSeconds = await run()
  const seconds = await run('--apply')
  await checkAllCame(db)
  return [
    { figure: 'import.10000.dry-run-seconds', value: rounded(dryRunSeconds), unit: 's' },
    { figure: 'import.10000.seconds', value: rounded(seconds), unit: 's' },
  ]
}

/** A figure counts only for what was done. */
async function checkAllCame(db: Database): Promise<void> {
  const { rows } = await db.query<{ count: string }>('select count(*) from holders')
  if (Number(rows[0]?.count) !== holderCount) throw new Error('the import left holders out')
}
