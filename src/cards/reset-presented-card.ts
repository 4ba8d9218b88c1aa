import { CardFault } from './card-fault.ts'
import type { CardSecrets } from './card-secrets.ts'
import { createCardStore } from './card-store.ts'
import type { DeskCard } from './desk-card.ts'
import { findRunningByChip, findSecretVersions } from './issuance-journal.ts'
import { proveManagementKey } from './management-key.ts'
import { wipePresentedCard, type WipeDeps } from './wipe-card.ts'

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
  const isRegistered = (await createCardStore(deps.db).find(cardUuid)) !== null
  const search = { secrets: deps.secrets, cardUuid, versions }
  const key = await proveManagementKey(card, identity, search)
  if (key === null) {
    throw new CardFault(isRegistered ? 'wrong-management-key' : 'someone-elses-card', { cardUuid })
  }
  if (key.whose === 'factory' && !isRegistered) throw new CardFault('someone-elses-card')
  await wipePresentedCard(deps, card, { cardUuid, why: reason, actor })
  return cardUuid
}

async function cardOfChip({ db }: WipeDeps, chipSerial: string | null): Promise<string | null> {
  if (chipSerial === null) return null
  return (await findRunningByChip(db, chipSerial))?.cardUuid ?? null
}
