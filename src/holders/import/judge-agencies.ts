import type { Agency } from '../agency.ts'
import {
  agencyChanges,
  readAgencyRow,
  type ReadAgencyRow,
  type WantedAgency,
} from './agency-rows.ts'
import type { AgencyField } from './fields.ts'
import {
  fault,
  refused,
  type FieldChange,
  type FileRow,
  type JudgedRow,
  type RowFault,
} from './file-row.ts'

export interface JudgedAgency {
  readonly row: JudgedRow
  /** null for a refused row. */
  readonly wanted: WantedAgency | null
  /** null for a new agency. */
  readonly known: Agency | null
}

/**
 * What each row would do to the tree of agencies that is there: a pure function, since a row
 * can only be judged with every other row in view.
 */
export function judgeAgencies(
  rows: readonly FileRow<AgencyField>[],
  known: readonly Agency[],
): JudgedAgency[] {
  const read = rows.map(readAgencyRow)
  const byCode = new Map(known.map((agency) => [agency.code, agency]))
  const faults = read.map((row) => [...row.faults])
  const add = (index: number, found: RowFault): void => void faults[index]?.push(found)
  findDuplicates(read, add)
  findOtherProvinces(read, known, add)
  findMissingParents(read, byCode, add)
  // A row that stays out leaves its office where it is, which may close another circle.
  const isOut = (index: number): boolean => (faults[index]?.length ?? 0) > 0
  const countOut = (): number => faults.filter((_, index) => isOut(index)).length
  let before = -1
  while (before < countOut()) {
    before = countOut()
    findCircles(read, known, { isOut, add })
    refuseBelowRefused(read, byCode, { isOut, add })
  }
  const codes = new Map(known.map(({ id, code }) => [id, code]))
  return read.map((row, index) => toJudged(row, faults[index] ?? [], { byCode, codes }))
}

type Add = (index: number, found: RowFault) => void
type Rows = readonly ReadAgencyRow[]

/** Both rows of a pair are refused: which of them is right is for people to say. */
function findDuplicates(rows: Rows, add: Add): void {
  const lines = new Map<string, number[]>()
  for (const { code, line } of rows)
    if (code !== null) lines.set(code, [...(lines.get(code) ?? []), line])
  for (const [index, { code, line }] of rows.entries()) {
    const others = code === null ? [] : (lines.get(code) ?? []).filter((other) => other !== line)
    if (others.length > 0) add(index, fault('duplicate-in-file', 'code', others.join(', ')))
  }
}

function findOtherProvinces(rows: Rows, known: readonly Agency[], add: Add): void {
  const firstInFile = rows.find(({ wanted }) => wanted?.kind === 'province')?.code
  const root = known.find(({ parentId }) => parentId === null)?.code ?? firstInFile
  for (const [index, { wanted }] of rows.entries()) {
    if (wanted === null) continue
    if (wanted.kind === 'province' && wanted.code !== root)
      add(index, fault('second-province', 'kind', root ?? null))
    if (wanted.kind !== 'province' && wanted.code === root)
      add(index, fault('wrong-kind', 'kind', wanted.kind))
  }
}

function findMissingParents(rows: Rows, byCode: ReadonlyMap<string, Agency>, add: Add): void {
  const inFile = new Set(rows.map(({ code }) => code))
  for (const [index, { wanted }] of rows.entries()) {
    const parent = wanted?.parentCode ?? null
    if (parent !== null && !inFile.has(parent) && !byCode.has(parent))
      add(index, fault('parent-missing', 'parent', parent))
  }
}

interface Found {
  readonly isOut: (index: number) => boolean
  readonly add: Add
}

/** Follows each agency upwards through the tree as it would be. */
function findCircles(rows: Rows, known: readonly Agency[], { isOut, add }: Found): void {
  const codes = new Map(known.map(({ id, code }) => [id, code]))
  const parents = new Map(
    known.map(({ code, parentId }) => [code, parentId === null ? null : codes.get(parentId)]),
  )
  const coming = rows.map(({ wanted }, index) => (isOut(index) ? null : wanted))
  for (const wanted of coming) if (wanted !== null) parents.set(wanted.code, wanted.parentCode)
  for (const [index, wanted] of coming.entries()) {
    const circle = wanted === null ? null : circleThrough(wanted.code, parents)
    if (circle !== null) add(index, fault('above-itself', 'parent', circle.join(' > ')))
  }
}

/** From the agency up to itself; null where the way ends, or goes round without it. */
function circleThrough(
  code: string,
  parents: ReadonlyMap<string, string | null | undefined>,
): string[] | null {
  const way = [code]
  const passed = new Set<string>()
  let above = parents.get(code) ?? null
  while (above !== null && !passed.has(above)) {
    way.push(above)
    if (above === code) return way
    passed.add(above)
    above = parents.get(above) ?? null
  }
  return null
}

/** A new agency cannot come in below one that does not; a known one stays where it is anyway. */
function refuseBelowRefused(
  rows: Rows,
  byCode: ReadonlyMap<string, Agency>,
  { isOut, add }: Found,
): void {
  const out = new Set(
    rows.flatMap(({ code }, index) => (isOut(index) && code !== null ? [code] : [])),
  )
  for (const [index, { wanted }] of rows.entries()) {
    const parent = wanted?.parentCode ?? null
    if (parent !== null && !isOut(index) && out.has(parent) && !byCode.has(parent))
      add(index, fault('parent-refused', 'parent', parent))
  }
}

function toJudged(
  { line, code, name, wanted }: ReadAgencyRow,
  faults: readonly RowFault[],
  { byCode, codes }: { byCode: ReadonlyMap<string, Agency>; codes: ReadonlyMap<string, string> },
): JudgedAgency {
  const known = byCode.get(code ?? '') ?? null
  if (faults.length > 0 || wanted === null)
    return { row: refused(line, faults, { key: code, name }), wanted: null, known }
  const parentCode = codes.get(known?.parentId ?? '') ?? null
  const changes: FieldChange[] =
    known === null ? [] : agencyChanges(wanted, { ...known, parentCode })
  const outcome = known === null ? 'new' : changes.length > 0 ? 'changed' : 'unchanged'
  return { row: { line, outcome, key: code, name, changes, faults: [] }, wanted, known }
}
