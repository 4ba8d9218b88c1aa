/** The holder is at a terminal, the help desk elsewhere: the PUK travels sealed between the two. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import {
  createWire,
  openFarDesk,
  startDeskNode,
  startDeskTerminal,
  type DeskNode,
  type DeskTerminal,
} from '../../test/support/desk-fixture.ts'
import { createIssuingFixture, type IssuingFixture } from '../../test/support/issuing-fixture.ts'
import { authoriseUnblock } from './authorise-unblock.ts'
import { findPukStanding } from './puk-store.ts'
import { unblockCard } from './unblock-card.ts'

const wire = createWire()
let fixture: IssuingFixture
let node: DeskNode
let terminal: DeskTerminal
beforeAll(async () => {
  fixture = await createIssuingFixture()
  node = await startDeskNode(fixture.pki.url, wire)
  terminal = await startDeskTerminal(fixture.pki.db, node, {})
})
afterAll(async () => {
  await terminal.close()
  await node.close()
  await fixture.close()
})

it('unblocks the card at the terminal once, and no PUK is readable on the wire', async () => {
  const { db } = fixture.pki
  const { random, clock } = fixture.deps.issuance
  const { secrets, profiles } = fixture.deps
  const card = VirtualCard.create()
  const request = await fixture.request('citizen', { active: true })
  const { cardUuid } = (await fixture.issue(card, request)).card
  const first = card.state.puk.value
  terminal.port.insert(card)
  const [authorised, why] = [
    { cardUuid, terminalId: terminal.id },
    { actor: 'help desk', reason: 'on the telephone' },
  ]
  const unblock = async () => {
    const desk = await openFarDesk(db, wire, { terminal: terminal.id, purpose: 'unblock' })
    const asked = { desk: terminal.name, ...why, authorised }
    return desk.withCard((one) => unblockCard({ db, secrets, profiles, clock }, one, asked))
  }
  await expect(unblock()).rejects.toMatchObject({ reason: 'not-authorised' })
  await authoriseUnblock({ db, random, clock }, { ...authorised, ...why })
  terminal.prompt.typed.push('729405', '729405')
  expect(await unblock()).toMatchObject({ cardUuid })
  expect(card.state.pin.value).toBe(`${Buffer.from('729405').toString('hex')}ffff`)
  expect(card.state.puk.value).not.toBe(first)
  expect(await findPukStanding(db, cardUuid)).toMatchObject({ version: 2, nextVersion: null })
  await expect(unblock()).rejects.toMatchObject({ reason: 'not-authorised' })

  const said = wire.overheard.join('\n')
  expect(said).toContain('desk-command')
  for (const secret of [first, card.state.puk.value].map((puk) => Buffer.from(puk, 'hex')))
    for (const spelling of ['latin1', 'hex', 'base64', 'base64url'] as const)
      expect(said).not.toContain(secret.toString(spelling).replace(/=+$/, ''))
})
