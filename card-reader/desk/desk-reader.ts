import type { ReaderStatus } from '../card-port.ts'
import type { DeskRefusal } from '../protocol.ts'

export type ReaderRefusal = Extract<
  DeskRefusal,
  'no-such-reader' | 'no-card' | 'two-cards' | 'storage-card'
>

/**
 * The one reader with a card in it.
 *
 * @param wanted - its name or a part of it; null: any
 */
export function findDeskReader(
  readers: readonly ReaderStatus[],
  wanted: string | null,
): { readonly name: string } | { readonly refusal: ReaderRefusal } {
  const exact = readers.filter(({ name }) => name === wanted)
  const meant = exact.length > 0 ? exact : readers.filter(({ name }) => name.includes(wanted ?? ''))
  if (meant.length === 0) return { refusal: 'no-such-reader' }
  const [only, ...others] = meant.filter(({ cardPresent }) => cardPresent)
  if (only === undefined) return { refusal: 'no-card' }
  if (others.length > 0) return { refusal: 'two-cards' }
  return only.storageCard === true ? { refusal: 'storage-card' } : { name: only.name }
}
