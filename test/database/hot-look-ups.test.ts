import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCardStore, type PresentedStanding } from '../../src/cards/card-store.ts'
import type { Database, Queryable } from '../../src/db/pool.ts'
import { createHolderStore } from '../../src/holders/holder-store.ts'
import { createPassStore } from '../../src/passes/pass-store.ts'
import { createPasskeyStore } from '../../src/passkeys/passkey-store.ts'
import { createTerminalStore } from '../../src/terminals/terminal-store.ts'
import { migratedTestDatabase } from '../support/migrated-database.ts'

const rows = 20_000

/** Twenty thousand of everything that a sign-in looks up; number `n` has ids that end in `n`. */
const fill = `
  insert into agencies (id, code, name, kind, parent_id)
    select numbered(0), 'MH', 'Tỉnh Minh Họa', 'province', null;
  insert into agencies (id, code, name, kind, parent_id)
    select numbered(n), 'MH-' || n, 'Sở ' || n, 'department', numbered(0)
    from generate_series(1, 400) n;
  insert into holders (id, type, state, state_since, display_name, national_number)
    select numbered(n), 'person', 'active', now(), 'Người ' || n, '000' || n
    from generate_series(1, ${rows}) n;
  insert into affiliations (id, person_id, agency_id, position, since)
    select numbered(n), numbered(n), numbered(1 + n % 400), 'Chuyên viên', now()
    from generate_series(1, ${rows}) n;
  insert into cards (card_uuid, kind, holder_id, state, state_since, expires_at)
    select numbered(n), 'civil-servant', numbered(n), 'requested', now(), now() + interval '5 years'
    from generate_series(1, ${rows}) n;
  insert into terminals (id, name, mode, state, state_since)
    select numbered(n), 'Quầy ' || n, 'managed', 'invited', now()
    from generate_series(1, ${rows}) n;
  insert into terminal_pairings (secret_hash, terminal_id, paired_at)
    select sha256(n::text::bytea), numbered(n), now() from generate_series(1, ${rows}) n;
  insert into authorities (id, name, kind, certificate_der, key_name, slug)
    select numbered(0), 'CA', 'root', 'der', 'key', 'root';
  insert into certificates (authority_id, serial_number, card_uuid, slot, subject, not_before,
      not_after, status, status_since, der)
    select numbered(0), lower(slot) || lpad(to_hex(n), 8, '0'), numbered(n), slot, 'CN=A', now(),
      now() + interval '5 years', 'active', now(), (slot || n)::bytea
    from generate_series(1, ${rows}) n, unnest(array['9A', '9E']) slot;
  insert into passkeys (id, holder_id, card_kind, credential_id, user_handle, public_key,
      sign_count, aaguid, transports, backup_eligible, backup_state, attestation_format,
      attestation_verdict, name, proof_kind, proof_card_uuid, created_at, state, state_since)
    select numbered(n), numbered(n), 'civil-servant', sha256(n::text::bytea),
      sha256(n::text::bytea), 'key', 0, numbered(0), '{}', false, false, 'none', 'none', 'Máy ' || n,
      'card', numbered(n), now(), 'active', now()
    from generate_series(1, ${rows}) n;
  insert into passes (id, holder_id, card_kind, code_hash, uses_allowed, uses_left, valid_from,
      valid_until, may_register_passkey, issued_at, issued_by, reason, state, state_since)
    select numbered(n), numbered(n), 'civil-servant', sha256(n::text::bytea), 1, 1, now(),
      now() + interval '8 hours', false, now(), 'ecard', 'forgotten', 'live', now()
    from generate_series(1, ${rows}) n;
  analyze`

/** null where one of the two was not found. */
const bothOf = ({ standing, terminal }: PresentedStanding) => standing && terminal

const numbered = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

describe('a look-up of every sign-in, among twenty thousand rows,', () => {
  let database: Awaited<ReturnType<typeof migratedTestDatabase>>
  let db: Database

  beforeAll(async () => {
    database = await migratedTestDatabase()
    db = database.db
    await db.query(`create function numbered(n bigint) returns uuid language sql as
      $$ select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid $$`)
    await db.query(fill)
  })
  afterAll(() => database.drop())

  /** What `lookUp` asked, in how many statements, and how PostgreSQL answers it. */
  async function plan(lookUp: (recorder: Queryable) => Promise<unknown>): Promise<Plan> {
    const asked: { text: string; values: readonly unknown[]; name: string | undefined }[] = []
    const recorder: Queryable = {
      query: (text, values = [], { name } = {}) => {
        asked.push({ text, values, name })
        return db.query(text, values)
      },
    }
    const found = await lookUp(recorder)
    const [only] = asked
    if (only === undefined || asked.length > 1) throw new Error(`${asked.length} statements`)
    const explained = await db.query<{ 'QUERY PLAN': string }>(`explain ${only.text}`, only.values)
    const lines = explained.rows.map((row) => row['QUERY PLAN'])
    return { found, isNamed: only.name !== undefined, lines }
  }

  interface Plan {
    readonly found: unknown
    readonly isNamed: boolean
    readonly lines: readonly string[]
  }

  const sha256 = async (text: string): Promise<Buffer> => {
    const { rows: hashes } = await db.query<{ hash: Buffer }>('select sha256($1) as hash', [
      Buffer.from(text),
    ])
    return hashes[0]?.hash ?? Buffer.alloc(0)
  }

  it.each<[string, (recorder: Queryable) => Promise<unknown>]>([
    [
      'findCertificateStanding',
      async (recorder) =>
        bothOf(
          await createCardStore(recorder).findCertificateStanding(
            await sha256('9E12345'),
            numbered(12345),
          ),
        ),
    ],
    [
      'findCertificateByCard',
      async (recorder) =>
        bothOf(
          await createCardStore(recorder).findCertificateByCard(
            { cardUuid: numbered(12345), slot: '9E' },
            numbered(12345),
          ),
        ),
    ],
    [
      'findByPairing',
      async (recorder) => createTerminalStore(recorder).findByPairing(await sha256('12345')),
    ],
    ['findByCode', async (recorder) => createPassStore(recorder).findByCode(await sha256('12345'))],
    [
      'findByCredential',
      async (recorder) => createPasskeyStore(recorder).findByCredential(await sha256('12345')),
    ],
    [
      'findForClaims',
      (recorder) =>
        createHolderStore(recorder).findForClaims(numbered(12345), {
          cardUuid: numbered(12345),
          keySlot: '9E',
          terminalId: numbered(12345),
          passkeyId: numbered(12345),
          pass: { passId: numbered(12345) },
        }),
    ],
  ])('%s, finds its row in one prepared round trip over indexes alone', async (_, lookUp) => {
    const { found, isNamed, lines } = await plan(lookUp)
    expect(found).not.toBeNull()
    expect(isNamed).toBe(true)
    // Four hundred agencies fit into a few pages, which are quicker read than searched; authorities
    // are a handful.
    const scans = lines.filter((line) => /Seq Scan on (?!agencies|authorities)/.test(line))
    expect(scans).toEqual([])
    expect(lines.some((line) => line.includes('Index'))).toBe(true)
  })
})
