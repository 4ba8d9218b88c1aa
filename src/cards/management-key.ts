import type { CardSecrets } from './card-secrets.ts'
import {
  managementKeyAlgorithms,
  type CardIdentity,
  type DeskCard,
  type ManagementKeyAlgorithm,
  type ManagementKeyValue,
} from './desk-card.ts'
import type { CardSecretVersions } from './issuance-journal.ts'

/** Which management key is on a card. */
export type FoundKey =
  | { readonly whose: 'factory' }
  | { readonly whose: 'ours'; readonly version: number; readonly algorithm: ManagementKeyAlgorithm }

/** In every card from the factory, whatever the algorithm: cut to its length. */
const factoryBytes = Buffer.from('010203040506070801020304050607080102030405060708', 'hex')
/** The algorithms that factories use; 3DES is the older. */
const factoryAlgorithms: readonly ManagementKeyAlgorithm[] = ['3DES', 'AES-192', 'AES-128']

export interface KeySearch {
  readonly secrets: CardSecrets
  readonly cardUuid: string | null
  /** What the registry says is on the card, or was about to be; null where it knows no such card. */
  readonly versions: CardSecretVersions | null
}

/**
 * Finds the management key that the card has, and leaves it proven: the card is ours to write from
 * here on. The key has no counter of tries, so a wrong one costs nothing.
 *
 * @returns null: it is neither the factory's nor one of ours
 */
export async function proveManagementKey(
  card: DeskCard,
  { managementKey }: CardIdentity,
  search: KeySearch,
): Promise<FoundKey | null> {
  const { algorithm, isDefault } = managementKey
  if (isDefault !== false && (await provesFactoryKey(card, algorithm))) return { whose: 'factory' }
  if (isDefault === true || search.cardUuid === null) return null
  // Before the first key was set; and for a registry that was lost, the first is the likeliest.
  const version = search.versions?.managementKeyVersion ?? 1
  for (const candidate of algorithm === null ? managementKeyAlgorithms : [algorithm]) {
    const of = { cardUuid: search.cardUuid, version }
    const key = await search.secrets.managementKey(of, candidate)
    if (await proves(card, key)) return { whose: 'ours', version, algorithm: candidate }
  }
  return null
}

async function provesFactoryKey(
  card: DeskCard,
  algorithm: ManagementKeyAlgorithm | null,
): Promise<boolean> {
  const candidates = algorithm === null ? factoryAlgorithms : [algorithm]
  for (const candidate of candidates) {
    const length = { 'AES-256': 32, 'AES-192': 24, 'AES-128': 16, '3DES': 24 }[candidate]
    if (length > factoryBytes.length) continue
    const bytes = Buffer.from(factoryBytes.subarray(0, length))
    if (await proves(card, { algorithm: candidate, bytes })) return true
  }
  return false
}

async function proves(card: DeskCard, key: ManagementKeyValue): Promise<boolean> {
  try {
    return await card.authenticate(key)
  } finally {
    key.bytes.fill(0)
  }
}
