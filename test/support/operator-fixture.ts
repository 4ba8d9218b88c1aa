import { grantRole, revokeRole, type GrantRequest } from '../../src/operators/change-grants.ts'
import { bootstrapOperators } from '../../src/operators/bootstrap-operators.ts'
import { authoriseOperator } from '../../src/operators/authorise-operator.ts'
import type { OperatorAction, OperatorRole, OperatorScope } from '../../src/operators/operator.ts'
import { insertSession } from '../../src/operators/session-store.ts'
import type { Database } from '../../src/db/pool.ts'
import { systemRandom } from '../../src/random.ts'
import { migratedTestDatabase } from './migrated-database.ts'
import { insertCard, registryTime } from './registry.ts'

/** A person with an active civil-servant card, and a session where they have signed in. */
export interface TestOperator {
  readonly holderId: string
  readonly cardUuid: string
  readonly sessionSecret: string
}

/** Unless it says otherwise: by the first administrator, administrator of the whole province. */
type GivenRequest = Partial<GrantRequest> & Pick<GrantRequest, 'holderId'>

/** Operators on a real PostgreSQL whose first administrator is appointed; cards need not sign. */
export interface OperatorFixture {
  readonly db: Database
  readonly clock: { now(): Date; advance(seconds: number): void }
  readonly administrator: TestOperator
  /** Signed in already. */
  readonly addOperator: (role: OperatorRole, agencyId?: string | null) => Promise<TestOperator>
  readonly signIn: (operator: Omit<TestOperator, 'sessionSecret'>) => Promise<TestOperator>
  readonly grant: (request: GivenRequest) => Promise<void>
  readonly revoke: (request: GivenRequest) => Promise<void>
  /** The operator's holder id. @throws OperatorSignInRequired, PermissionDenied */
  readonly may: (
    operator: TestOperator | null,
    action: OperatorAction,
    scope?: OperatorScope,
  ) => Promise<string | null>
  readonly close: () => Promise<void>
}

export async function createOperatorFixture(): Promise<OperatorFixture> {
  const database = await migratedTestDatabase()
  const { db } = database
  const clock = movableClock(registryTime)
  const deps = { db, clock, random: systemRandom }
  const first = await insertCard(db)
  const { holderId } = first
  await bootstrapOperators(deps, { holderId, actor: 'ecard', reason: 'first administrator' })
  const requestOf = (given: GivenRequest): GrantRequest => ({
    ...{ role: 'administrator', agencyId: null, actor: holderId, reason: 'QĐ 12/2026' },
    ...given,
  })
  const signIn: OperatorFixture['signIn'] = async (person) => {
    const sessionSecret = systemRandom.uuid()
    await insertSession(db, sessionSecret, { ...person, at: clock.now() })
    return { ...person, sessionSecret }
  }
  const grant: OperatorFixture['grant'] = (given) => grantRole(deps, requestOf(given))
  return {
    db,
    clock,
    administrator: await signIn(first),
    addOperator: async (role, agencyId = null) => {
      const person = await insertCard(db)
      await grant({ holderId: person.holderId, role, agencyId })
      return signIn(person)
    },
    signIn,
    grant,
    revoke: (given) => revokeRole(deps, requestOf(given)),
    may: (operator, action, scope = { kind: 'province' }) =>
      authoriseOperator(deps, {
        sessionSecret: operator?.sessionSecret ?? null,
        action,
        scope,
      }),
    close: () => database.drop(),
  }
}

function movableClock(start: Date): OperatorFixture['clock'] {
  let nowMs = start.getTime()
  return {
    now: () => new Date(nowMs),
    advance: (seconds) => {
      nowMs += seconds * 1000
    },
  }
}
