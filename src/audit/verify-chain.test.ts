import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openAuditFixture, rehash, type AuditFixture } from '../../test/support/audit-fixture.ts'
import { openFileKeystore } from '../keystore/file-keystore.ts'
import { systemRandom } from '../random.ts'
import { readAuditKeys } from './audit-keys.ts'
import { readCheckpoint, signCheckpoint } from './checkpoint.ts'
import { openAuditKey } from './audit-keys.ts'
import type { VerifyReport } from './verify-chain.ts'

/** `kind seq event`, and the checkpoint that shows it: exactly what an administrator is told. */
function told({ breaks, isIntact, breakCount }: VerifyReport): string[] {
  expect(isIntact).toBe(breaks.length === 0)
  expect(breakCount).toBe(breaks.length)
  return breaks.map(({ kind, seq, eventId, checkpoint, foundAtSeq }) =>
    [kind, seq, eventId && `event ${eventId}`, checkpoint && `checkpoint ${checkpoint}`]
      .concat(foundAtSeq && `found at ${foundAtSeq}`)
      .filter((part) => part !== null)
      .join(' '),
  )
}

/** Thirty events, whose ids are their places in the chain, signed at 10, 20 and 30. */
describe('a chain of thirty events', () => {
  let audit: AuditFixture

  beforeEach(async () => {
    audit = await openAuditFixture()
    for (let part = 0; part < 3; part++) {
      await audit.append(10)
      await audit.checkpoint()
    }
  })
  afterEach(() => audit.close())

  it('is intact as it was written', async () => {
    const report = await audit.verify()
    expect(report).toMatchObject({
      ...{ isIntact: true, checked: 30, afterSeq: 0, signedUpTo: 30 },
      health: { linked: 30, waiting: 0, isBehind: false, isMoved: false, unsigned: 0 },
    })
    expect(report.last?.seq).toBe(30)
  })

  it.each<[string, string[], string[]]>([
    [
      'a changed column',
      [`update audit_events set reason = 'không rõ' where id = 12`],
      ['changed 12 event 12'],
    ],
    [
      'changed facts',
      [`update audit_events set facts = facts || '{"n": 13}' where id = 12`],
      ['changed 12 event 12'],
    ],
    [
      'a time that is a microsecond later',
      [`update audit_events set at = at + interval '1 microsecond' where id = 30`],
      ['changed 30 event 30'],
    ],
    [
      'several at once, each by itself, the first first',
      [
        `update audit_events set actor = null where id in (25, 3, 4)`,
        'delete from audit_events where id = 14',
      ],
      ['changed 3 event 3', 'changed 4 event 4', 'removed 14 event 14', 'changed 25 event 25'],
    ],
    ['a removed event', ['delete from audit_events where id = 12'], ['removed 12 event 12']],
    [
      'an event that was removed with its link',
      ['delete from audit_events where id = 12', 'delete from audit_links where seq = 12'],
      ['link-removed 12'],
    ],
    [
      'a removed link, whose event then stands in the past without one',
      ['delete from audit_links where seq = 12'],
      ['link-removed 12', 'inserted 13 event 12'],
    ],
    [
      'an event that was removed with its link, the numbers closed up',
      [
        'delete from audit_events where id = 12',
        'delete from audit_links where seq = 12',
        'update audit_links set seq = seq + 1000 where seq > 12',
        'update audit_links set seq = seq - 1001 where seq > 1000',
      ],
      [
        'changed 12 event 13',
        'checkpoint-mismatch 20 checkpoint 2 found at 19',
        'truncated 30 checkpoint 3',
      ],
    ],
    [
      'an event that came into the past',
      [
        `insert into audit_events (at, event, outcome, facts, xid)
         select at, 'card.activated', 'succeeded', '{}', xid from audit_events where id = 12`,
      ],
      ['inserted 13 event 31'],
    ],
    [
      'an event before the first',
      [
        `insert into audit_events (at, event, outcome, facts, xid)
         select at, 'card.activated', 'succeeded', '{}', '3' from audit_events where id = 12`,
      ],
      ['inserted 1 event 31'],
    ],
    [
      'an event that came into the past with a link, the others pushed on',
      [
        `insert into audit_events (at, event, outcome, facts, xid)
         select at, 'card.activated', 'succeeded', '{}', xid from audit_events where id = 12`,
        'update audit_links set seq = seq + 1000 where seq > 12',
        'update audit_links set seq = seq - 999 where seq > 1000',
        `insert into audit_links (seq, event_id, xid, hash)
         select 13, 31, xid, sha256('made up') from audit_events where id = 31`,
      ],
      [
        'inserted 13 event 31',
        'checkpoint-mismatch 20 checkpoint 2 found at 21',
        'checkpoint-mismatch 30 checkpoint 3',
      ],
    ],
    [
      'two events that changed places in the chain',
      [
        'alter table audit_links drop constraint audit_links_event_id_key',
        `update audit_links l set (event_id, xid) =
           (select event_id, xid from audit_links where seq = 29 - l.seq) where seq in (12, 17)`,
      ],
      ['reordered 12 event 17', 'reordered 17 event 12'],
    ],
    [
      'two neighbours that changed places',
      [
        'alter table audit_links drop constraint audit_links_event_id_key',
        `update audit_links l set (event_id, xid) =
           (select event_id, xid from audit_links where seq = 25 - l.seq) where seq in (12, 13)`,
      ],
      ['reordered 12 event 13', 'reordered 13 event 12'],
    ],
    [
      'two events that changed their transactions',
      [
        `update audit_events e set xid = (select xid from audit_events where id = 29 - e.id)
         where id in (12, 17)`,
      ],
      [
        ...['link-changed 12 event 12', 'reordered 12 event 12'],
        ...['link-changed 17 event 17', 'reordered 17 event 17'],
      ],
    ],
    [
      'two events that changed what they say',
      [
        `update audit_events e set (reason, facts) =
           (select reason, facts from audit_events where id = 29 - e.id) where id in (12, 17)`,
      ],
      ['changed 12 event 12', 'changed 17 event 17'],
    ],
    [
      'a changed link, apart from its event',
      [`update audit_links set hash = sha256('made up') where seq = 12`],
      ['link-changed 12 event 12'],
    ],
    [
      'a removed tail, of which the checkpoint still speaks',
      ['delete from audit_links where seq > 27', 'delete from audit_events where id > 27'],
      ['truncated 30 checkpoint 3'],
    ],
    [
      'a removed checkpoint',
      ['delete from audit_checkpoints where number = 2'],
      ['checkpoint-removed 30 checkpoint 2'],
    ],
    ['a chain without any checkpoint', ['delete from audit_checkpoints'], ['checkpoint-missing 1']],
    [
      'a checkpoint that was moved',
      ['update audit_checkpoints set seq = 19 where number = 2'],
      ['checkpoint-unsigned 19 checkpoint 2'],
    ],
    [
      'a checkpoint whose words were changed',
      [`update audit_checkpoints set jws = overlay(jws placing 'AAAA' from 120) where number = 2`],
      ['checkpoint-unsigned 20 checkpoint 2'],
    ],
  ])('tells %s', async (_, statements, breaks) => {
    await audit.tamper(...statements)
    expect(told(await audit.verify())).toEqual(breaks)
  })

  it('tells a chain that was rewritten whole, by its signatures', async () => {
    await audit.tamper(`update audit_events set reason = 'không rõ' where id = 12`)
    await audit.tamper(...rehash(await audit.links()))
    expect(told(await audit.verify())).toEqual([
      'checkpoint-mismatch 20 checkpoint 2',
      'checkpoint-mismatch 30 checkpoint 3',
    ])
  })

  it('tells a chain that was rewritten whole and signed with another key', async () => {
    await audit.tamper(`update audit_events set reason = 'không rõ' where id = 12`)
    await audit.tamper(...rehash(await audit.links()))
    const strange = await strangeKeystore(audit.folder)
    const links = await audit.links()
    const keys = await readAuditKeys(audit.keystore)
    const { rows } = await audit.db.query<{ jws: string }>('select jws from audit_checkpoints')
    for (const { jws } of rows) {
      const checkpoint = readCheckpoint(jws, keys)
      if (checkpoint === null) throw new Error('the checkpoint was good')
      const hash = links[checkpoint.seq - 1]?.hash.toString('hex') ?? ''
      const forged = await signCheckpoint({ ...checkpoint, hash }, await openAuditKey(strange))
      await audit.tamper(
        `update audit_checkpoints set jws = '${forged}' where number = ${checkpoint.number}`,
      )
    }
    expect(told(await audit.verify())).toEqual([
      'checkpoint-unsigned 10 checkpoint 1',
      'checkpoint-unsigned 20 checkpoint 2',
      'checkpoint-unsigned 30 checkpoint 3',
    ])
    expect(told(await audit.verify({ keys: await readAuditKeys(strange) }))).toEqual([])
  })

  it('tells by a checkpoint that was kept elsewhere what the registry itself cannot', async () => {
    const { rows } = await audit.db.query<{ jws: string }>(
      'select jws from audit_checkpoints where number = 3',
    )
    const kept = readCheckpoint(rows[0]?.jws ?? '', await readAuditKeys(audit.keystore))
    expect(told(await audit.verify({ kept }))).toEqual([])
    await audit.tamper(
      'delete from audit_checkpoints where number = 3',
      ...['delete from audit_links where seq > 20', 'delete from audit_events where id > 20'],
    )
    expect(told(await audit.verify())).toEqual([])
    expect(told(await audit.verify({ kept }))).toEqual(['truncated 30 checkpoint 3'])
    await audit.append(15)
    await audit.checkpoint()
    expect(told(await audit.verify())).toEqual([])
    expect(told(await audit.verify({ kept }))).toEqual(['checkpoint-mismatch 30 checkpoint 3'])
  })

  it('is looked at from the last checkpoint on when asked so', async () => {
    await audit.append(5)
    await audit.link()
    await audit.tamper(`update audit_events set actor = null where id in (12, 33)`)
    const report = await audit.verify({ sinceCheckpoint: true })
    expect(report).toMatchObject({ checked: 5, afterSeq: 30, signedUpTo: 30 })
    expect(told(report)).toEqual(['changed 33 event 33'])
    await audit.tamper(
      `insert into audit_events (at, event, outcome, facts, xid)
       select at, 'card.activated', 'succeeded', '{}', xid from audit_events where id = 32`,
    )
    const again = await audit.verify({ sinceCheckpoint: true })
    expect(told(again)).toEqual(['inserted 33 event 36', 'changed 33 event 33'])
  })

  it('is read whole where the last checkpoint does not fit it', async () => {
    await audit.tamper(`update audit_links set hash = sha256('made up') where seq = 30`)
    const report = await audit.verify({ sinceCheckpoint: true })
    expect(report.checked).toBe(30)
    expect(told(report)).toEqual(['changed 30 event 30', 'checkpoint-mismatch 30 checkpoint 3'])
  })

  it('says since when events wait for their link, and that a minute is too long', async () => {
    await audit.append(2)
    const { health, isIntact } = await audit.verify()
    expect(isIntact).toBe(true)
    expect(health).toMatchObject({ waiting: 2, isBehind: false })
    expect(health.waitingSince).toBe('2026-03-01T07:00:00.000Z')
  })
})

describe('a chain of more than one batch', () => {
  let audit: AuditFixture

  beforeAll(async () => {
    audit = await openAuditFixture()
    await audit.db.query(
      `insert into audit_events (at, event, outcome, facts)
       select now(), 'card.checked', 'succeeded', jsonb_build_object('n', n)
       from generate_series(1, 12345) n`,
    )
    await audit.checkpoint()
  })
  afterAll(() => audit.close())

  it('is intact, and its progress can be followed', async () => {
    const steps: string[] = []
    const onProgress = (done: number, total: number): void => void steps.push(`${done}/${total}`)
    expect(await audit.verify({ onProgress })).toMatchObject({ isIntact: true, checked: 12345 })
    expect(steps).toEqual(['5000/12345', '10000/12345', '12345/12345'])
  })

  it('is judged at the edges of batches as anywhere else', async () => {
    await audit.tamper(
      `update audit_events set actor = 'x' where id in (5000, 10001, 12345)`,
      'delete from audit_events where id in (5001, 10000)',
      `update audit_links set hash = sha256('made up') where seq = 9998`,
    )
    expect(told(await audit.verify())).toEqual([
      'changed 5000 event 5000',
      'removed 5001 event 5001',
      'link-changed 9998 event 9998',
      'removed 10000 event 10000',
      'changed 10001 event 10001',
      'changed 12345 event 12345',
    ])
  })
})

async function strangeKeystore(folder: string) {
  const directory = await mkdtemp(join(folder, 'strange-'))
  const passphrase = Buffer.from('somebody else')
  return openFileKeystore({ directory, passphrase, random: systemRandom })
}
