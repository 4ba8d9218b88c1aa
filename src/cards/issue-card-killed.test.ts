import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import { createIssuingFixture, type IssuingFixture } from '../../test/support/issuing-fixture.ts'
import type { CardKillOrder } from '../../test/support/kill-card-issuer.ts'
import { startProgram } from '../../test/support/program.ts'
import { inspectCard } from './inspect-card.ts'

let fixture: IssuingFixture
let count = 0
beforeAll(async () => {
  fixture = await createIssuingFixture()
})
afterAll(() => fixture.close())

/** A process of its own issues the card in a file, and is killed on the way. */
async function issueInProcess(kill: CardKillOrder['kill']) {
  const { folder, url, now } = fixture.pki
  const cardFile = join(folder, `card-${(count += 1)}.json`)
  VirtualCard.create({ file: cardFile })
  const request = await fixture.request('citizen')
  const keystore = join(folder, 'keystore')
  const order: CardKillOrder = { url, keystore, at: now.toISOString(), cardFile, request, kill }
  const orderFile = join(folder, `order-${count}.json`)
  await writeFile(orderFile, JSON.stringify(order))
  const program = startProgram('test/support/kill-card-issuer.ts', [orderFile])
  const status = await program.ended
  return { status, output: program.output(), cardFile, request }
}

describe('a process that is killed while it issues', () => {
  it.each([
    ['before the card is named', { beforeStep: 'identity' }],
    ['in the middle of the CHUID', { afterExchange: 11 }],
    ['after the last block of the CHUID', { afterExchange: 14 }],
    ['after the new management key', { afterExchange: 20 }],
    ['after the new PUK', { beforeStep: 'pin' }],
    ['after a key was made', { afterExchange: 25 }],
    ['before a certificate is written', { beforeStep: 'certificate-9A' }],
    ['before the card is verified', { beforeStep: 'verification' }],
    ['after 9E has signed, before 9A has', { afterExchange: 44 }],
  ] as const)('%s: the next run finishes the card', async (_, kill) => {
    const { status, output, cardFile, request } = await issueInProcess(kill)
    expect(status, output).toBeNull()
    expect(output).not.toContain('issued')
    const card = VirtualCard.open({ file: cardFile })
    const { db } = fixture.pki
    const { rows } = await db.query(
      `select 1 from cards join card_issuances i using (card_uuid)
       where cards.holder_id = $1 and cards.state = 'requested' and i.state = 'running'`,
      [request.holder.id],
    )
    expect(rows).toHaveLength(1)
    const issued = await fixture.issue(card, request)
    expect(issued).toMatchObject({ resumed: true, wiped: null, card: { state: 'issued' } })
    const seen = await fixture.desk(card).withCard((one) => inspectCard(db, one))
    expect(seen).toMatchObject({ agrees: true, card: { cardUuid: issued.card.cardUuid } })
  })

  it('is killed by nothing else', async () => {
    const { status, output } = await issueInProcess({ never: true })
    expect(output).toContain('issued issued')
    expect(output).toContain('exchange 44')
    expect(status).toBe(0)
  })
})
