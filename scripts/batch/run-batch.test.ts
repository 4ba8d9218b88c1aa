import { existsSync, readdirSync } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import { createBatchFixture, type BatchFixture } from '../../test/support/batch-fixture.ts'
import { alwaysChosen } from '../../test/support/issuing-fixture.ts'
import { textOfPdf } from '../../test/support/pdf-text.ts'
import type { BatchKillOrder } from '../../test/support/kill-batch-runner.ts'
import { startProgram } from '../../test/support/program.ts'
import { findBatch, listItems } from '../../src/batches/batch-store.ts'
import { cancelBatch, retryItems } from '../../src/batches/change-batch.ts'
import { holdLease } from '../../src/batches/hold-lease.ts'
import { takeNext } from '../../src/batches/queue-store.ts'
import { workItem } from '../../src/batches/work-item.ts'
import { createCardStore } from '../../src/cards/card-store.ts'
import { deactivateHolder } from '../../src/holders/deactivate-holder.ts'
import { openQueueDesk } from '../desk/queue-desk.ts'
import { runBatch, type RunBatchOptions } from './run-batch.ts'

let fixture: BatchFixture
let count = 0
beforeAll(async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  fixture = await createBatchFixture()
})
afterAll(async () => {
  vi.restoreAllMocks()
  await fixture.close()
})

const silent = { start: noop, advance: noop, reach: noop, stop: noop }
function noop(): void {
  // Nobody looks on.
}

/** A new place for virtual cards and slips. */
const newFolder = () => join(fixture.issuing.pki.folder, `desk-${(count += 1)}`)

async function run(
  batchId: string,
  folders: readonly string[],
  given: Partial<RunBatchOptions> = {},
) {
  const batch = (await findBatch(fixture.deps.db, batchId)) ?? expect.unreachable()
  const desks = await Promise.all(folders.map((folder) => openQueueDesk(`virtual:${folder}`)))
  const slipFolder = newFolder()
  await mkdir(slipFolder)
  const result = await runBatch(fixture.issuing.deps, {
    ...{ batch, desks, slipFolder, runner: 'test:1', leaseSeconds: 30, progress: silent },
    ...{ signal: new AbortController().signal, askedPins: alwaysChosen },
    operator: { vi: 'Tỉnh Minh Họa', en: 'Minh Hoa Province' },
    actorFor: () => Promise.resolve('test'),
    ...given,
  })
  return { ...result, slipFolder }
}

const itemsOf = (batchId: string) => listItems(fixture.deps.db, batchId)

/** How many cards each of the batch's holders has that have not ended. */
async function cardsOf(batchId: string): Promise<number[]> {
  const { rows } = await fixture.deps.db.query<{ cards: number }>(
    `select (select count(*)::integer from cards c where c.holder_id = i.holder_id
       and c.state in ('issued', 'active')) as cards
     from batch_items i where i.batch_id = $1 order by i.number`,
    [batchId],
  )
  return rows.map(({ cards }) => cards)
}

describe('a batch at the desks', () => {
  it('is shared by two desks, and every request gets exactly one card and slip', async () => {
    const id = await fixture.queue(6)
    const { desks, made, slipFolder } = await run(id, [newFolder(), newFolder()])
    expect(desks.map(({ error }) => error)).toEqual([null, null])
    expect(made).toHaveLength(6)
    expect(new Set(made.map(({ item }) => item.desk)).size).toBe(2)
    expect(await cardsOf(id)).toEqual([1, 1, 1, 1, 1, 1])
    expect((await itemsOf(id)).every(({ state }) => state === 'issued')).toBe(true)
    const slips = readdirSync(slipFolder).sort()
    expect(slips).toEqual([1, 2, 3, 4, 5, 6].map((n) => `${id.slice(0, 8)}-000${n}.pdf`))
    const slip = join(slipFolder, slips[0] ?? '')
    expect((await stat(slip)).mode & 0o777).toBe(0o600)
    expect(await textOfPdf(slip)).toMatch(/Nguyễn Văn Mẫu[\s\S]*\d(\s+\d){5}/)
  })

  it('names who approved in the audit of each card', async () => {
    const id = await fixture.queue(1, { pin: 'ask' })
    await run(id, [newFolder()])
    const [item] = await itemsOf(id)
    const batch = await findBatch(fixture.deps.db, id)
    const { rows } = await fixture.deps.db.query<{ event: string; facts: object }>(
      `select event, facts from audit_events
       where card_uuid = $1 and facts ? 'approval' order by id`,
      [item?.cardUuid],
    )
    expect(rows.map(({ event }) => event)).toEqual(['card.issued', 'batch.item-issued'])
    for (const { facts } of rows)
      expect(facts).toMatchObject({ batchId: id, batchItem: 1, approval: batch?.preparedBy })
  })

  it('ends the card that the new one takes the place of', async () => {
    const request = await fixture.issuing.request('citizen')
    const { card: old } = await fixture.issuing.issue(VirtualCard.create({}), request)
    const { holder } = request
    const nationalNumber = holder.type === 'person' ? holder.nationalNumber : null
    const id = await fixture.queue(1, { nationalNumber, replaces: old.cardUuid, pin: 'ask' })
    await run(id, [newFolder()])
    expect(await itemsOf(id)).toMatchObject([{ state: 'issued' }])
    expect(await createCardStore(fixture.deps.db).find(old.cardUuid)).toMatchObject({
      state: 'replaced',
    })
  })

  it('goes on where a killed process stopped, with the card that it left half made', async () => {
    const id = await fixture.queue(3, { pin: 'ask' })
    const [folder, { pki }] = [newFolder(), fixture.issuing]
    const order: BatchKillOrder = {
      ...{ url: pki.url, keystore: join(pki.folder, 'keystore'), at: pki.now.toISOString() },
      ...{ batchId: id, folder, killAt: { card: 2, step: 'certificate-9A' } },
    }
    const program = startProgram('test/support/kill-batch-runner.ts', [JSON.stringify(order)])
    expect(await program.ended, program.output()).toBeNull()
    expect((await itemsOf(id)).map(({ state }) => state)).toEqual(['issued', 'running', 'waiting'])
    const halfMade = VirtualCard.open({ file: join(folder, 'in-reader.json') }).state.objects
    expect(Object.keys(halfMade)).not.toEqual([])
    await run(id, [folder])
    const items = await itemsOf(id)
    expect(items.map(({ state, attempts }) => [state, attempts])).toEqual([
      ['issued', 1],
      ['issued', 2],
      ['issued', 1],
    ])
    expect(await cardsOf(id)).toEqual([1, 1, 1])
    const { rows } = await fixture.deps.db.query(
      `select state from card_issuances where order_id = $1`,
      [items[1]?.id],
    )
    expect(rows).toEqual([{ state: 'finished' }])
  })

  it('stops after the card in hand and leaves the rest in the queue', async () => {
    const id = await fixture.queue(3, { pin: 'ask' })
    const stop = new AbortController()
    const progress = {
      ...silent,
      advance: () => {
        stop.abort()
      },
    }
    const { desks } = await run(id, [newFolder()], { signal: stop.signal, progress })
    expect(desks).toMatchObject([{ error: null }])
    expect((await itemsOf(id)).map(({ state }) => state)).toEqual(['issued', 'waiting', 'waiting'])
  })

  it('fails what cannot be done, goes on, and does it when it was put back', async () => {
    const id = await fixture.queue(2, { pin: 'ask' })
    const { db, clock } = fixture.deps
    const [first] = await itemsOf(id)
    const holderId = first?.holderId ?? ''
    await deactivateHolder({ db, clock }, { holderId, actor: 'test', reason: 'left' })
    await run(id, [newFolder()])
    expect(await itemsOf(id)).toMatchObject([
      { state: 'failed', reason: 'holder-inactive', cardUuid: null },
      { state: 'issued' },
    ])
    await db.query(`update holders set state = 'active' where id = $1`, [holderId])
    const batch = (await findBatch(db, id)) ?? expect.unreachable()
    expect(await retryItems({ db, clock }, { batch, number: 1, actor: 'test' })).toEqual([1])
    await run(id, [newFolder()])
    expect(await itemsOf(id)).toMatchObject([{ state: 'issued' }, { state: 'issued' }])
    await expect(
      retryItems({ db, clock }, { batch, number: null, actor: 'test' }),
    ).rejects.toMatchObject({ reason: 'nothing-to-retry' })
  })

  it('takes another card where one is unfit, and costs nobody a request', async () => {
    const id = await fixture.queue(1, { pin: 'ask' })
    const folder = newFolder()
    await mkdir(folder)
    const card = VirtualCard.create({ file: join(folder, 'in-reader.json') })
    await fixture.issuing.issue(card, await fixture.issuing.request('citizen'))
    await run(id, [folder])
    expect(await itemsOf(id)).toMatchObject([{ state: 'issued', attempts: 1 }])
    expect(existsSync(join(folder, 'unfit-1-1.json'))).toBe(true)
  })

  it('makes no card for a desk whose request somebody else has taken over', async () => {
    const id = await fixture.queue(1, { pin: 'ask' })
    const { deps } = fixture.issuing
    const batch = (await findBatch(deps.db, id)) ?? expect.unreachable()
    const taking = { desk: 'slow', runner: 'other:1', leaseSeconds: 0 }
    const leaseId = deps.issuance.random.uuid()
    const item = await takeNext(deps.db, id, { ...taking, leaseId })
    if (item === null) return expect.unreachable()
    await run(id, [newFolder()])
    const clock = { now: () => fixture.issuing.pki.now }
    const lease = holdLease({ db: deps.db, clock }, item, 30)
    lease.end()
    const desk = fixture.issuing.desk(VirtualCard.create({}))
    const late = desk.withCard((card) =>
      workItem(deps, card, { batch, item, lease, desk: 'slow', actor: 'test' }, () =>
        Promise.resolve(),
      ),
    )
    await expect(late).rejects.toMatchObject({ failure: 'already-has-card' })
    const lost = holdLease({ db: deps.db, clock }, item, 0)
    lost.end()
    expect(() => {
      lost.check()
    }).toThrow(expect.objectContaining({ reason: 'lease-lost' }))
    expect(await cardsOf(id)).toEqual([1])
    // However a desk came to it, the registry knows one attempt for a request that counts.
    const second = deps.db.query(
      `insert into card_issuances (id, card_uuid, holder_id, kind, profile, desk, step, state,
         actor, started_at, step_at, order_id)
       select gen_random_uuid(), card_uuid, holder_id, kind, profile, 'slow', step, 'running',
         actor, started_at, step_at, order_id
       from card_issuances where order_id = $1`,
      [item.id],
    )
    await expect(second).rejects.toMatchObject({
      facts: { constraint: 'card_issuances_one_per_order' },
    })
  })

  it('lets no request out of the queue once it is cancelled', async () => {
    const id = await fixture.queue(2, { pin: 'ask' })
    const { db, clock } = fixture.deps
    const request = { batchId: id, actor: 'test', reason: 'wrong list' }
    expect(await cancelBatch({ db, clock }, request)).toBe(2)
    expect(await cancelBatch({ db, clock }, request)).toBe(0)
    const { made } = await run(id, [newFolder()])
    expect(made).toEqual([])
    expect(await cardsOf(id)).toEqual([0, 0])
    const { rows } = await db.query(
      `select reason from audit_events where event = 'batch.cancelled' and facts->>'batchId' = $1`,
      [id],
    )
    expect(rows).toEqual([{ reason: 'wrong list' }])
  })
})
