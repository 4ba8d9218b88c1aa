import { systemClock } from '../../src/clock.ts'
import {
  authoriseOperator,
  authoriseSomewhere,
  type OperatorRequest,
} from '../../src/operators/authorise-operator.ts'
import type { OperatorAction, OperatorScope } from '../../src/operators/operator.ts'
import { operatorWords } from '../words/operator-words.ts'
import { inOperatorWords } from './in-operator-words.ts'
import type { Registry } from './open-registry.ts'
import { readSessionSecret } from './operator-session-file.ts'

export type { OperatorAction, OperatorScope }

export interface ActingOperator {
  /** For audit and journals: the operator's holder id; `ecard` until there is a first one. */
  readonly actor: string
}

/** Registries of which it was said that they have no operator: once is enough. */
const warned = new WeakSet()

/**
 * Who acts, if they may. Asked before anything is changed, and for a dry run too.
 *
 * @throws OperatorSignInRequired, PermissionDenied
 */
export async function actingOperator(
  { db }: Pick<Registry, 'db'>,
  action: OperatorAction,
  scope: OperatorScope,
): Promise<ActingOperator> {
  const holderId = await asked((sessionSecret) =>
    authoriseOperator({ db, clock: systemClock }, { sessionSecret, action, scope }),
  )
  return { actor: actorOf(db, holderId) }
}

/**
 * The same for what concerns many: the caller keeps to the agencies of these codes.
 *
 * @returns agencyCodes - null: the whole province
 * @throws OperatorSignInRequired, PermissionDenied where they may nowhere
 */
export async function actingSomewhere(
  { db }: Pick<Registry, 'db'>,
  action: OperatorAction,
): Promise<ActingOperator & { readonly agencyCodes: ReadonlySet<string> | null }> {
  const { holderId, agencyCodes } = await asked((sessionSecret) =>
    authoriseSomewhere({ db, clock: systemClock }, { sessionSecret, action }),
  )
  return { actor: actorOf(db, holderId), agencyCodes }
}

function asked<T>(ask: (secret: OperatorRequest['sessionSecret']) => Promise<T>): Promise<T> {
  return inOperatorWords(async () => ask(await readSessionSecret()))
}

function actorOf(db: Registry['db'], holderId: string | null): string {
  if (holderId !== null) return holderId
  warnOnce(db)
  return 'ecard'
}

/** To a person at a terminal alone: scripts read what they caught, and cannot appoint anybody. */
function warnOnce(db: Registry['db']): void {
  if (!process.stderr.isTTY || warned.has(db)) return
  warned.add(db)
  console.error(operatorWords().noOperatorYet)
}
