import type { Queryable } from '../../db/pool.ts'
import type { Agency } from '../agency.ts'
import type { HolderField } from './fields.ts'
import {
  fault,
  refused,
  type FieldChange,
  type FileRow,
  type JudgedRow,
  type RowFault,
} from './file-row.ts'
import { findByNumbers, findOrganisationIds, type HolderWithPosts } from './holder-import-store.ts'
import { readHolderRow, type ReadHolderRow, type WantedHolder } from './holder-rows.ts'
import { postChanges, type PostChanges } from './post-changes.ts'
import { outsideArea, type ImportArea } from './import-area.ts'
import type { HolderSurvey } from './survey-holders.ts'

export interface JudgedHolder {
  readonly row: JudgedRow
  /** null for a refused row. */
  readonly plan: HolderPlan | null
}

/** What writing the row comes to. */
export interface HolderPlan {
  readonly wanted: WantedHolder
  /** null for a new holder. */
  readonly known: HolderWithPosts | null
  readonly email: string | null
  readonly agencies: PostChanges
  readonly organisations: PostChanges
}

/** What is known of offices while a file is read. */
export interface AgencyIndex {
  readonly byCode: ReadonlyMap<string, Agency>
  /** null where several offices have the name. */
  readonly byName: ReadonlyMap<string, Agency | null>
}

export interface JudgeContext {
  readonly survey: HolderSurvey
  readonly agencies: AgencyIndex
  readonly area: ImportArea
}

export function indexAgencies(agencies: readonly Agency[]): AgencyIndex {
  const byName = new Map<string, Agency | null>()
  for (const agency of agencies) {
    const name = agency.name.toLowerCase()
    byName.set(name, byName.has(name) ? null : agency)
  }
  return { byCode: new Map(agencies.map((agency) => [agency.code, agency])), byName }
}

/** Judges one batch of rows against the registry in two round trips. */
export async function judgeHolders(
  db: Queryable,
  rows: readonly FileRow<HolderField>[],
  context: JudgeContext,
): Promise<JudgedHolder[]> {
  const read = rows.map(readHolderRow)
  const numbersOf = (type: WantedHolder['type']): string[] =>
    read.flatMap(({ wanted }) => (wanted?.type === type ? [wanted.number] : []))
  const known = await findByNumbers(db, numbersOf('person'), numbersOf('organisation'))
  const actedFor = read.flatMap(({ wanted }) => wanted?.organisations ?? [])
  const organisationIds = await findOrganisationIds(db, [
    ...new Set(actedFor.map(({ code }) => code)),
  ])
  const knownBy = new Map(known.map((one) => [keyOf(one), one]))
  return read.map((row) =>
    judge(row, { ...context, known: knownBy.get(row.number ?? '') ?? null, organisationIds }),
  )
}

interface RowContext extends JudgeContext {
  readonly known: HolderWithPosts | null
  readonly organisationIds: ReadonlyMap<string, string>
}

/** Numbers of persons have 12 digits, of organisations 10 or a hyphen: they never meet. */
function keyOf({ holder }: HolderWithPosts): string {
  return holder.type === 'person' ? holder.nationalNumber : holder.taxCode
}

function judge(read: ReadHolderRow, context: RowContext): JudgedHolder {
  const { line, number, name } = read
  const named = { key: number, name }
  const { wanted, faults } = settleAgencies(read, context)
  const all = [...faults, ...repetition(read, context.survey), ...strangers(wanted, context)]
  if (all.length > 0 || wanted === null) return { row: refused(line, all, named), plan: null }
  const plan = planFor(wanted, context.known)
  const changes = context.known === null ? [] : changesOf(plan, context.known)
  if (changes.length > 0 && context.known?.holder.state === 'inactive')
    return { row: refused(line, [fault('inactive')], named), plan: null }
  const outcome = context.known === null ? 'new' : changes.length > 0 ? 'changed' : 'unchanged'
  const trespasses = outcome === 'unchanged' ? [] : outsideArea(plan, context.area)
  if (trespasses.length > 0) return { row: refused(line, trespasses, named), plan: null }
  return { row: { line, outcome, key: number, name, changes, faults: [] }, plan }
}

/** Finds the code where the row has the office's name alone. */
function settleAgencies(
  { wanted, faults }: ReadHolderRow,
  { agencies }: RowContext,
): Pick<ReadHolderRow, 'wanted' | 'faults'> {
  if (wanted?.agencyName === undefined || wanted.agencies?.[0]?.code !== wanted.agencyName)
    return { wanted, faults }
  const found = agencies.byName.get(wanted.agencyName.toLowerCase())
  if (found === undefined || found === null) {
    const reason = found === null ? 'ambiguous-name' : 'unknown-agency'
    return { wanted: null, faults: [...faults, fault(reason, 'agencyName', wanted.agencyName)] }
  }
  const [post] = wanted.agencies
  return { wanted: { ...wanted, agencies: [{ ...post, code: found.code }] }, faults }
}

function repetition({ number, line }: ReadHolderRow, { repeated }: HolderSurvey): RowFault[] {
  const others = (repeated.get(number ?? '') ?? []).filter((other) => other !== line)
  return others.length === 0 ? [] : [fault('duplicate-in-file', null, others.join(', '))]
}

/** Offices and organisations that do not exist. */
function strangers(
  wanted: WantedHolder | null,
  { agencies, survey, organisationIds }: RowContext,
): RowFault[] {
  const offices = (wanted?.agencies ?? []).filter(({ code }) => !agencies.byCode.has(code))
  const organisations = (wanted?.organisations ?? []).filter(
    ({ code }) => !organisationIds.has(code) && !survey.organisations.has(code),
  )
  return [
    ...offices.map(({ code }) => fault('unknown-agency', 'agency', code)),
    ...organisations.map(({ code }) => fault('unknown-organisation', 'taxCode', code)),
  ]
}

function planFor(wanted: WantedHolder, known: HolderWithPosts | null): HolderPlan {
  const before = known?.holder.email ?? null
  return {
    wanted,
    known,
    email: wanted.email === undefined ? before : wanted.email,
    agencies: postChanges(known?.agencies ?? [], wanted.agencies),
    organisations: postChanges(known?.organisations ?? [], wanted.organisations),
  }
}

function changesOf(plan: HolderPlan, { holder }: HolderWithPosts): FieldChange[] {
  const { wanted, email, agencies, organisations } = plan
  const plain: FieldChange[] = [
    { field: 'displayName', from: holder.displayName, to: wanted.displayName },
    { field: 'email', from: holder.email, to: email },
  ]
  return [
    ...plain.filter(({ from, to }) => from !== to),
    ...(agencies.isChange ? [{ field: 'agency', from: agencies.from, to: agencies.to }] : []),
    ...(organisations.isChange
      ? [{ field: 'organisation', from: organisations.from, to: organisations.to }]
      : []),
  ]
}
