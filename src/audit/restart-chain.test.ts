import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  appendEvents,
  linkAll,
  openAuditFixture,
  type AuditFixture,
} from '../../test/support/audit-fixture.ts'
import { startPostgres, type Server } from '../../test/support/servers.ts'
import { openDatabase, type Database } from '../db/pool.ts'
import { silentLog } from '../log.ts'
import { readAuditKeys } from './audit-keys.ts'
import { readChainHealth } from './chain-health.ts'
import type { Checkpoint } from './checkpoint.ts'
import { linkEvents } from './link-events.ts'
import { makeCheckpoint, restartChain } from './make-checkpoint.ts'
import { verifyChain, type VerifyReport, type VerifyRequest } from './verify-chain.ts'

/** A dump restored on a new PostgreSQL, whose transactions have lower numbers than the old one's. */
describe.each([
  { withoutLink: 2, then: 'with the events that had no link yet' },
  { withoutLink: 0, then: 'also where nothing was without a link' },
])('a registry that was moved to another PostgreSQL', ({ withoutLink, then }) => {
  let audit: AuditFixture
  let folder: string
  let server: Server
  let kept: Checkpoint
  let db: Database

  beforeAll(async () => {
    audit = await openAuditFixture()
    // A new PostgreSQL is far behind one that has been at work for a while.
    await audit.db.query(
      'do $$ begin for n in 1..3000 loop perform pg_current_xact_id(); commit; end loop; end $$',
    )
    await audit.append(5)
    await audit.checkpoint()
    await audit.append(2)
    kept = await audit.checkpoint()
    // These come along without a link.
    await audit.append(withoutLink)
    folder = mkdtempSync(join(tmpdir(), 'ecard-moved-'))
    server = await startPostgres(join(folder, 'postgres'))
    restore(audit.url, server.url)
    db = openDatabase({ url: server.url, log: silentLog })
  })
  afterAll(async () => {
    await db.close()
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
    await audit.close()
  })

  const deps = () => ({ db, keystore: audit.keystore, clock: audit.clock })
  const verify = async (request: Partial<VerifyRequest> = {}): Promise<VerifyReport> =>
    verifyChain(deps(), { keys: await readAuditKeys(audit.keystore), ...request })
  /** How many came along; the ids of these events are their places in the chain. */
  const moved = 7 + withoutLink

  it('refuses to go on by itself: nobody could tell old events from new ones', async () => {
    await appendEvents(db, 3)
    await expect(linkEvents(db)).rejects.toMatchObject({ code: 'AUDIT_CHAIN_MOVED' })
    await expect(verify()).rejects.toMatchObject({ code: 'AUDIT_CHAIN_MOVED' })
    expect(await readChainHealth(deps())).toMatchObject({ isMoved: true, linked: 7 })
  })

  it(`goes on once it was told, ${then}`, async () => {
    await expect(restartChain({ ...deps(), db: audit.db })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    })
    expect(await restartChain(deps())).toMatchObject({
      ...{ number: 3, seq: moved, restartAfterId: String(moved) },
    })
    await linkAll(db)
    await makeCheckpoint(deps())
    expect(await verify()).toMatchObject({
      ...{ isIntact: true, checked: moved + 3, signedUpTo: moved + 3 },
      health: { isMoved: false, waiting: 0 },
    })
    for (const request of [{ kept }, { kept, sinceCheckpoint: true }, { sinceCheckpoint: true }])
      expect(await verify(request)).toMatchObject({ isIntact: true, signedUpTo: moved + 3 })
    await expect(restartChain(deps())).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  })

  it('is still told what came into the past, before the move and after it', async () => {
    await db.query(
      `insert into audit_events (id, at, event, outcome, facts, xid) overriding system value
       select -1, at, event, outcome, facts, xid from audit_events where id = 4`,
    )
    await db.query(
      `insert into audit_events (at, event, outcome, facts, xid)
       select at, event, outcome, facts, '5' from audit_events where id = 4`,
    )
    const { rows } = await db.query<{ id: string }>('select max(id) as id from audit_events')
    const { breaks } = await verify()
    expect(breaks.map(({ kind, seq, eventId }) => [kind, seq, eventId])).toEqual([
      ['inserted', 4, '-1'],
      ['inserted', moved + 1, rows[0]?.id],
    ])
  })
})

function restore(from: string, to: string): void {
  const dump = spawnSync('pg_dump', ['--no-owner', '--dbname', from], { encoding: 'buffer' })
  if (dump.status !== 0) throw new Error(dump.stderr.toString())
  const args = ['--quiet', '--set', 'ON_ERROR_STOP=1', '--dbname', to]
  const psql = spawnSync('psql', args, { input: dump.stdout, encoding: 'buffer' })
  if (psql.status !== 0) throw new Error(psql.stderr.toString())
}
