import { createHash } from 'node:crypto'
import type { CardChannel } from '../../../card-reader/card-port.ts'
import { sign, verifyPin } from '../../../card-reader/piv-commands.ts'
import type { SignInSlot } from '../../../src/holders/card-kind.ts'
import type { CardPossessionProof } from '../../../src/pki/issue-card-certificate.ts'
import { possessionBytes, possessionHash } from '../../../src/pki/possession.ts'

export interface CardChallenge {
  readonly cardUuid: string
  readonly slot: SignInSlot
  readonly nonce: Buffer
  readonly pin: string
}

/** Has the card sign our challenge with the P-256 key that it has just made. */
export async function provePossession(
  channel: CardChannel,
  { cardUuid, slot, nonce, pin }: CardChallenge,
): Promise<CardPossessionProof> {
  const algorithm = 'P-256'
  const needsPin = slot === '9A'
  if (needsPin) await verifyPin(channel, pin)
  const bytes = possessionBytes({ cardUuid, slot }, nonce)
  const digest = createHash(possessionHash(algorithm)).update(bytes).digest()
  const signature = await sign(channel, { slot, algorithm, digest, pinVerified: needsPin })
  return { kind: 'signature', nonce, signature }
}
