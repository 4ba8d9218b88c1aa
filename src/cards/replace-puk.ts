/**
 * A PUK that was given out of our hands is replaced by its next version. Torn in the middle, the
 * card has the one or the other: the registry knows that it may, and the next time finds out.
 */
import type { Clock } from '../clock.ts'
import type { Database } from '../db/pool.ts'
import { CardFault } from './card-fault.ts'
import type { CardSecrets, SecretOf } from './card-secrets.ts'
import type { DeskCard } from './desk-card.ts'
import { beginPukChange, findPukStanding, keepPuk, owePuk, takePuk } from './puk-store.ts'

export interface PukDeps {
  readonly db: Database
  readonly clock: Clock
  readonly secrets: CardSecrets
}

/**
 * The version that is on the card. Only where a change was cut off does that cost a try, and the
 * right PUK, which follows, brings it back.
 *
 * @throws CardFault `not-supported` for a card without a PUK of ours, `wrong-puk`, `puk-blocked`
 */
export async function findPukOnCard(
  { db, secrets }: PukDeps,
  card: DeskCard,
  cardUuid: string,
): Promise<SecretOf> {
  const standing = await findPukStanding(db, cardUuid)
  const { version = null, nextVersion = null, changeAt = null } = standing ?? {}
  if (version === null) throw new CardFault('not-supported', { cardUuid, what: 'puk' })
  if (changeAt === null || nextVersion === null) return { cardUuid, version }
  const next = { cardUuid, version: nextVersion }
  if (await hasPuk({ secrets }, card, next)) {
    await takePuk(db, cardUuid, nextVersion)
    return next
  }
  await keepPuk(db, cardUuid)
  return { cardUuid, version }
}

/** Changing it to what it is shows that it is that. */
async function hasPuk(
  { secrets }: Pick<PukDeps, 'secrets'>,
  card: DeskCard,
  of: SecretOf,
): Promise<boolean> {
  const puk = await secrets.puk(of)
  try {
    await card.changePuk({ from: puk, to: puk })
    return true
  } catch (error) {
    if (error instanceof CardFault && error.reason === 'wrong-puk') return false
    throw error
  } finally {
    puk.fill(0)
  }
}

/**
 * Gives the card the PUK that it is owed.
 *
 * @param from - what `findPukOnCard` found
 * @throws CardFault
 */
export async function replaceUsedPuk(
  { db, clock, secrets }: PukDeps,
  card: DeskCard,
  from: SecretOf,
): Promise<void> {
  const { cardUuid } = from
  const to = { cardUuid, version: from.version + 1 }
  const [old, next] = [await secrets.puk(from), await secrets.puk(to)]
  try {
    await owePuk(db, cardUuid)
    await beginPukChange(db, cardUuid, clock.now())
    await card.changePuk({ from: old, to: next })
    await takePuk(db, cardUuid, to.version)
  } finally {
    old.fill(0)
    next.fill(0)
  }
}
