import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readAuditKeys } from '../../src/audit/audit-keys.ts'
import { createAuditStore } from '../../src/audit/audit-store.ts'
import { canonicalEvent, chainStart, linkHash } from '../../src/audit/canonical-event.ts'
import { readWaiting, readLinkedEvents, type LinkedEvent } from '../../src/audit/chain-store.ts'
import type { Checkpoint } from '../../src/audit/checkpoint.ts'
import { linkEvents } from '../../src/audit/link-events.ts'
import { makeCheckpoint } from '../../src/audit/make-checkpoint.ts'
import { verifyChain, type VerifyReport, type VerifyRequest } from '../../src/audit/verify-chain.ts'
import type { Database } from '../../src/db/pool.ts'
import { openFileKeystore } from '../../src/keystore/file-keystore.ts'
import { systemRandom } from '../../src/random.ts'
import { migratedTestDatabase } from './migrated-database.ts'

export const auditTime = new Date('2026-03-01T07:00:00Z')

export type AuditFixture = Awaited<ReturnType<typeof openAuditFixture>>

/** A registry with an audit chain, and the means of those who write, verify and tamper. */
export async function openAuditFixture() {
  const database = await migratedTestDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'ecard-audit-'))
  const passphrase = Buffer.from('one passphrase for tests')
  const directory = join(folder, 'keystore')
  const keystore = await openFileKeystore({ directory, passphrase, random: systemRandom })
  const clock = { now: () => auditTime }
  const { db, url } = database
  const deps = { db, keystore, clock }
  return {
    ...{ ...deps, url, folder, keystoreDirectory: directory },
    append: (count: number) => appendEvents(db, count),
    link: () => linkAll(db),
    checkpoint: async (): Promise<Checkpoint & { jws: string }> => {
      await linkAll(db)
      const made = await makeCheckpoint(deps)
      if (made === null) throw new Error('nothing to sign')
      return made
    },
    verify: async (request: Partial<VerifyRequest> = {}): Promise<VerifyReport> =>
      verifyChain(deps, { keys: await readAuditKeys(keystore), ...request }),
    links: () => readLinkedEvents(db, { afterSeq: 0, upToSeq: 1_000_000, limit: 1_000_000 }),
    tamper: (...statements: readonly string[]) => tamper(db, statements),
    close: async () => {
      await database.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** One after the other, each in a transaction of its own. */
export async function appendEvents(db: Database, count: number): Promise<void> {
  const audit = createAuditStore(db)
  for (let n = 1; n <= count; n++) {
    await audit.append({
      ...{ at: auditTime, event: 'card.suspended', outcome: 'succeeded', reason: `lý do ${n}` },
      ...{ actor: 'ecard', cardUuid: systemRandom.uuid(), facts: { n, from: 'active' } },
    })
  }
}

/** Other tests' transactions on the same PostgreSQL may hold the linker up for a moment. */
export async function linkAll(db: Database): Promise<void> {
  const deadline = performance.now() + 15_000
  while ((await readWaiting(db)).count > 0) {
    if (performance.now() > deadline) throw new Error('events were not linked within 15 seconds')
    const { linked } = await linkEvents(db)
    if (linked === 0) await new Promise((resume) => setTimeout(resume, 20))
  }
}

const tables = ['audit_events', 'audit_links', 'audit_checkpoints']

/** As the owner of the tables may: the triggers that refuse are turned off. */
async function tamper(db: Database, statements: readonly string[]): Promise<void> {
  await db.inTransaction(async (tx) => {
    for (const table of tables) await tx.query(`alter table ${table} disable trigger user`)
    for (const statement of statements) await tx.query(statement)
    for (const table of tables)
      await tx.query(`alter table ${table} enable always trigger ${table}_append_only`)
  })
}

/** The statements that give every link the hash that fits what is there now. */
export function rehash(links: readonly LinkedEvent[]): string[] {
  let hash = chainStart
  return links.map(({ seq, event }) => {
    if (event === null) throw new Error(`link ${seq} has no event`)
    hash = linkHash(hash, canonicalEvent(event))
    return `update audit_links set hash = '\\x${hash.toString('hex')}' where seq = ${seq}`
  })
}
