import { join } from 'node:path'
import { z } from 'zod'
import { keyAlgorithms, type KeyAlgorithm } from './piv-keys.ts'
import { readFileIfThere, writePrivateFile } from './private-file.ts'
import type { SignInSlot } from './protocol.ts'

/**
 * The cards that this terminal has read before, with the algorithm of each key: for these the
 * certificate is not read again. Only a hint: what it says wrong costs one more read.
 */
export interface KnownCards {
  algorithmOf(cardUuid: string, slot: SignInSlot): KeyAlgorithm | null
  remember(cardUuid: string, slot: SignInSlot, key: { algorithm: KeyAlgorithm }): void
  forget(cardUuid: string, slot: SignInSlot): void
  /** Resolves once everything so far is in the file; rejects when the last write failed. */
  saved(): Promise<void>
}

const maxCards = 1000

const knownKeys = z.partialRecord(
  z.enum(['9A', '9E']),
  z.object({ algorithm: z.enum(keyAlgorithms) }),
)
/** By card UUID; the card used longest ago comes first. */
const knownCardsFile = z.record(z.uuid(), knownKeys)
type KnownKeys = z.infer<typeof knownKeys>

/** An unreadable or damaged file counts as an empty one: every card is then read once more. */
export async function openKnownCards(stateDir: string): Promise<KnownCards> {
  const path = join(stateDir, 'known-cards.json')
  const cards = new Map(Object.entries(await readCards(path)))
  let saving: Promise<void> = Promise.resolve()
  let isWaiting = false
  const write = (): Promise<void> => {
    isWaiting = false
    return writePrivateFile(path, JSON.stringify(Object.fromEntries(cards)))
  }
  const save = (): void => {
    // A write that has not begun yet will carry this change too.
    if (isWaiting) return
    isWaiting = true
    saving = saving.then(write, write)
    // Who cares calls saved(); a full disk must not end the agent.
    saving.catch(() => undefined)
  }
  return {
    algorithmOf: (cardUuid, slot) => cards.get(cardUuid)?.[slot]?.algorithm ?? null,
    remember: (cardUuid, slot, key) => {
      if (isLast(cards, cardUuid) && cards.get(cardUuid)?.[slot]?.algorithm === key.algorithm)
        return
      putLast(cards, cardUuid, { ...cards.get(cardUuid), [slot]: key })
      save()
    },
    forget: (cardUuid, slot) => {
      const { [slot]: forgotten, ...others } = cards.get(cardUuid) ?? {}
      if (forgotten === undefined) return
      putLast(cards, cardUuid, others)
      save()
    },
    saved: () => saving,
  }
}

function putLast(cards: Map<string, KnownKeys>, cardUuid: string, keys: KnownKeys): void {
  cards.delete(cardUuid)
  cards.set(cardUuid, keys)
  const [oldest] = cards.keys()
  if (cards.size > maxCards && oldest !== undefined) cards.delete(oldest)
}

function isLast(cards: ReadonlyMap<string, KnownKeys>, cardUuid: string): boolean {
  return [...cards.keys()].at(-1) === cardUuid
}

async function readCards(path: string): Promise<z.infer<typeof knownCardsFile>> {
  try {
    return knownCardsFile.parse(JSON.parse((await readFileIfThere(path)) ?? '{}'))
  } catch {
    return {}
  }
}
