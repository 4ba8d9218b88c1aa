/** A card's own management key and PUK take the place of the factory's. */
import { CardFault } from './card-fault.ts'
import type { CardKindProfile } from './card-kind-profile.ts'
import { managementKeyAlgorithms, type DeskCard } from './desk-card.ts'
import { setManagementKeyVersion, setPukVersion } from './issuance-journal.ts'
import type { IssueCardDeps, Making } from './issuing.ts'
import type { PresentedCard } from './judge-presented-card.ts'

const factoryPuk = Buffer.from('12345678')
/** Later ones come with unblocking. */
const firstVersion = 1

/** AES where the card can; the registry knows which before the card does. */
export async function replaceManagementKey(
  { db, secrets }: IssueCardDeps,
  card: DeskCard,
  cardUuid: string,
): Promise<void> {
  const version = firstVersion
  for (const algorithm of managementKeyAlgorithms) {
    const key = await secrets.managementKey({ cardUuid, version }, algorithm)
    try {
      await setManagementKeyVersion(db, cardUuid, { version, algorithm })
      if (!(await card.setManagementKey(key))) continue
      if (await card.authenticate(key)) return
      throw new CardFault('does-not-verify', { object: 'management-key' })
    } finally {
      key.bytes.fill(0)
    }
  }
  throw new CardFault('not-supported', { what: 'management-key' })
}

/** The PUK that is on the card afterwards; the caller overwrites it. */
export async function replacePuk(
  { db, secrets }: IssueCardDeps,
  card: DeskCard,
  { row: { cardUuid }, profile, presented }: Making,
): Promise<Buffer> {
  const version = firstVersion
  const ours = await secrets.puk({ cardUuid, version })
  await setPukVersion(db, cardUuid, version)
  const { puk, pin } = presented.identity
  const isFresh = presented.key.whose === 'factory' || puk.isDefault === true
  if (isFresh && pin.isDefault !== false) await setTries(card, profile, presented)
  try {
    if (puk.isDefault !== false) await card.changePuk({ from: factoryPuk, to: ours })
  } catch (error) {
    // A card that does not tell, taken up again: then it has ours already, as `setPin` will show.
    const isSet = puk.isDefault === null && error instanceof CardFault
    if (!isSet || error.reason !== 'wrong-puk') throw error
  }
  return ours
}

async function setTries(
  card: DeskCard,
  { pin, puk }: CardKindProfile,
  { identity }: PresentedCard,
): Promise<void> {
  if (pin.tries === null || puk.tries === null) return
  const isSo = identity.pin.triesTotal === pin.tries && identity.puk.triesTotal === puk.tries
  if (!isSo) await card.setTries({ pin: pin.tries, puk: puk.tries })
}
