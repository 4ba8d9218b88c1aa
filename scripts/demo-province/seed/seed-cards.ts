import { rm } from 'node:fs/promises'
import { personaliseCard } from '../../../card-reader/personalise-card.ts'
import { readGuid, selectPiv } from '../../../card-reader/piv-commands.ts'
import { activateCard } from '../../../src/cards/activate-card.ts'
import type { Card } from '../../../src/cards/card.ts'
import { changeCardState } from '../../../src/cards/change-card-state.ts'
import { revokeCard } from '../../../src/cards/revoke-card.ts'
import { demoCards, type DemoCard, type DemoCardId } from '../province.ts'
import { cardChannel } from './card-channel.ts'
import { cardFile, createCard, openCard } from './card-files.ts'
import { provePossession } from './prove-possession.ts'
import type { SeedDeps } from './seed-deps.ts'

type Deps = Omit<SeedDeps, 'terminals' | 'clients'>

const validityYears = 5
const signInSlots = ['9A', '9E'] as const
const actor = 'demo'

/**
 * Gives each holder of the demo a card: a file that is a virtual card, and its row. A card that is
 * whole stays, suspended ones too; what an interrupted start left half made is revoked and made
 * anew.
 *
 * @returns the UUID of each card
 */
export async function seedCards(
  deps: Deps,
  { folder }: { folder: string },
): Promise<Readonly<Record<DemoCardId, string>>> {
  const uuids = []
  for (const card of demoCards) uuids.push([card.id, await seedCard(deps, card, folder)] as const)
  return Object.fromEntries(uuids) as Record<DemoCardId, string>
}

async function seedCard(deps: Deps, demoCard: DemoCard, folder: string): Promise<string> {
  const known = await deps.cards.listByHolder(demoCard.holderId)
  const usable = known.find(({ state }) => state === 'active' || state === 'suspended')
  if (usable !== undefined && (await holds(cardFile(folder, demoCard.id), usable.cardUuid))) {
    return usable.cardUuid
  }
  for (const card of known) await revokeLeftover(deps, card)
  await rm(cardFile(folder, demoCard.id), { force: true })
  return issue(deps, demoCard, folder)
}

/** Whether the file is a finished card with this UUID; a file that cannot be read is none. */
async function holds(file: string, cardUuid: string): Promise<boolean> {
  try {
    const channel = cardChannel(openCard(file))
    await selectPiv(channel)
    return (await readGuid(channel)) === cardUuid
  } catch {
    return false
  }
}

async function revokeLeftover(deps: Deps, { cardUuid, state }: Card): Promise<void> {
  if (state === 'revoked' || state === 'expired' || state === 'replaced') return
  await revokeCard(deps, { cardUuid, actor, reason: 'half made, or its file is gone' })
}

/** requested → keys and certificates → issued → active: usable only when everything is in place. */
async function issue(deps: Deps, demoCard: DemoCard, folder: string): Promise<string> {
  const { holderId, kind, pin } = demoCard
  const at = deps.clock.now()
  const cardUuid = deps.random.uuid()
  const expiresAt = new Date(at)
  expiresAt.setUTCFullYear(at.getUTCFullYear() + validityYears)
  const card: Card = { cardUuid, kind, holderId, state: 'requested', stateSince: at, expiresAt }
  await deps.cards.insert(card)
  await personalise(deps, { ...card, pin, file: cardFile(folder, demoCard.id) })
  const request = { cardUuid, actor, reason: 'card of the demo' }
  await changeCardState(deps, request, { event: 'card.issued', from: 'requested', to: 'issued' })
  await activateCard(deps, request)
  return cardUuid
}

async function personalise(
  deps: Deps,
  wanted: Card & { pin: string; file: string },
): Promise<void> {
  const { cardUuid, kind, expiresAt, pin, file } = wanted
  const { holder, agencyPath } = await subjectOf(deps, wanted.holderId)
  const common = { cardUuid, kind, expiresAt, holder, agencyPath, actor }
  const channel = cardChannel(createCard(file))
  await personaliseCard(channel, {
    cardUuid,
    expiresAt,
    pin,
    slots: signInSlots,
    algorithm: 'P-256',
    certify: async (made, publicKey) => {
      const slot = made === '9A' ? '9A' : '9E'
      const challenge = { cardUuid, slot, pin, nonce: deps.random.bytes(32) } as const
      const possession = await provePossession(channel, challenge)
      const { der } = await deps.issueCardCertificate({ ...common, slot, publicKey, possession })
      return der
    },
    randomBytes: (count) => deps.random.bytes(count),
  })
}

/** Who the certificates are for: the holder, and the names of the agencies above them. */
async function subjectOf(deps: Deps, holderId: string) {
  const holder = await deps.holders.find(holderId)
  if (holder === null) throw new Error(`holder ${holderId} has not been seeded`)
  const [affiliation] = await deps.holders.affiliationsOf(holderId)
  const agencyId = affiliation?.agencyId ?? null
  const path = agencyId === null ? [] : await deps.agencies.pathOf(agencyId)
  return { holder, agencyPath: path.map(({ name }) => name) }
}
