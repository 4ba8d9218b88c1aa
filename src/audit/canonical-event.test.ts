import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migratedTestDatabase } from '../../test/support/migrated-database.ts'
import type { Facts } from '../errors.ts'
import { createAuditStore } from './audit-store.ts'
import type { AuditRecord } from './audit-record.ts'
import { canonicalEvent, canonicalJson, chainStart, linkHash } from './canonical-event.ts'
import { lowestKey, readUnlinked } from './chain-store.ts'

const record: AuditRecord = {
  id: '7',
  xid: '812',
  at: '2026-03-01T07:00:00.25Z',
  event: 'card.suspended',
  outcome: 'succeeded',
  reason: 'mất thẻ "ở chợ"',
  actor: 'ecard',
  holderId: null,
  cardUuid: '6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071',
  terminalId: null,
  clientId: null,
  facts: '{"to": "suspended", "from": "active", "tries": 10, "is tap": false, "note": null}',
}

/** PostgreSQL keeps no NUL and no half of a surrogate pair, and no number beyond a double comes in. */
const text = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((one) => !one.includes('\0'))
const column = fc.option(text)
const facts = fc.dictionary(
  text.filter((key) => key !== '__proto__'),
  fc.oneof(
    text,
    fc.boolean(),
    fc.constant(null),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  ),
)
const records = fc.record({
  ...{ id: text, xid: text, at: text, event: text, outcome: text },
  ...{ reason: column, actor: column, holderId: column, cardUuid: column },
  ...{ terminalId: column, clientId: column, facts: facts.map((one) => JSON.stringify(one)) },
})

describe('the canonical bytes of an event', () => {
  it('are the JSON of RFC 8785, without the columns that are null', () => {
    expect(canonicalEvent(record)).toBe(
      '{"actor":"ecard","at":"2026-03-01T07:00:00.25Z",' +
        '"cardUuid":"6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071","event":"card.suspended",' +
        '"facts":{"from":"active","is tap":false,"note":null,"to":"suspended","tries":10},' +
        '"id":"7","outcome":"succeeded","reason":"mất thẻ \\"ở chợ\\"","xid":"812"}',
    )
  })

  it('are those of the example in RFC 8785 §3.2.2 and of its order in §3.2.3', () => {
    const numbers = [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001]
    const string = '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/'
    expect(canonicalJson({ numbers, string, literals: [null, true, false] })).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
    const unordered = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6 }
    expect(canonicalJson(unordered).match(/:(\d)/g)?.join('')).toBe(':2:4:6:1:5:3')
  })

  it('say everything: read again, they give the record back', () => {
    fc.assert(
      fc.property(records, (one) => {
        const read = JSON.parse(canonicalEvent(one)) as Partial<AuditRecord>
        const given = Object.entries({ ...one, facts: JSON.parse(one.facts) as unknown })
        const present = given.filter(([, value]) => value !== null)
        expect(canonicalJson(read)).toBe(canonicalJson(Object.fromEntries(present)))
        expect(read.reason ?? null).toBe(one.reason)
      }),
    )
  })

  it('differ where records differ', () => {
    fc.assert(
      fc.property(records, records, (one, other) => {
        const isSame = canonicalEvent(one) === canonicalEvent(other)
        const parsed = [one, other].map((r) => ({
          ...r,
          facts: canonicalJson(JSON.parse(r.facts)),
        }))
        expect(isSame).toBe(canonicalJson(parsed[0]) === canonicalJson(parsed[1]))
      }),
    )
  })

  it('do not depend on how the members of an object were ordered or spaced', () => {
    fc.assert(
      fc.property(facts, (one) => {
        const turned = Object.fromEntries(Object.entries(one).reverse())
        expect(canonicalJson(turned)).toBe(canonicalJson(one))
        expect(canonicalJson(JSON.parse(JSON.stringify(one, null, 2)))).toBe(canonicalJson(one))
      }),
    )
  })

  it('keep a number beyond a double apart from null', () => {
    expect(canonicalJson(JSON.parse('{"n":1e400}'))).toBe('{"n":"Infinity"}')
  })
})

it('chains by SHA-256 over the hash before and the canonical bytes', () => {
  const expected = createHash('sha256')
    .update(Buffer.concat([chainStart, Buffer.from(canonicalEvent(record))]))
    .digest('hex')
  expect(linkHash(chainStart, canonicalEvent(record)).toString('hex')).toBe(expected)
})

describe('an event on its way through PostgreSQL', () => {
  let database: Awaited<ReturnType<typeof migratedTestDatabase>>

  beforeAll(async () => {
    database = await migratedTestDatabase()
  })
  afterAll(() => database.drop())

  it('keeps the facts, whatever they are, and the time to the microsecond', async () => {
    const audit = createAuditStore(database.db)
    const all: Facts[] = fc.sample(facts, 60)
    const at = new Date('2026-03-01T07:00:00.250Z')
    for (const one of all)
      await audit.append({ at, event: 'card.checked', outcome: 'succeeded', facts: one })
    await database.db.query(
      `insert into audit_events (at, event, outcome, facts)
       values ('2026-03-01 14:00:00.000001+07', 'card.checked', 'succeeded', '{}')`,
    )
    const start = { section: { afterSeq: 0, afterId: 0n }, after: lowestKey }
    const events = await readUnlinked(database.db, start, { limit: 100, isSettled: true })
    expect(events.slice(0, -1).map((one) => canonicalJson(JSON.parse(one.facts)))).toEqual(
      all.map((one) => canonicalJson(one)),
    )
    expect(events[0]?.at).toBe('2026-03-01T07:00:00.25Z')
    expect(events.at(-1)?.at).toBe('2026-03-01T07:00:00.000001Z')
  })

  it.each(['ISO, DMY', 'German', 'SQL, MDY'])('is spelled the same under %s', async (style) => {
    const spelled = await database.db.inTransaction(async (tx) => {
      await tx.query(`select set_config('datestyle', $1, true)`, [style])
      await tx.query(`set local timezone = 'Asia/Ho_Chi_Minh'`)
      const start = { section: { afterSeq: 0, afterId: 0n }, after: lowestKey }
      return readUnlinked(tx, start, { limit: 1, isSettled: true })
    })
    expect(spelled[0]?.at).toBe('2026-03-01T07:00:00.25Z')
  })
})
