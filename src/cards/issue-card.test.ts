import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import {
  chosenPin,
  createIssuingFixture,
  type IssuingFixture,
} from '../../test/support/issuing-fixture.ts'

let fixture: IssuingFixture
beforeAll(async () => {
  fixture = await createIssuingFixture()
})
afterAll(() => fixture.close())

describe('issuing on a blank card', () => {
  it.each([
    ['civil-servant', ['9a', '9c', '9d', '9e']],
    ['citizen', ['9a', '9e']],
    ['enterprise', ['9a', '9c', '9e']],
  ] as const)('fills the slots of a %s card', async (kind, slots) => {
    const card = VirtualCard.create()
    const lines: string[] = []
    const request = await fixture.request(kind)
    const issued = await fixture.issue(card, request, (line) => lines.push(line))
    if (kind === 'civil-servant') console.log(lines.join('\n'))
    expect(issued).toMatchObject({ resumed: false, wiped: null, card: { state: 'issued', kind } })
    expect(Object.keys(card.state.keys).sort()).toEqual(slots)
    expect(card.state.pin.value).toBe(Buffer.from(chosenPin).toString('hex') + 'ffff')
  })
})
