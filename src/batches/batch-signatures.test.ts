import { createPublicKey, X509Certificate } from 'node:crypto'
import { generalVerify, type GeneralJWSInput } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createBatchFixture,
  type BatchFixture,
  type Officer,
} from '../../test/support/batch-fixture.ts'
import { suspendCard } from '../cards/suspend-card.ts'
import { readBatchFile } from './batch-file.ts'
import { listItems } from './batch-store.ts'
import { loadBatch } from './load-batch.ts'

let fixture: BatchFixture
let first: Officer
let second: Officer
beforeAll(async () => {
  fixture = await createBatchFixture()
  first = await fixture.addOfficer()
  second = await fixture.addOfficer()
})
afterAll(() => fixture.close())

const load = (file: string, fourEyesAbove = 10) =>
  loadBatch({ ...fixture.deps, fourEyesAbove }, { file, actor: 'test' })

const draft = async (count = 1) => fixture.prepare(await fixture.rows(count))

interface FileShape {
  payload: string
  signatures: { protected: string; signature: string }[]
}

/** The file as somebody else's editor would leave it. */
function altered(file: string, change: (shape: FileShape) => void): string {
  const shape = JSON.parse(file) as FileShape
  change(shape)
  return JSON.stringify(shape)
}

describe('a signed batch file', () => {
  it('is a JWS that another library verifies with the certificate in it', async () => {
    const file = await fixture.sign(await draft(), first)
    const jws = JSON.parse(file) as GeneralJWSInput
    const { payload, protectedHeader } = await generalVerify(jws, (header) => {
      const x5c = (header as { x5c?: string[] }).x5c ?? []
      return createPublicKey(
        new X509Certificate(Buffer.from(x5c[0] ?? '', 'base64')).publicKey.export({
          type: 'spki',
          format: 'pem',
        }),
      )
    })
    expect(protectedHeader).toMatchObject({ alg: 'ES256', part: 'prepare' })
    expect(JSON.parse(Buffer.from(payload).toString())).toEqual(readBatchFile(file).content)
  })

  it('goes into the queue once, with who asked and who approved', async () => {
    const file = await fixture.sign(await fixture.sign(await draft(2), first), second, 'approve')
    const { batch } = await load(file, 1)
    const items = await listItems(fixture.deps.db, batch.content.id)
    expect(items.map(({ number, state }) => [number, state])).toEqual([
      [1, 'waiting'],
      [2, 'waiting'],
    ])
    const { rows } = await fixture.deps.db.query(
      `select event, actor, facts->>'approval' as approval, holder_id from audit_events
       where facts->>'batchId' = $1 order by id`,
      [batch.content.id],
    )
    expect(rows).toEqual([
      { event: 'batch.prepared', actor: 'test', approval: null, holder_id: null },
      { event: 'batch.signed', actor: 'test', approval: null, holder_id: first.holder.id },
      { event: 'batch.approved', actor: 'test', approval: null, holder_id: second.holder.id },
      { event: 'batch.loaded', actor: 'test', approval: second.holder.id, holder_id: null },
    ])
    await expect(load(file, 1)).rejects.toMatchObject({ reason: 'already-loaded' })
  })

  it('that two load at the same moment goes into the queue once', async () => {
    const file = await fixture.sign(await draft(), first)
    const both = await Promise.allSettled([load(file), load(file)])
    const reasons = both.map((one) => (one.status === 'rejected' ? (one.reason as unknown) : null))
    expect(reasons.filter((reason) => reason !== null)).toEqual([
      expect.objectContaining({ code: 'BATCH_REFUSED', reason: 'already-loaded' }),
    ])
  })

  it('is refused where a request was changed after it was signed, naming the signature', async () => {
    const file = await fixture.sign(await draft(), first)
    const changed = altered(file, (shape) => {
      const content = Buffer.from(shape.payload, 'base64url').toString()
      shape.payload = Buffer.from(content.replace('"slip"', '"ask"')).toString('base64url')
    })
    await expect(load(changed)).rejects.toMatchObject({
      reason: 'signature-invalid',
      facts: { signature: 1, part: 'prepare', signer: first.holder.displayName },
    })
  })

  it('is refused where a signature was taken away', async () => {
    const file = await fixture.sign(await fixture.sign(await draft(), first), second, 'approve')
    const without = (index: number) =>
      altered(file, ({ signatures }) => signatures.splice(index, 1))
    await expect(load(without(0))).rejects.toMatchObject({ reason: 'unsigned' })
    await expect(load(without(1), 0)).rejects.toMatchObject({ reason: 'approval-missing' })
  })

  it('is refused where the preparer’s signature was made into an approval', async () => {
    const file = await fixture.sign(await draft(), first)
    const twice = altered(file, ({ signatures: [own, ...rest], ...shape }) => {
      const header = Buffer.from(own?.protected ?? '', 'base64url').toString()
      const approval = Buffer.from(header.replace('"prepare"', '"approve"')).toString('base64url')
      if (own !== undefined) Object.assign(shape, { more: rest })
      if (own !== undefined) own.protected = approval
    })
    await expect(load(twice, 0)).rejects.toMatchObject({ reason: 'signature-invalid' })
  })

  it('is refused where it is no batch file', async () => {
    for (const file of ['{}', 'not JSON', '{"payload":"e30","signatures":[]}'])
      await expect(load(file)).rejects.toMatchObject({ reason: 'malformed' })
  })

  it('is not signed by the same person twice, in whatever part', async () => {
    const file = await fixture.sign(await draft(), first)
    await expect(fixture.sign(file, first, 'approve')).rejects.toMatchObject({
      reason: 'same-signer',
    })
    await expect(fixture.sign(file, second)).rejects.toMatchObject({ reason: 'signed-already' })
    await expect(fixture.sign(await draft(), second, 'approve')).rejects.toMatchObject({
      reason: 'unsigned',
    })
  })

  it('needs the second person above the limit, and not at it', async () => {
    const file = await fixture.sign(await draft(3), first)
    await expect(load(file, 2)).rejects.toMatchObject({
      reason: 'approval-missing',
      facts: { requests: 3, fourEyesAbove: 2 },
    })
    await expect(load(file, 3)).resolves.toMatchObject({ approver: null })
  })

  it('is not approved by somebody who gets a card by it', async () => {
    const own = await fixture.rows(1)
    const { holder } = second
    const nationalNumber = holder.type === 'person' ? holder.nationalNumber : null
    const rows = [...own, { line: 9, texts: { nationalNumber, kind: 'citizen' }, faults: [] }]
    const file = await fixture.sign(await fixture.prepare(rows), first)
    await expect(fixture.sign(file, second, 'approve')).rejects.toMatchObject({
      reason: 'own-card',
    })
  })

  it('no longer counts when a signer’s card was suspended, and by a stranger’s never', async () => {
    const third = await fixture.addOfficer()
    const file = await fixture.sign(await draft(), third)
    const { db, clock } = fixture.deps
    const [{ card_uuid: cardUuid } = { card_uuid: '' }] = (
      await db.query<{ card_uuid: string }>('select card_uuid from cards where holder_id = $1', [
        third.holder.id,
      ])
    ).rows
    await suspendCard({ db, clock }, { cardUuid, actor: 'test', reason: 'lost' })
    await expect(load(file)).rejects.toMatchObject({ reason: 'signer-unknown' })
    const stranger = {
      ...fixture.deps,
      certificates: { listAuthorities: () => Promise.resolve([]) },
    }
    await expect(loadBatch(stranger, { file, actor: 'test' })).rejects.toMatchObject({
      reason: 'signer-unknown',
      facts: { fault: 'CHAIN_REFUSED' },
    })
  })
})
