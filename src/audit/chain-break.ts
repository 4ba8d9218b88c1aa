/**
 * What can be wrong with the chain.
 *
 * - `changed`: the event does not fit its hash; or events before it were removed, links and all
 * - `removed`: the link is there, its event is not
 * - `inserted`: the event came into the past, without a link or with one that was pushed in
 * - `reordered`: the event stands at another place than where it was written
 * - `link-changed`: the event is as it was, its link is not
 * - `link-removed`: the link is gone
 * - `truncated`: a signed checkpoint speaks of links beyond the end
 * - `checkpoint-unsigned`: a checkpoint's signature is not of our key, or not of what it says
 * - `checkpoint-mismatch`: the chain up to here is not the one that was signed
 * - `checkpoint-removed`: the checkpoint is gone
 * - `checkpoint-missing`: more events without a signed checkpoint than a running service leaves
 */
export const breakKinds = [
  'changed',
  'removed',
  'inserted',
  'reordered',
  'link-changed',
  'link-removed',
  'truncated',
  'checkpoint-unsigned',
  'checkpoint-mismatch',
  'checkpoint-removed',
  'checkpoint-missing',
] as const
export type BreakKind = (typeof breakKinds)[number]

export interface ChainBreak {
  readonly kind: BreakKind
  /** The place in the chain: of the link, or before which an inserted event belongs. */
  readonly seq: number
  /** Null where none is known: what is gone has no id. */
  readonly eventId: string | null
  /** The number of the checkpoint that shows it; null where the chain itself does. */
  readonly checkpoint: number | null
  /** Where the hash that a checkpoint vouches for stands now; null for nowhere, or not looked for. */
  readonly foundAtSeq: number | null
}

export type BreakReport = (found: ChainBreak) => void

/** A break with everything null that is not given. */
export function chainBreak(
  kind: BreakKind,
  seq: number,
  more: Partial<Pick<ChainBreak, 'eventId' | 'checkpoint' | 'foundAtSeq'>> = {},
): ChainBreak {
  return { kind, seq, eventId: null, checkpoint: null, foundAtSeq: null, ...more }
}
