import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createPassFixture, type PassFixture } from '../../test/support/pass-fixture.ts'
import { createHolderStore } from '../holders/holder-store.ts'
import type { Person } from '../holders/holder.ts'
import { systemRandom } from '../random.ts'
import { mostWrongPerPlace, mostWrongPerPlaceAndPerson } from './guess-limits.ts'
import { newPassCode } from './pass-code.ts'
import { createPassStore } from './pass-store.ts'
import type { PassAttempt } from './redeem-pass.ts'
import { withdrawPass } from './withdraw-pass.ts'

let fixture: PassFixture
let person: Person
let number: string

beforeAll(async () => {
  fixture = await createPassFixture()
})
afterAll(() => fixture.close())
beforeEach(async () => {
  fixture.forgetGuesses()
  person = await fixture.addPerson()
  number = person.nationalNumber
})

function redeem(receivedCode: string, given: Partial<PassAttempt> = {}) {
  return fixture.redeem({ receivedNumber: number, receivedCode, ...given })
}

/** The reasons of many attempts; `null` where one signed in. */
async function reasonsOf(attempts: readonly Promise<unknown>[]): Promise<(string | null)[]> {
  const outcomes = await Promise.allSettled(attempts)
  return outcomes.map((outcome) =>
    outcome.status === 'fulfilled' ? null : String((outcome.reason as { reason: unknown }).reason),
  )
}

async function reasonOf(attempt: Promise<unknown>): Promise<string | null> {
  return (await reasonsOf([attempt]))[0] ?? null
}

const guess = (): string => newPassCode(systemRandom)
const from = (network: string) => ({ place: { kind: 'network', network } }) as const

describe('a pass', () => {
  it('signs its holder in at the lowest level, and says what was agreed', async () => {
    const { pass, code } = await fixture.issue(person, { clientIds: [await fixture.addClient()] })
    const authentication = await redeem(code, { clientId: pass.clientIds?.[0] ?? '' })
    expect(authentication).toEqual({
      ...{ holderId: person.id, holderName: person.displayName, method: 'pass', level: 'low' },
      ...{ amr: ['otp'], cardUuid: null, cardKind: 'civil-servant', keySlot: null },
      ...{ terminalId: null, passkeyId: null, at: fixture.clock.now() },
      pass: { passId: pass.id, clientIds: pass.clientIds, mayRegisterPasskey: false },
    })
  })

  it('is nowhere but in a keyed hash', async () => {
    const { code } = await fixture.issue(person)
    const { rows } = await fixture.db.query<{ whole: string; code_hash: Buffer }>(
      `select row_to_json(p)::text as whole, code_hash from passes p where holder_id = $1`,
      [person.id],
    )
    const kept = JSON.stringify(rows) + JSON.stringify(await fixture.audit.listRecent({}))
    expect(kept).not.toContain(code)
    expect(rows[0]?.code_hash).toEqual(await fixture.secret.hashOf({ number, code }))
    const other = await fixture.addPerson()
    expect(await fixture.secret.hashOf({ number: other.nationalNumber, code })).not.toEqual(
      rows[0]?.code_hash,
    )
  })

  it('is refused to whoever has the wrong code or names somebody else', async () => {
    const { code } = await fixture.issue(person)
    const other = await fixture.addPerson()
    expect(await reasonOf(redeem(guess()))).toBe('code-wrong')
    expect(await reasonOf(redeem(code, { receivedNumber: other.nationalNumber }))).toBe(
      'code-wrong',
    )
    expect(await reasonOf(redeem(code))).toBeNull()
  })

  it('is refused before its time, after it, and once used up', async () => {
    const validFrom = new Date(fixture.clock.now().getTime() + 600_000)
    const { code } = await fixture.issue(person, { validFrom, lastsSeconds: 3600, uses: 2 })
    expect(await reasonOf(redeem(code))).toBe('not-yet-valid')
    fixture.clock.advance(600)
    expect(await reasonsOf([redeem(code), redeem(code)])).toEqual([null, null])
    expect(await reasonOf(redeem(code))).toBe('used-up')
    const late = await fixture.issue(person, { lastsSeconds: 600, uses: 2 })
    fixture.clock.advance(600)
    expect(await reasonOf(redeem(late.code))).toBe('expired')
  })

  it('is refused once withdrawn, and where another has taken its place', async () => {
    const first = await fixture.issue(person)
    const second = await fixture.issue(person)
    expect(second.replaced?.id).toBe(first.pass.id)
    expect(await reasonOf(redeem(first.code))).toBe('withdrawn')
    const request = { passId: second.pass.id, actor: 'ecard', reason: 'đã tìm thấy thẻ' }
    await withdrawPass(fixture, request)
    expect(await reasonOf(redeem(second.code))).toBe('withdrawn')
    await expect(withdrawPass(fixture, request)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('is refused at an application that it is not for, and keeps its use', async () => {
    const [chosen, other] = [await fixture.addClient(), await fixture.addClient()]
    const { code } = await fixture.issue(person, { clientIds: [chosen] })
    expect(await reasonOf(redeem(code, { clientId: other }))).toBe('other-application')
    const forCitizens = { clientId: chosen, cardKinds: ['citizen'] } as const
    expect(await reasonOf(redeem(code, forCitizens))).toBe('card-kind-not-admitted')
    expect(await reasonOf(redeem(code, { isForRegistration: true }))).toBe('other-application')
    expect(await reasonOf(redeem(code, { clientId: chosen }))).toBeNull()
  })

  it('lets its holder register a passkey where the officer said so', async () => {
    const { code } = await fixture.issue(person, { mayRegisterPasskey: true })
    const { pass } = await redeem(code, { isForRegistration: true })
    expect(pass?.mayRegisterPasskey).toBe(true)
  })

  it('is refused once its holder has left', async () => {
    const { code } = await fixture.issue(person)
    await createHolderStore(fixture.db).setState(person.id, 'inactive', fixture.clock.now())
    expect(await reasonOf(redeem(code))).toBe('holder-inactive')
  })

  it('gives no more uses than it has, however many ask at once', async () => {
    const { code, pass } = await fixture.issue(person, { uses: 3 })
    // From many places: the limits of guessing are not what is tested here.
    const attempts = Array.from({ length: 24 }, (_, n) => redeem(code, from(`192.0.2.${n}`)))
    const reasons = await reasonsOf(attempts)
    expect(reasons.filter((reason) => reason === null)).toHaveLength(3)
    expect(reasons.filter((reason) => reason === 'used-up')).toHaveLength(21)
    expect(await createPassStore(fixture.db).find(pass.id)).toMatchObject({
      ...{ usesLeft: 0, state: 'used-up' },
    })
  })

  it('is in the audit when it is used and refused, without the code', async () => {
    const { code, pass } = await fixture.issue(person)
    await redeem(code)
    await reasonOf(redeem(code))
    const wrong = guess()
    await reasonOf(redeem(wrong))
    const events = await fixture.audit.listRecent({ limit: 4 })
    const place = 'network'
    expect(events.map(({ event, reason, facts }) => ({ event, reason, facts }))).toEqual([
      { event: 'pass.refused', reason: 'code-wrong', facts: { place } },
      { event: 'pass.refused', reason: 'used-up', facts: { place, passId: pass.id } },
      { event: 'pass.used', reason: null, facts: { passId: pass.id, usesLeft: 0, level: 'low' } },
      expect.objectContaining({ event: 'pass.issued', reason: pass.reason }),
    ])
    expect(events[1]).toMatchObject({ holderId: person.id, clientId: 'documents' })
    expect(JSON.stringify(events)).not.toMatch(new RegExp(`${code}|${wrong}|${number}`))
  })
})

describe('guessing', () => {
  it('begins with a code that checks out: a slip is told and counts nowhere', async () => {
    const { code } = await fixture.issue(person)
    const slip = code.slice(0, -1) + String((Number(code.at(-1)) + 1) % 10)
    const slips = Array.from({ length: 50 }, () => redeem(slip))
    expect(new Set(await reasonsOf(slips))).toEqual(new Set(['code-mistyped']))
    expect(await reasonOf(redeem(code, { receivedNumber: '0000' }))).toBe('number-mistyped')
    expect(await reasonOf(redeem(code))).toBeNull()
  })

  it('at speed from one place ends there, and the holder elsewhere gets in', async () => {
    const { code } = await fixture.issue(person)
    const reasons = await reasonsOf(Array.from({ length: 60 }, () => redeem(guess())))
    expect(reasons.filter((reason) => reason === 'code-wrong')).toHaveLength(
      mostWrongPerPlaceAndPerson,
    )
    expect(reasons.filter((reason) => reason === 'too-many-tries')).toHaveLength(55)
    // Not even the right code from there: else a limit would be none.
    await expect(redeem(code)).rejects.toMatchObject({
      details: { retryAfterSeconds: expect.closeTo(3600, -1) as number },
    })
    expect(await reasonOf(redeem(code, from('198.51.100.7')))).toBeNull()
  })

  it('at speed from many places leaves each of them less, and the holder gets in', async () => {
    const { code } = await fixture.issue(person)
    const places = Array.from({ length: 100 }, (_, n) => from(`2001:db8:0:${n}::/64`))
    const first = await reasonsOf(places.map((place) => redeem(guess(), place)))
    expect(new Set(first)).toEqual(new Set(['code-wrong']))
    const more = await reasonsOf(
      places.flatMap((place) => Array.from({ length: 4 }, () => redeem(guess(), place))),
    )
    // One more each, where a single place would have had four.
    expect(more.filter((reason) => reason === 'code-wrong')).toHaveLength(100)
    expect(more.filter((reason) => reason === 'too-many-tries')).toHaveLength(300)
    const mistake = await reasonOf(redeem(guess(), from('198.51.100.7')))
    expect(mistake).toBe('code-wrong')
    expect(await reasonOf(redeem(code, from('198.51.100.7')))).toBeNull()
  })

  it('about many people from one place ends there, and not at a paired terminal', async () => {
    const { code } = await fixture.issue(person)
    const numbers = Array.from({ length: 20 }, (_, n) => `00009900${String(n).padStart(4, '0')}`)
    const reasons = await reasonsOf(
      numbers.map((receivedNumber) => redeem(guess(), { receivedNumber })),
    )
    expect(reasons.filter((reason) => reason === 'code-wrong')).toHaveLength(mostWrongPerPlace)
    expect(await reasonOf(redeem(code))).toBe('too-many-tries')
    const place = { kind: 'terminal', terminalId: systemRandom.uuid() } as const
    expect(await reasonOf(redeem(code, { place }))).toBeNull()
  })

  it('does not fill the audit from one place', async () => {
    const marked = from('203.0.113.9')
    const countRefusals = async (): Promise<number> => {
      const { rows } = await fixture.db.query<{ n: string }>(
        `select count(*) as n from audit_events where event = 'pass.refused'`,
      )
      return Number(rows[0]?.n)
    }
    const before = await countRefusals()
    await reasonsOf(Array.from({ length: 40 }, () => redeem(guess(), marked)))
    expect((await countRefusals()) - before).toBe(mostWrongPerPlaceAndPerson + 1)
  })
})
