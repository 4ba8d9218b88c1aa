/** The public data of a card: who it is, who issued it, what it can do. */
import { openContentSigner } from '../pki/content-signer.ts'
import { signChuid, signerOfChuid } from '../pki/content-signature.ts'
import { CardFault } from './card-fault.ts'
import {
  cardCapabilities,
  chuidToSign,
  chuidWith,
  discovery,
  takeChuidApart,
} from './card-objects.ts'
import type { Card } from './card.ts'
import type { CardIdentity, DeskCard } from './desk-card.ts'
import type { IssueCardDeps } from './issuing.ts'

/** From here on the card finds its own attempt. @throws CardFault `does-not-verify` */
export async function writeIdentity(
  deps: Pick<IssueCardDeps, 'issuance'>,
  card: DeskCard,
  { row, actor }: { readonly row: Card; readonly actor: string },
): Promise<void> {
  const until = { until: row.expiresAt, actor }
  const signer = await openContentSigner(deps.issuance, until)
  const toSign = chuidToSign(row)
  const chuid = chuidWith(toSign, await signChuid(signer, toSign))
  await card.putObject('chuid', chuid)
  const readBack = await card.readObject('chuid')
  if (readBack?.equals(chuid) !== true) throw new CardFault('does-not-verify', { object: 'chuid' })
}

/** Whether the card carries a whole CHUID: a write that was cut off may have left anything. */
export function isNamed({ chuid }: CardIdentity): boolean {
  const parts = chuid === null ? null : takeChuidApart(chuid)
  return parts !== null && signerOfChuid(parts.signature, parts.toSign) !== null
}

/** Some cards serve the discovery object by themselves. */
export async function writeObjects(card: DeskCard, { cardUuid }: Card): Promise<void> {
  await card.putObject('card-capabilities', cardCapabilities(cardUuid))
  if ((await card.readObject('discovery')) === null) await card.putObject('discovery', discovery)
}
