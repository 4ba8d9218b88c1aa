import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createPassFixture, type PassFixture } from '../../test/support/pass-fixture.ts'
import { insertCard, insertOrganisation, insertPerson } from '../../test/support/registry.ts'
import { standingEndedSince } from '../cards/standing-store.ts'
import { createHolderStore } from '../holders/holder-store.ts'
import type { Person } from '../holders/holder.ts'
import { systemRandom } from '../random.ts'
import { issuePass } from './issue-pass.ts'
import { createPassStore } from './pass-store.ts'
import { planPass, type PassRequest } from './plan-pass.ts'

let fixture: PassFixture
let person: Person

beforeAll(async () => {
  fixture = await createPassFixture()
})
afterAll(() => fixture.close())
beforeEach(async () => {
  person = await fixture.addPerson()
})

function refusal(wish: Partial<PassRequest>, holder = person) {
  return fixture.issue(holder, wish).then(
    () => null,
    (error: unknown) => (error as { reason: unknown }).reason,
  )
}

describe('issuing a pass', () => {
  it('keeps what the officer said, for a day at most', async () => {
    const { pass, code } = await fixture.issue(person, { lastsSeconds: 24 * 3600, uses: 5 })
    expect(code).toMatch(/^\d{12}$/)
    expect(await createPassStore(fixture.db).find(pass.id)).toEqual(pass)
    expect(pass).toMatchObject({ usesLeft: 5, state: 'live', issuedBy: 'ecard' })
    expect(pass.validUntil.getTime() - pass.validFrom.getTime()).toBe(24 * 3600_000)
    expect(await refusal({ lastsSeconds: 24 * 3600 + 60 })).toBe('lasts-wrong')
    expect(await refusal({ uses: 21 })).toBe('uses-wrong')
  })

  it('is for active holders whose number can be typed', async () => {
    expect(await refusal({}, await insertPerson(fixture.db))).toBe('holder-without-number')
    await createHolderStore(fixture.db).setState(person.id, 'inactive', fixture.clock.now())
    expect(await refusal({})).toBe('holder-inactive')
    const nobody = { ...person, id: systemRandom.uuid() }
    await expect(fixture.issue(nobody)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('takes the kind of the holder’s only kind of card, and asks where that is open', async () => {
    expect(await refusal({ cardKind: null })).toBe('kind-open')
    await insertCard(fixture.db, { holderId: person.id, kind: 'citizen', state: 'suspended' })
    expect((await fixture.issue(person, { cardKind: null })).pass.cardKind).toBe('citizen')
    await insertCard(fixture.db, { holderId: person.id, kind: 'civil-servant' })
    expect(await refusal({ cardKind: null })).toBe('kind-open')
    expect(await refusal({ cardKind: 'enterprise' })).toBe('kind-wrong')
    const firm = await insertOrganisation(fixture.db, { taxCode: '0012345678-001' })
    const wish = { ...passOf(firm.id), cardKind: null }
    const planned = await planPass(fixture, wish)
    expect(planned).toMatchObject({ cardKind: 'enterprise', number: '0012345678001' })
  })

  it('names only applications that a pass opens', async () => {
    const [fits, strict, others, cardOnly] = await Promise.all([
      fixture.addClient(),
      fixture.addClient({ leastLevel: 'substantial' }),
      fixture.addClient({ cardKinds: ['enterprise'] }),
      fixture.addClient({ cardCompulsoryFrom: fixture.clock.now() }),
    ])
    expect((await fixture.issue(person, { clientIds: [fits] })).pass.clientIds).toEqual([fits])
    expect(await refusal({ clientIds: [fits, 'nowhere'] })).toBe('application-unknown')
    expect(await refusal({ clientIds: [strict] })).toBe('application-level')
    expect(await refusal({ clientIds: [cardOnly] })).toBe('application-level')
    expect(await refusal({ clientIds: [others] })).toBe('application-kind')
  })

  it('leaves one live pass, however many officers issue at once', async () => {
    const deps = { ...fixture, random: systemRandom }
    const all = Array.from({ length: 8 }, () => issuePass(deps, passOf(person.id)))
    const issued = (await Promise.allSettled(all)).filter(({ status }) => status === 'fulfilled')
    expect(issued).toHaveLength(8)
    const listed = await createPassStore(fixture.db).list({ holderId: person.id }, 100)
    expect(listed.map(({ pass }) => pass.state).sort()).toEqual([
      ...['live', ...Array.from({ length: 7 }, () => 'withdrawn')],
    ])
  })

  it('tells of the pass that it takes the place of, unless that had run out', async () => {
    const first = await fixture.issue(person)
    await fixture.issue(person, { lastsSeconds: 600 })
    fixture.clock.advance(601)
    const { replaced } = await fixture.issue(person)
    expect(replaced?.state).toBe('expired')
    const { rows } = await fixture.db.query<{ subject_id: string }>(
      `select subject_id from ended_standings s join passes p on p.id = s.subject_id
       where s.kind = 'pass' and p.holder_id = $1`,
      [person.id],
    )
    expect(rows.map((row) => row.subject_id)).toEqual([first.pass.id])
    // And to a node that was away meanwhile.
    const since = await standingEndedSince(fixture.db, first.pass.issuedAt)
    expect(since).toContainEqual({ kind: 'pass', id: first.pass.id })
  })
})

describe('the database', () => {
  const attempt = async (sql: string, id: string): Promise<unknown> => {
    const refused: unknown = await fixture.db.query(sql, [id]).catch((error: unknown) => error)
    const { constraint, facts } = refused as {
      constraint?: string
      facts?: { constraint: string }
    }
    return facts?.constraint ?? constraint
  }

  it.each([
    ['passes_are_final', `valid_until = valid_until + interval '1 hour'`],
    ['passes_are_final', `client_ids = null`],
    ['passes_follow_transitions', `uses_left = uses_left + 1`],
    ['passes_used', `uses_left = 1`],
    ['passes_uses', `uses_left = 0, last_used_at = now()`],
    ['passes_withdrawal_has_reason', `state = 'withdrawn'`],
    ['passes_uses', `state = 'used-up', uses_left = 1, last_used_at = now()`],
  ])('refuses by %s: set %s', async (constraint, set) => {
    const { pass } = await fixture.issue(person, { uses: 2 })
    const found = await attempt(`update passes set ${set} where id = $1`, pass.id)
    expect(found).toBe(constraint)
  })

  it('lets nothing that has ended come back', async () => {
    const { pass } = await fixture.issue(person)
    await fixture.issue(person)
    const back = `update passes set state = 'live', state_by = null, state_reason = null where id = $1`
    expect(await attempt(back, pass.id)).toBe('passes_follow_transitions')
  })
})

function passOf(holderId: string): PassRequest {
  return {
    ...{ holderId, cardKind: 'civil-servant', validFrom: null, lastsSeconds: 3600, uses: 1 },
    ...{ clientIds: null, mayRegisterPasskey: false, actor: 'ecard', reason: 'quên thẻ' },
  }
}
