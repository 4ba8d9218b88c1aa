import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '../../src/db/migrate.ts'
import { openDatabase, type Database } from '../../src/db/pool.ts'
import { silentLog } from '../../src/log.ts'
import { createPasskeyStore } from '../../src/passkeys/passkey-store.ts'
import { startPostgres } from '../support/servers.ts'
import { rounded, type Figure } from './figures.ts'

const few = 1_000
const many = 1_000_000
/** As many as a holder may have. */
const perHolder = 10
const lookUps = 2_000
/** As many as one statement may put in, in the time that our connections give it. */
const atOnce = 100_000

/**
 * How much longer a passkey takes to be found among a million than among a thousand, by the very
 * statement of a sign-in. Medians of look-ups one after the other, of passkeys at random.
 */
export async function measurePasskeyLookUps(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'ecard-bench-passkeys-'))
  const postgres = await startPostgres(join(folder, 'postgres'))
  await migrate(postgres.url)
  const db = openDatabase({ url: postgres.url, log: silentLog, maxConnections: 1 })
  try {
    await fill(db, { from: 1, to: few })
    await lookUpEach(db, few)
    const amongFew = await lookUpEach(db, few)
    for (let filled = few; filled < many; filled += atOnce)
      await fill(db, { from: filled + 1, to: Math.min(filled + atOnce, many) })
    await lookUpEach(db, many)
    const amongMany = await lookUpEach(db, many)
    return [
      { figure: `passkey.lookup-among-${many}.p50-ms`, value: rounded(amongMany), unit: 'ms' },
      {
        figure: `passkey.lookup-growth-${few}-to-${many}`,
        value: rounded(amongMany / amongFew),
        unit: 'ratio',
      },
    ]
  } finally {
    await db.close()
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Passkey `n` is of holder `n / 10` and has the SHA-256 of `n` for its id. */
async function fill(db: Database, { from, to }: { from: number; to: number }): Promise<void> {
  // What keeps one row right at a time would count each holder's passkeys a million times.
  const range = `generate_series(${from}, ${to}) n`
  const holders = `generate_series(${Math.ceil(from / perHolder)}, ${to / perHolder}) h`
  const id = (n: string) => `md5(${n}::text)::uuid`
  for (const statement of [
    'alter table passkeys disable trigger user',
    `insert into holders (id, type, state, state_since, display_name, national_number)
       select ${id('h')}, 'person', 'active', now(), 'Người ' || h, '000' || h from ${holders}`,
    `insert into cards (card_uuid, kind, holder_id, state, state_since, expires_at)
       select ${id('h')}, 'civil-servant', ${id('h')}, 'requested', now(), now() + interval '5 years'
       from ${holders}`,
    `insert into passkeys (id, holder_id, card_kind, credential_id, user_handle, public_key,
         sign_count, aaguid, transports, backup_eligible, backup_state, attestation_format,
         attestation_verdict, name, proof_kind, proof_card_uuid, created_at, state, state_since)
       select ${id('n')}, ${id(`((n - 1) / ${perHolder} + 1)`)}, 'civil-servant',
         sha256(n::text::bytea), sha256('h'::bytea), sha256('k'::bytea), 0, ${id('0')},
         '{internal}', false, false, 'none', 'none', 'Điện thoại', 'card',
         ${id(`((n - 1) / ${perHolder} + 1)`)}, now(), 'active', now()
       from ${range}`,
    'alter table passkeys enable trigger user',
    'analyze',
  ])
    await db.query(statement)
}

/** @returns the median, in milliseconds */
async function lookUpEach(db: Database, count: number): Promise<number> {
  const passkeys = createPasskeyStore(db)
  const taken: number[] = []
  for (let round = 0; round < lookUps; round++) {
    const number = 1 + Math.floor(Math.random() * count)
    const credentialId = createHash('sha256').update(String(number)).digest()
    const began = performance.now()
    const found = await passkeys.findByCredential(credentialId)
    taken.push(performance.now() - began)
    if (found === null) throw new Error(`passkey ${number} was not found`)
  }
  return taken.toSorted((a, b) => a - b)[lookUps / 2] ?? Number.NaN
}
