import { fault, type RowFault } from './file-row.ts'
import type { HolderPlan } from './judge-holders.ts'

/** Codes of the offices whose people may be brought in and changed; null: everybody. */
export type ImportArea = ReadonlySet<string> | null

/**
 * What a row that changes something does outside the area. A person lies in it who belongs to one
 * of its offices; what comes, goes or changes of a person's offices has to lie in it too, and an
 * organisation, or acting for one, lies in none.
 */
export function outsideArea(plan: HolderPlan, area: ImportArea): RowFault[] {
  if (area === null) return []
  const { wanted, known, agencies, organisations } = plan
  if (wanted.type === 'organisation') return [fault('outside-area')]
  const own = (known === null ? agencies.added : known.agencies).map(({ code }) => code)
  const touched = [...agencies.added.map(({ code }) => code), ...changedOffices(plan)]
  return [
    ...(own.some((code) => area.has(code))
      ? []
      : [fault('outside-area', 'agency', own[0] ?? null)]),
    ...touched
      .filter((code) => !area.has(code))
      .map((code) => fault('outside-area', 'agency', code)),
    ...(organisations.isChange ? [fault('outside-area', 'organisation')] : []),
  ]
}

/** Those that the person leaves, or has another position in. */
function changedOffices({ known, agencies: { ended, moved } }: HolderPlan): string[] {
  const changed = new Set([...ended, ...moved.map(({ affiliationId }) => affiliationId)])
  const posts = known?.agencies ?? []
  return posts.filter(({ affiliationId }) => changed.has(affiliationId)).map(({ code }) => code)
}
