import { createCardStore } from '../../src/cards/card-store.ts'
import type { DeskCard } from '../../src/cards/desk-card.ts'
import { recogniseCard } from '../../src/cards/inspect-card.ts'
import { actingOperator, type ActingOperator, type OperatorAction } from './acting-operator.ts'
import type { Registry } from './open-registry.ts'

/**
 * Who acts, if they may do that with the card that is presented; one that the registry does not
 * know belongs to the province.
 *
 * @throws OperatorSignInRequired, PermissionDenied
 */
export async function actingOnPresented(
  registry: Pick<Registry, 'db'>,
  action: OperatorAction,
  presented: DeskCard,
): Promise<ActingOperator> {
  const { identity, issuance } = await recogniseCard(registry.db, presented)
  const cardUuid = identity.cardUuid ?? issuance?.cardUuid ?? null
  const card = cardUuid === null ? null : await createCardStore(registry.db).find(cardUuid)
  const scope =
    card === null
      ? ({ kind: 'province' } as const)
      : ({ kind: 'card', cardUuid: card.cardUuid } as const)
  return actingOperator(registry, action, scope)
}
