import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createOperatorFixture,
  type OperatorFixture,
  type TestOperator,
} from '../../test/support/operator-fixture.ts'
import {
  insertAgency,
  insertCard,
  insertOrganisation,
  insertTerminal,
  registryTime,
} from '../../test/support/registry.ts'
import { createAuditStore } from '../audit/audit-store.ts'
import { reinstateCard } from '../cards/reinstate-card.ts'
import { suspendCard } from '../cards/suspend-card.ts'
import { createHolderStore } from '../holders/holder-store.ts'
import { systemRandom } from '../random.ts'
import { authoriseSomewhere } from './authorise-operator.ts'
import { readOperatorSession, signOutOperator } from './operator-session.ts'
import { operatorActions, operatorRoles, type OperatorScope } from './operator.ts'
import { permissions } from './permissions.ts'

let fixture: OperatorFixture
beforeAll(async () => {
  fixture = await createOperatorFixture()
})
afterAll(() => fixture.close())

const signInRequired = { code: 'OPERATOR_SIGN_IN_REQUIRED' }

describe('what an operator may do', () => {
  it.each(operatorRoles)('is what the table says of the role: %s', async (role) => {
    const operator = await fixture.addOperator(role)
    for (const action of operatorActions) {
      const asked = fixture.may(operator, action)
      if (permissions[action].includes(role)) expect(await asked).toBe(operator.holderId)
      else
        await expect(asked).rejects.toMatchObject({
          code: 'PERMISSION_DENIED',
          denial: { reason: 'role', action, rolesNeeded: permissions[action] },
        })
    }
    expect(operatorActions.some((action) => permissions[action].includes(role))).toBe(true)
  })

  it('is nothing without a sign-in, or with one that nobody made', async () => {
    await expect(fixture.may(null, 'card.issue')).rejects.toMatchObject(signInRequired)
    const stranger = { ...fixture.administrator, sessionSecret: systemRandom.uuid() }
    await expect(fixture.may(stranger, 'card.issue')).rejects.toMatchObject(signInRequired)
  })

  it('is in the audit when it is denied', async () => {
    const { cardUuid } = await insertCard(fixture.db)
    const auditor = await fixture.addOperator('auditor')
    const asked = fixture.may(auditor, 'card.revoke', { kind: 'card', cardUuid })
    await expect(asked).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
    const [event] = await createAuditStore(fixture.db).listRecent({ cardUuid })
    expect(event).toMatchObject({
      ...{ event: 'operator.denied', outcome: 'refused', reason: 'role' },
      ...{ actor: auditor.holderId, facts: { action: 'card.revoke', scope: 'card' } },
    })
  })

  it('is for nobody what they would give to themselves; what takes they may', async () => {
    const { administrator, may } = fixture
    const own = { kind: 'card', cardUuid: administrator.cardUuid } as const
    const person = { kind: 'holder', holderId: administrator.holderId } as const
    for (const [action, scope] of [
      ['card.issue', person],
      ['card.unblock', own],
      ['card.reinstate', own],
      ['pass.issue', person],
      ['operator.change', person],
    ] as const)
      await expect(may(administrator, action, scope)).rejects.toMatchObject({
        denial: { reason: 'oneself' },
      })
    for (const [action, scope] of [
      ['card.suspend', own],
      ['pass.withdraw', person],
      ['passkey.revoke', person],
    ] as const)
      expect(await may(administrator, action, scope)).toBe(administrator.holderId)
  })
})

describe('a role in a part of the province', () => {
  let operator: TestOperator
  let inside: OperatorScope[]
  let outside: OperatorScope[]

  const holderAt = async (agencyId: string): Promise<OperatorScope[]> => {
    const { db } = fixture
    const { holderId: personId, cardUuid } = await insertCard(db)
    const post = { id: systemRandom.uuid(), personId, organisationId: null, position: '' }
    await createHolderStore(db).insertAffiliation({ ...post, agencyId }, registryTime)
    return [
      { kind: 'agency', agencyId },
      { kind: 'holder', holderId: personId },
      { kind: 'card', cardUuid },
      { kind: 'terminal', terminalId: (await insertTerminal(db, { agencyId })).id },
    ]
  }

  beforeAll(async () => {
    const { db } = fixture
    const province = await insertAgency(db)
    const own = await insertAgency(db, { parentId: province.id })
    const below = await insertAgency(db, { parentId: own.id, kind: 'office' })
    const farBelow = await insertAgency(db, { parentId: below.id, kind: 'office' })
    const beside = await insertAgency(db, { parentId: province.id })
    operator = await fixture.addOperator('administrator', own.id)
    inside = (await Promise.all([own, below, farBelow].map(({ id }) => holderAt(id)))).flat()
    const homeless = await insertCard(db, { kind: 'enterprise' })
    outside = [
      ...(await Promise.all([province, beside].map(({ id }) => holderAt(id)))).flat(),
      { kind: 'province' },
      { kind: 'agency', agencyId: null },
      { kind: 'agency', agencyId: systemRandom.uuid() },
      { kind: 'holder', holderId: (await insertOrganisation(db)).id },
      { kind: 'holder', holderId: homeless.holderId },
      { kind: 'card', cardUuid: homeless.cardUuid },
      { kind: 'card', cardUuid: systemRandom.uuid() },
      { kind: 'terminal', terminalId: (await insertTerminal(db)).id },
    ]
  })

  it('reaches its agency and all below it', async () => {
    expect(inside).toHaveLength(12)
    for (const scope of inside)
      expect(await fixture.may(operator, 'card.revoke', scope)).toBe(operator.holderId)
  })

  it('reaches nothing above, beside or outside the agencies; one of the province does', async () => {
    for (const scope of outside) {
      await expect(fixture.may(operator, 'card.revoke', scope)).rejects.toMatchObject({
        denial: { reason: 'scope' },
      })
      const { administrator } = fixture
      expect(await fixture.may(administrator, 'card.revoke', scope)).toBe(administrator.holderId)
    }
  })

  it('is told by its agencies where a list of people is brought in', async () => {
    const { db, clock, administrator } = fixture
    const area = (sessionSecret: string | null) =>
      authoriseSomewhere({ db, clock }, { sessionSecret, action: 'holder.change' })
    const { holderId, agencyCodes } = await area(operator.sessionSecret)
    expect(holderId).toBe(operator.holderId)
    const { rows } = await db.query<{ code: string }>(
      'select code from agencies where id = any ($1)',
      [inside.flatMap((scope) => (scope.kind === 'agency' ? [scope.agencyId] : []))],
    )
    expect([...(agencyCodes ?? [])].sort()).toEqual(rows.map(({ code }) => code).sort())
    expect(agencyCodes?.size).toBe(3)
    expect(await area(administrator.sessionSecret)).toMatchObject({ agencyCodes: null })
    await expect(area(null)).rejects.toMatchObject(signInRequired)
    const { sessionSecret } = await fixture.addOperator('help-desk')
    await expect(area(sessionSecret)).rejects.toMatchObject({ denial: { reason: 'role' } })
  })

  it('does not lend its reach to another role that the person has elsewhere', async () => {
    const elsewhere = await insertAgency(fixture.db, {
      parentId:
        (await fixture.db.query<{ id: string }>('select id from agencies where parent_id is null'))
          .rows[0]?.id ?? null,
    })
    await fixture.grant({ holderId: operator.holderId, role: 'help-desk', agencyId: elsewhere.id })
    const scope = { kind: 'agency', agencyId: elsewhere.id } as const
    expect(await fixture.may(operator, 'card.suspend', scope)).toBe(operator.holderId)
    await expect(fixture.may(operator, 'card.revoke', scope)).rejects.toMatchObject({
      denial: { reason: 'scope' },
    })
  })
})

describe('an operator session', () => {
  it('ends 15 minutes after its last use, and each use renews it', async () => {
    const operator = await fixture.addOperator('help-desk')
    for (const seconds of [899, 899]) {
      fixture.clock.advance(seconds)
      expect(await fixture.may(operator, 'card.suspend')).toBe(operator.holderId)
    }
    fixture.clock.advance(900)
    await expect(fixture.may(operator, 'card.suspend')).rejects.toMatchObject(signInRequired)
  })

  it('ends eight hours after the sign-in, however busy', async () => {
    const operator = await fixture.addOperator('help-desk')
    const almost = 8 * 3600 - 1
    for (const seconds of [...Array<number>(32).fill(890), almost - 32 * 890]) {
      fixture.clock.advance(seconds)
      expect(await fixture.may(operator, 'card.suspend')).toBe(operator.holderId)
    }
    fixture.clock.advance(1)
    await expect(fixture.may(operator, 'card.suspend')).rejects.toMatchObject(signInRequired)
  })

  it('is not kept alive by looking at it, and says when it ends', async () => {
    const operator = await fixture.addOperator('help-desk')
    const { db, clock } = fixture
    const begun = clock.now().getTime()
    clock.advance(600)
    const shown = await readOperatorSession({ db, clock }, operator.sessionSecret)
    expect(shown.endsAt).toEqual(new Date(begun + 900_000))
    expect(shown.grants).toMatchObject([{ role: 'help-desk', agencyCode: null }])
    clock.advance(300)
    const late = readOperatorSession({ db, clock }, operator.sessionSecret)
    await expect(late).rejects.toMatchObject(signInRequired)
  })

  it('ends with its card, and does not come back when the card does', async () => {
    const operator = await fixture.addOperator('help-desk')
    const request = { cardUuid: operator.cardUuid, actor: 'test', reason: 'mislaid' }
    await suspendCard(fixture, request)
    await expect(fixture.may(operator, 'card.suspend')).rejects.toMatchObject(signInRequired)
    await reinstateCard(fixture, request)
    await expect(fixture.may(operator, 'card.suspend')).rejects.toMatchObject(signInRequired)
    const again = await fixture.signIn(operator)
    expect(await fixture.may(again, 'card.suspend')).toBe(operator.holderId)
  })

  it('ends when its holder leaves, and does not come back when they do', async () => {
    const operator = await fixture.addOperator('help-desk')
    const holders = createHolderStore(fixture.db)
    await holders.setState(operator.holderId, 'inactive', fixture.clock.now())
    await expect(fixture.may(operator, 'card.suspend')).rejects.toMatchObject(signInRequired)
    await holders.setState(operator.holderId, 'active', fixture.clock.now())
    await expect(fixture.may(operator, 'card.suspend')).rejects.toMatchObject(signInRequired)
  })

  it('ends with the last role, and loses what an earlier one allowed', async () => {
    const operator = await fixture.addOperator('help-desk')
    const { holderId } = operator
    await fixture.grant({ holderId, role: 'auditor' })
    await fixture.revoke({ holderId, role: 'help-desk' })
    const denied = fixture.may(operator, 'card.suspend')
    await expect(denied).rejects.toMatchObject({ denial: { reason: 'role' } })
    await fixture.revoke({ holderId, role: 'auditor' })
    await expect(fixture.may(operator, 'card.suspend')).rejects.toMatchObject(signInRequired)
    await fixture.grant({ holderId, role: 'help-desk' })
    await expect(fixture.may(operator, 'card.suspend')).rejects.toMatchObject(signInRequired)
  })

  it('ends at sign-out, once and on record', async () => {
    const operator = await fixture.addOperator('help-desk')
    const { holderId, cardUuid } = operator
    expect(await signOutOperator(fixture, operator.sessionSecret)).toBe(true)
    expect(await signOutOperator(fixture, operator.sessionSecret)).toBe(false)
    await expect(fixture.may(operator, 'card.suspend')).rejects.toMatchObject(signInRequired)
    const [event] = await createAuditStore(fixture.db).listRecent({ holderId })
    expect(event).toMatchObject({ event: 'operator.signed-out', actor: holderId, cardUuid })
  })

  it('leaves only the hash of its secret in the registry', async () => {
    const { sessionSecret } = await fixture.addOperator('help-desk')
    const { rows } = await fixture.db.query<{ text: string }>(
      'select s::text as text from operator_sessions s',
    )
    expect(rows.length).toBeGreaterThan(0)
    for (const { text } of rows) {
      expect(text).not.toContain(sessionSecret)
      expect(text).not.toContain(Buffer.from(sessionSecret).toString('hex'))
    }
  })
})
