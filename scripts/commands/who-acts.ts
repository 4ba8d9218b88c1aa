import { actingOperator, type OperatorAction, type OperatorScope } from './acting-operator.ts'
import type { Registry } from './open-registry.ts'

interface WhoActs {
  readonly by?: string | undefined
  /** On what; the whole province without it. */
  readonly scope?: OperatorScope
}

/**
 * The name under which the audit keeps an act: the operator who is signed in or, where there are
 * none yet, as on the machine of an offline root, the name that was given with `--by`.
 *
 * @throws OperatorRequired, PermissionDenied
 */
export async function whoActs(
  registry: Pick<Registry, 'db'>,
  action: OperatorAction,
  { by, scope = { kind: 'province' } }: WhoActs,
): Promise<string> {
  const { actor } = await actingOperator(registry, action, scope)
  return actor === 'ecard' ? (by ?? actor) : actor
}
