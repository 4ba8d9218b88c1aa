import type { Card } from '../../cards/card.ts'
import type { TerminalStanding } from '../../terminals/terminal.ts'
import type { Challenge } from '../challenge.ts'
import { CardRefused } from '../refusal.ts'
import type { SignInProfile } from './profile.ts'

/**
 * Is a good card, used so and at this terminal, enough for what was asked?
 *
 * @throws CardRefused `pin-required`, `certificate-slot-mismatch`, `tap-at-personal-terminal`,
 *   `card-kind-not-admitted`
 */
export function checkPolicy(
  profile: SignInProfile,
  circumstances: {
    readonly challenge: Challenge
    readonly terminal: TerminalStanding
    readonly card: Card
  },
): void {
  const { challenge, terminal, card } = circumstances
  const facts = { cardUuid: card.cardUuid, holderId: card.holderId }
  if (profile.slot !== challenge.keySlot) {
    const reason = profile.slot === '9E' ? 'pin-required' : 'certificate-slot-mismatch'
    throw new CardRefused(reason, { facts })
  }
  // A tap asks nothing of the holder, so the place has to vouch: a relayed or stolen card works
  // only where the province has put the reader.
  if (profile.slot === '9E' && terminal.mode !== 'managed') {
    throw new CardRefused('tap-at-personal-terminal', { facts })
  }
  if (!challenge.cardKinds.includes(profile.kind)) {
    throw new CardRefused('card-kind-not-admitted', {
      facts,
      details: { kinds: challenge.cardKinds },
    })
  }
}
