import { unblockPin } from '../../../card-reader/piv-administration.ts'
import { factoryPuk } from '../../../card-reader/personalise-card.ts'
import { selectPiv } from '../../../card-reader/piv-commands.ts'
import type { VirtualCard } from '../../../card-reader/virtual-card/virtual-card.ts'
import { CardTransitionRefused } from '../../../src/cards/card-store.ts'
import { reinstateCard } from '../../../src/cards/reinstate-card.ts'
import { suspendCard } from '../../../src/cards/suspend-card.ts'
import type { CardDesk } from '../portal/card-desk.ts'
import { demoCards, type DemoCardId } from '../province.ts'
import { cardChannel } from '../seed/card-channel.ts'
import type { SeedDeps } from '../seed/seed-deps.ts'

type Deps = Pick<SeedDeps, 'db' | 'cards' | 'clock'>

interface Cards {
  readonly uuids: Readonly<Record<DemoCardId, string>>
  /** null with the machine's own readers: another program then holds the card. */
  readonly virtual: Readonly<Record<DemoCardId, VirtualCard>> | null
}

/** The administrator's box on the portal: standing in the registry, PIN on the card itself. */
export function createCardDesk(deps: Deps, { uuids, virtual }: Cards): CardDesk {
  return {
    standing: async (card) => ({
      state: (await deps.cards.find(uuids[card]))?.state ?? null,
      pinBlocked: virtual?.[card].state.pin.triesLeft === 0,
    }),
    suspend: (card) => once(suspendCard(deps, { cardUuid: uuids[card], ...request })),
    reinstate: (card) => once(reinstateCard(deps, { cardUuid: uuids[card], ...request })),
    unblock: async (card) => {
      if (virtual !== null) await unblock(virtual[card], pinOf(card))
    },
  }
}

const request = { actor: 'demo', reason: 'administrator of the demo' }

/** Pressed twice, or in two windows: the second one finds it done. */
async function once(change: Promise<unknown>): Promise<void> {
  try {
    await change
  } catch (error) {
    if (!(error instanceof CardTransitionRefused)) throw error
  }
}

async function unblock(card: VirtualCard, pin: string): Promise<void> {
  const channel = cardChannel(card)
  await selectPiv(channel)
  await unblockPin(channel, { puk: factoryPuk, newPin: pin })
  card.powerOff()
}

function pinOf(id: DemoCardId): string {
  return demoCards.find((card) => card.id === id)?.pin ?? ''
}
