import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cardStates, cardTransitions } from '../../src/cards/card.ts'
import type { Database } from '../../src/db/pool.ts'
import { createCertificateStore } from '../../src/pki/certificate-store.ts'
import { systemRandom } from '../../src/random.ts'
import { migratedTestDatabase } from '../support/migrated-database.ts'
import {
  insertAgency,
  insertAuthority,
  insertCard,
  insertOrganisation,
  insertPasskey,
  insertPerson,
  insertTerminal,
  preparedCertificate,
  registryTime,
} from '../support/registry.ts'

const uuid = (): string => systemRandom.uuid()
const at = registryTime

/** The database refuses a bad state even where the code forgets: these statements forget. */
describe('the database', () => {
  let database: Awaited<ReturnType<typeof migratedTestDatabase>>
  let db: Database

  beforeAll(async () => {
    database = await migratedTestDatabase()
    db = database.db
  })
  afterAll(() => database.drop())

  /** Runs the statement and expects PostgreSQL to refuse it by the constraint of this name. */
  async function expectRefusal(constraint: RegExp, sql: string, values: unknown[]): Promise<void> {
    const refusal: unknown = await db.query(sql, values).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(Error)
    const { facts, ...error } = refusal as { facts?: { constraint: string }; constraint?: string }
    expect(facts?.constraint ?? error.constraint).toMatch(constraint)
  }

  describe('keeps agencies a tree', () => {
    const insertSql =
      'insert into agencies (id, code, name, kind, parent_id) values ($1, $2, $3, $4, $5)'

    it('with one root', async () => {
      await db.query(insertSql, [uuid(), 'MH', 'Tỉnh Minh Họa', 'province', null])
      const second = [uuid(), 'MH-2', 'Tỉnh thứ hai', 'province', null]
      await expectRefusal(/^agencies_one_root$/, insertSql, second)
    })

    it('whose root is a province, and whose province is the root', async () => {
      const root = (await db.query<{ id: string }>('select id from agencies')).rows[0]?.id
      await expectRefusal(/^agencies_root_is_province$/, insertSql, [
        uuid(),
        'A',
        'Sở',
        'department',
        null,
      ])
      await expectRefusal(/^agencies_root_is_province$/, insertSql, [
        uuid(),
        'B',
        'Tỉnh',
        'province',
        root,
      ])
      await expectRefusal(/_kind_check$/, insertSql, [uuid(), 'C', 'Sở', 'kingdom', root])
    })

    it('without a circle, short or long, also within one statement', async () => {
      const root = (await db.query<{ id: string }>('select id from agencies')).rows[0]?.id ?? ''
      const top = await insertAgency(db, { parentId: root })
      const middle = await insertAgency(db, { parentId: top.id })
      const leaf = await insertAgency(db, { parentId: middle.id })
      const moveSql = 'update agencies set parent_id = $2 where id = $1'
      await expectRefusal(/^agencies_no_cycle$/, moveSql, [top.id, leaf.id])
      await expectRefusal(/^agencies_no_cycle$/, moveSql, [top.id, top.id])
      const [a, b] = [uuid(), uuid()]
      const pairSql = `insert into agencies (id, code, name, kind, parent_id)
        values ($1, 'X', 'X', 'office', $2), ($2, 'Y', 'Y', 'office', $1)`
      await expectRefusal(/^agencies_no_cycle$/, pairSql, [a, b])
      await db.query(moveSql, [leaf.id, top.id])
    })

    it('also when two moves at the same time would close a circle', async () => {
      const root = (await db.query<{ id: string }>('select id from agencies')).rows[0]?.id ?? ''
      const [left, right] = [
        await insertAgency(db, { parentId: root }),
        await insertAgency(db, { parentId: root }),
      ]
      const move = (id: string, parent: string): Promise<unknown> =>
        db.inTransaction(async (tx) => {
          await tx.query('update agencies set parent_id = $2 where id = $1', [id, parent])
          await tx.query('select pg_sleep(0.05)')
        })
      const moves = [move(left.id, right.id), move(right.id, left.id)]
      const outcomes = await Promise.allSettled(moves)
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    })
  })

  describe('keeps holders what they are', () => {
    const insertSql = `insert into holders
      (id, type, state, state_since, display_name, national_number, tax_code)
      values ($1, $2, $3, now(), $4, $5, $6)`

    it.each([
      ['a type of its own invention', 'robot', 'active', 'A', null, null, /_type_check$/],
      ['a state of its own invention', 'person', 'asleep', 'A', '1', null, /_state_check$/],
      [
        'a person without national number',
        'person',
        'active',
        'A',
        null,
        null,
        /_national_number_of_person$/,
      ],
      ['a person with a tax code', 'person', 'active', 'A', '1', '2', /_tax_code_of_organisation$/],
      [
        'an organisation without tax code',
        'organisation',
        'active',
        'A',
        null,
        null,
        /_tax_code_of_organisation$/,
      ],
      ['a holder without name', 'person', 'active', '', '1', null, /_display_name_check$/],
    ])('refuses %s', async (_, type, state, name, number, taxCode, constraint) => {
      const values = [uuid(), type, state, name, number, taxCode]
      await expectRefusal(constraint, insertSql, values)
    })

    it('refuses a name that is not in NFC, which would look the same and compare different', async () => {
      const name = 'Trần Thị Ví Dụ'.normalize('NFD')
      const values = [uuid(), 'person', 'active', name, '000-nfd', null]
      await expectRefusal(/_display_name_check$/, insertSql, values)
      await db.query(insertSql, values.with(3, name.normalize('NFC')))
    })

    it('refuses a second holder with the same number', async () => {
      const { nationalNumber } = await insertPerson(db)
      const values = [uuid(), 'person', 'active', 'A', nationalNumber, null]
      await expectRefusal(/^holders_national_number_key$/, insertSql, values)
      const { taxCode } = await insertOrganisation(db)
      const organisation = [uuid(), 'organisation', 'active', 'A', null, taxCode]
      await expectRefusal(/^holders_tax_code_key$/, insertSql, organisation)
    })

    it('refuses to make a person an organisation', async () => {
      const { id } = await insertPerson(db)
      const sql = `update holders
        set type = 'organisation', national_number = null, tax_code = '00-1' where id = $1`
      await expectRefusal(/^holders_type_is_final$/, sql, [id])
    })
  })

  describe('keeps affiliations between the right parties', () => {
    const insertSql = `insert into affiliations
      (id, person_id, agency_id, organisation_id, position, since)
      values ($1, $2, $3, $4, 'Chuyên viên', now())`

    it('refuses one with both, with neither, and of an organisation', async () => {
      const [person, organisation] = [await insertPerson(db), await insertOrganisation(db)]
      const root = (await db.query<{ id: string }>('select id from agencies')).rows[0]?.id
      const both = [uuid(), person.id, root, organisation.id]
      await expectRefusal(/_with_one_party$/, insertSql, both)
      await expectRefusal(/_with_one_party$/, insertSql, [uuid(), person.id, null, null])
      await expectRefusal(/fkey/, insertSql, [uuid(), organisation.id, root, null])
      await expectRefusal(/fkey/, insertSql, [uuid(), person.id, null, person.id])
    })

    it('refuses the same one twice', async () => {
      const [person, organisation] = [await insertPerson(db), await insertOrganisation(db)]
      await db.query(insertSql, [uuid(), person.id, null, organisation.id])
      const again = [uuid(), person.id, null, organisation.id]
      await expectRefusal(/^affiliations_once_per_organisation$/, insertSql, again)
    })
  })

  describe('keeps cards what they are', () => {
    const insertSql = `insert into cards (card_uuid, kind, holder_id, state, state_since, expires_at)
      values ($1, $2, $3, $4, now(), now() + interval '5 years')`

    it('holds the very rows of the state table in the code', async () => {
      const { rows } = await db.query<{ step: string }>(
        `select from_state || ' > ' || to_state as step from card_transitions`,
      )
      const steps = Object.entries(cardTransitions).flatMap(([from, tos]) =>
        tos.map((to) => `${from} > ${to}`),
      )
      expect(rows.map(({ step }) => step).sort()).toEqual(steps.sort())
    })

    it('takes every step of the state table and refuses every other', async () => {
      for (const from of cardStates) {
        for (const to of cardStates.filter((state) => state !== from)) {
          const { cardUuid } = await insertCard(db, { state: from })
          const sql = 'update cards set state = $2 where card_uuid = $1'
          const isLegal = cardTransitions[from].includes(to)
          if (isLegal) await db.query(sql, [cardUuid, to])
          else await expectRefusal(/^cards_follow_transitions$/, sql, [cardUuid, to])
        }
      }
    })

    it('refuses a card that starts anywhere but at the start', async () => {
      const { id } = await insertPerson(db)
      for (const state of cardStates.filter((one) => one !== 'requested')) {
        const values = [uuid(), 'citizen', id, state]
        await expectRefusal(/^cards_follow_transitions$/, insertSql, values)
      }
    })

    it('refuses a card without a holder, of nobody, of another kind', async () => {
      const { id } = await insertPerson(db)
      const noHolder = db.query(insertSql, [uuid(), 'citizen', null, 'requested'])
      await expect(noHolder).rejects.toMatchObject({ code: '23502', column: 'holder_id' })
      await expectRefusal(/fkey/, insertSql, [uuid(), 'citizen', uuid(), 'requested'])
      const otherKind = [uuid(), 'visitor', id, 'requested']
      await expectRefusal(/_kind_check$/, insertSql, otherKind)
    })

    it('gives enterprise cards to organisations alone, and the others to persons alone', async () => {
      const [person, organisation] = [await insertPerson(db), await insertOrganisation(db)]
      for (const kind of ['civil-servant', 'citizen']) {
        await db.query(insertSql, [uuid(), kind, person.id, 'requested'])
        await expectRefusal(/fkey/, insertSql, [uuid(), kind, organisation.id, 'requested'])
      }
      await db.query(insertSql, [uuid(), 'enterprise', organisation.id, 'requested'])
      await expectRefusal(/fkey/, insertSql, [uuid(), 'enterprise', person.id, 'requested'])
    })

    it('refuses to hand a card to somebody else, to rename it or to change its kind', async () => {
      const { cardUuid } = await insertCard(db)
      const other = await insertPerson(db)
      const final = /^cards_identity_is_final$/
      const update = (set: string): string => `update cards set ${set} where card_uuid = $1`
      await expectRefusal(final, update('holder_id = $2'), [cardUuid, other.id])
      await expectRefusal(final, update('card_uuid = $2'), [cardUuid, uuid()])
      await expectRefusal(final, update('kind = $2'), [cardUuid, 'citizen'])
    })

    it('refuses to lose a holder who has a card', async () => {
      const { holderId } = await insertCard(db)
      await expectRefusal(/fkey/, 'delete from holders where id = $1', [holderId])
    })
  })

  describe('keeps certificates what they are', () => {
    const insertSql = `insert into certificates (authority_id, serial_number, card_uuid, slot,
        terminal_id, subject, not_before, not_after, status, status_since, revoked_at, der, reason,
        service)
      values ($1, $2, $3, $4, $5, 'CN=Ví Dụ', $6, $7, $8, $6, $9, $10, $11, $12)`
    const later = new Date('2031-01-05T08:00:00Z')

    interface Given {
      serial?: string
      cardUuid?: string | null
      slot?: string | null
      terminalId?: string | null
      notAfter?: Date
      status?: string
      revokedAt?: Date | null
      der?: Buffer | null
      reason?: string | null
      service?: string | null
    }

    async function certificate(given: Given): Promise<unknown[]> {
      const {
        serial = `4a${systemRandom.bytes(8).toString('hex')}`,
        slot = '9E',
        terminalId = null,
        notAfter = later,
        status = 'active',
        revokedAt = null,
        der = systemRandom.bytes(64),
        reason = null,
        service = null,
      } = given
      const cardUuid =
        given.cardUuid === undefined ? (await insertCard(db)).cardUuid : given.cardUuid
      const { id } = await insertAuthority(db)
      return [
        ...[id, serial, cardUuid, slot, terminalId, at, notAfter, status, revokedAt, der],
        ...[reason, service],
      ]
    }

    it('takes one that fits', async () => {
      const { rowCount } = await db.query(insertSql, await certificate({}))
      expect(rowCount).toBe(1)
    })

    it.each<[string, Given, RegExp]>([
      ['of a card without slot', { slot: null }, /_slot_of_card$/],
      ['in a slot that PIV does not have', { slot: '9F' }, /_slot_check$/],
      ['of nobody', { cardUuid: null, slot: null }, /_of_one_bearer$/],
      ['of a card that is not there', { cardUuid: uuid() }, /_card_uuid_fkey$/],
      ['with an unknown status', { status: 'lost' }, /_status_check$/],
      ['that is active and was never signed', { der: null }, /_signed_unless_prepared$/],
      ['that is signed and still prepared', { status: 'prepared' }, /_signed_unless_prepared$/],
      [
        'that is revoked at no time',
        { status: 'revoked', reason: 'unspecified' },
        /_time_of_revocation$/,
      ],
      ['that is revoked for no reason', { status: 'revoked', revokedAt: at }, /_reason$/],
      [
        'that is on hold for another reason',
        { status: 'suspended', reason: 'superseded' },
        /_reason$/,
      ],
      ['of a card and a service', { service: 'ocsp' }, /_of_one_bearer$/],
      ['that is active and revoked', { revokedAt: at }, /_time_of_revocation$/],
      ['that ends before it begins', { notAfter: at }, /_validity$/],
      ['with a serial number in capitals', { serial: '4AFF' }, /_serial_number_check/],
      ['with a serial number of 21 octets', { serial: '4a'.repeat(21) }, /_serial_number_check/],
      ['with a serial number that begins with 00', { serial: '004a' }, /_serial_number_check/],
    ])('refuses one %s', async (_, given, constraint) => {
      await expectRefusal(constraint, insertSql, await certificate(given))
    })

    it('refuses one of a card and a terminal', async () => {
      const { id: terminalId } = await insertTerminal(db)
      await expectRefusal(/_of_one_bearer$/, insertSql, await certificate({ terminalId }))
    })

    it('has one active certificate per card and slot, and a suspended one counts', async () => {
      const { cardUuid } = await insertCard(db)
      const first = await certificate({ cardUuid })
      await db.query(insertSql, first)
      const oneActive = /^certificates_one_active_per_slot$/
      await expectRefusal(oneActive, insertSql, await certificate({ cardUuid }))
      const setSql =
        'update certificates set status = $3, reason = $4 where authority_id = $1 and serial_number = $2'
      await db.query(setSql, [first[0], first[1], 'suspended', 'certificateHold'])
      await expectRefusal(oneActive, insertSql, await certificate({ cardUuid }))
      await db.query(insertSql, await certificate({ cardUuid, slot: '9A' }))
      await db.query(setSql, [first[0], first[1], 'superseded', null])
      await db.query(insertSql, await certificate({ cardUuid }))
    })

    it('has one active certificate per terminal', async () => {
      const { id: terminalId } = await insertTerminal(db)
      const given = { cardUuid: null, slot: null, terminalId }
      await db.query(insertSql, await certificate(given))
      const oneActive = /^certificates_one_active_per_terminal$/
      await expectRefusal(oneActive, insertSql, await certificate(given))
    })

    it('refuses the same serial number of one authority, and the same certificate, twice', async () => {
      const [first, second] = [await certificate({}), await certificate({})]
      await db.query(insertSql, first)
      const sameSerial = second.with(0, first[0]).with(1, first[1])
      await expectRefusal(/^certificates_pkey$/, insertSql, sameSerial)
      const sameDer = second.with(9, first[9])
      await expectRefusal(/^certificates_fingerprint_key$/, insertSql, sameDer)
    })

    it('refuses every way back from revoked, and every change of what was signed', async () => {
      const given = await certificate({})
      await db.query(insertSql, given)
      const update = (set: string): string =>
        `update certificates set ${set} where authority_id = $1 and serial_number = $2`
      const serial = [given[0], given[1]]
      const final = /^certificates_identity_is_final$/
      await expectRefusal(final, update(`der = '\\x00'`), serial)
      await expectRefusal(final, update(`slot = '9A'`), serial)
      await expectRefusal(final, update(`serial_number = '4a4a'`), serial)
      const order = /^certificates_follow_transitions$/
      await expectRefusal(order, update(`status = 'prepared', der = null`), serial)
      await db.query(
        update(`status = 'revoked', reason = 'unspecified', revoked_at = now()`),
        serial,
      )
      for (const status of ['active', 'suspended', 'superseded'])
        await expectRefusal(
          order,
          update(`status = '${status}', reason = null, revoked_at = null`),
          serial,
        )
    })

    it('refuses an authority without issuer that is no root, and a root with one', async () => {
      const { id: root } = await insertAuthority(db)
      const insertAuthoritySql = `insert into authorities
        (id, name, kind, certificate_der, key_name, issuer_id, slug, state)
        values ($1, 'CA', $2, $3, 'key', $4, 'ca', 'retired')`
      const der = systemRandom.bytes(8)
      for (const [kind, issuer] of [
        ['terminal', null],
        ['root', root],
      ])
        await expectRefusal(/_root_without_issuer$/, insertAuthoritySql, [
          uuid(),
          kind,
          der,
          issuer,
        ])
    })
  })

  describe('keeps terminals what they are', () => {
    const insertSql = `insert into terminals (id, name, mode, state, state_since, public_key)
      values ($1, 'Quầy 1', $2, $3, now(), $4)`

    it('refuses one that starts active, has an unknown mode, or a key before it enrolled', async () => {
      const key = systemRandom.bytes(91)
      const order = /^terminals_follow_transitions$/
      await expectRefusal(order, insertSql, [uuid(), 'managed', 'active', key])
      await expectRefusal(/_mode_check$/, insertSql, [uuid(), 'public', 'invited', null])
      await expectRefusal(/_invited_without_key$/, insertSql, [uuid(), 'managed', 'invited', key])
    })

    it('refuses an active one without a key, a second key, and a way back', async () => {
      const invited = await insertTerminal(db, { state: 'invited' })
      const setSql = (set: string): string => `update terminals set ${set} where id = $1`
      await expectRefusal(/_active_with_key$/, setSql(`state = 'active'`), [invited.id])
      const { id } = await insertTerminal(db)
      await expectRefusal(/^terminals_key_is_final$/, setSql(`public_key = '\\x00'`), [id])
      const order = /^terminals_follow_transitions$/
      await expectRefusal(order, setSql(`state = 'invited'`), [id])
      await db.query(setSql(`state = 'withdrawn'`), [id])
      await expectRefusal(order, setSql(`state = 'active'`), [id])
    })

    it('refuses a key that another terminal has', async () => {
      const [first, second] = [
        await insertTerminal(db),
        await insertTerminal(db, { state: 'invited' }),
      ]
      const sql = `update terminals set state = 'active', public_key = $2 where id = $1`
      await expectRefusal(/^terminals_public_key_key$/, sql, [second.id, first.publicKey])
    })
  })

  describe('keeps passkeys what they are', () => {
    const setSql = (set: string): string => `update passkeys set ${set} where id = $1`

    it('refuses another holder, another key, and a way back', async () => {
      const [id, other] = [await insertPasskey(db), await insertPasskey(db)]
      const final = /^passkeys_identity_is_final$/
      await expectRefusal(final, setSql(`public_key = '\\x00'`), [id])
      const holderOf = `holder_id = (select holder_id from passkeys where id = $2)`
      await expectRefusal(final, setSql(holderOf), [id, other])
      await db.query(setSql(`state = 'flagged', state_reason = 'x'`), [id])
      const order = /^passkeys_follow_transitions$/
      await expectRefusal(order, setSql(`state = 'active', state_reason = null`), [id])
      await db.query(setSql(`state = 'revoked'`), [id])
      await expectRefusal(order, setSql(`state = 'flagged'`), [id])
    })

    it('refuses one that is backed up and must not be, or ends without a reason', async () => {
      const id = await insertPasskey(db)
      await expectRefusal(/^passkeys_backup$/, setSql('backup_state = true'), [id])
      await expectRefusal(/^passkeys_end_has_reason$/, setSql(`state = 'revoked'`), [id])
      await expectRefusal(/_name_check$/, setSql(`name = repeat('x', 61)`), [id])
    })
  })

  describe('keeps clients what they are', () => {
    const insertSql = `insert into clients
      (client_id, name_vi, name_en, state, metadata, least_level, card_kinds, agency_ids)
      values ($1, 'Một', 'One', $2, $3, $4, $5, $6)`
    const good: (object | string | null)[] = ['one', 'active', {}, 'low', ['citizen'], null]

    it.each<[string, number, object | string, RegExp]>([
      ['a state', 1, 'asleep', /_state_check$/],
      ['a secret in the open', 2, { client_secret: 'x' }, /_no_open_secret$/],
      ['metadata that are no object', 2, '[]', /_metadata_check$/],
      ['a level', 3, 'highest', /_least_level_check$/],
      ['a card kind', 4, ['visitor'], /_card_kinds_check$/],
      ['no card kind at all', 4, [], /_card_kinds_check$/],
      ['an empty list of agencies', 5, [], /_agency_ids_check$/],
    ])('refuses %s that it does not know', async (_, column, value, constraint) => {
      await expectRefusal(constraint, insertSql, good.with(column, value))
    })
  })

  describe('keeps audit events for good', () => {
    it('refuses to change, remove or empty them', async () => {
      const appendSql = `insert into audit_events (at, event, outcome, facts)
        values (now(), 'card.suspended', 'succeeded', '{}')`
      await db.query(appendSql)
      const appendOnly = /^audit_events_append_only$/
      await expectRefusal(appendOnly, `update audit_events set outcome = 'refused'`, [])
      await expectRefusal(appendOnly, 'delete from audit_events', [])
      await expectRefusal(appendOnly, 'truncate audit_events', [])
      const { rowCount } = await db.query('select from audit_events')
      expect(rowCount).toBe(1)
    })
  })

  it('works out the fingerprint itself, so it cannot disagree with the certificate', async () => {
    const { id } = await insertAuthority(db)
    const { cardUuid } = await insertCard(db)
    const prepared = preparedCertificate(id, { for: { cardUuid, slot: '9E' } })
    await createCertificateStore(db).insertCertificate(prepared, Buffer.from('der'), at)
    const sql = 'update certificates set fingerprint = $1'
    await expect(db.query(sql, [systemRandom.bytes(32)])).rejects.toMatchObject({ code: '428C9' })
  })
})
