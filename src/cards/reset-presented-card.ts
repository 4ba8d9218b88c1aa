import { CardFault } from './card-fault.ts'
import type { CardSecrets } from './card-secrets.ts'
import { createCardStore } from './card-store.ts'
import type { CardState } from './card.ts'
import type { DeskCard } from './desk-card.ts'
import { findRunningByChip, findSecretVersions } from './issuance-journal.ts'
import { proveManagementKey } from './management-key.ts'
import { wipePresentedCard, type WipeDeps } from './wipe-card.ts'

const cardsInUse: readonly CardState[] = ['issued', 'active', 'suspended']

/**
 * Makes a card of ours blank, whatever it is used for: its row is revoked first, with its
 * certificates. That it is ours, its management key shows.
 *
 * @returns the card that it was; null when it was blank, and nothing was done
 * @throws CardFault `someone-elses-card`, `wrong-management-key`
 */
export async function resetPresentedCard(
  deps: WipeDeps & { readonly secrets: CardSecrets },
  card: DeskCard,
  { actor, reason }: { readonly actor: string; readonly reason: string },
): Promise<string | null> {
  const identity = await card.identify()
  const cardUuid = identity.cardUuid ?? (await cardOfChip(deps, identity.chipSerial))
  if (cardUuid === null) {
    const isBlank = !identity.hasCertificate && identity.managementKey.isDefault !== false
    if (isBlank) return null
    throw new CardFault('someone-elses-card')
  }
  const versions = await findSecretVersions(deps.db, cardUuid)
  const registered = await createCardStore(deps.db).find(cardUuid)
  const search = { secrets: deps.secrets, cardUuid, versions }
  const key = await proveManagementKey(card, identity, search)
  if (registered === null && key?.whose !== 'ours') throw new CardFault('someone-elses-card')
  // A card in use has its own key: with the factory's it is a copy of that card's public data, and
  // resetting it would revoke the true one.
  const isBeyondMaking = registered !== null && cardsInUse.includes(registered.state)
  if (key === null || (key.whose === 'factory' && isBeyondMaking)) {
    throw new CardFault('wrong-management-key', { cardUuid })
  }
  await wipePresentedCard(deps, card, { cardUuid, why: reason, actor })
  return cardUuid
}

async function cardOfChip({ db }: WipeDeps, chipSerial: string | null): Promise<string | null> {
  if (chipSerial === null) return null
  return (await findRunningByChip(db, chipSerial))?.cardUuid ?? null
}
