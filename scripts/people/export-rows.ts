import type { Agency } from '../../src/holders/agency.ts'
import { agencyFields, holderFields } from '../../src/holders/import/fields.ts'
import type { HolderWithPosts, Post } from '../../src/holders/import/holder-import-store.ts'
import type { PeopleWords } from '../words/people-words.ts'
import { agencyShape, holderShape } from './columns.ts'
import type { Language } from '../words/language.ts'

/** An empty cell says nothing when it comes back, so what is exported imports as unchanged. */
const nothing = ''

const exportedHolderFields = holderFields.filter((field) => field !== 'agencyName')

export function agencyHeader(language: Language): string[] {
  return agencyFields.map((field) => agencyShape.headers[field][language === 'vi' ? 0 : 1])
}

export function holderHeader(language: Language): string[] {
  return exportedHolderFields.map((field) => holderShape.headers[field][language === 'vi' ? 0 : 1])
}

export function agencyRow(
  { code, name, kind, parentId }: Agency,
  codes: ReadonlyMap<string, string>,
  words: PeopleWords,
): string[] {
  return [code, name, words.agencyKinds[kind], codes.get(parentId ?? '') ?? nothing]
}

/** In the order of `holderHeader`. */
export function holderRow(
  { holder, agencies, organisations }: HolderWithPosts,
  words: PeopleWords,
): string[] {
  const email = holder.email ?? nothing
  const type = words.holderTypes[holder.type]
  if (holder.type === 'organisation')
    return [type, nothing, holder.taxCode, nothing, holder.displayName, email, '', '', '']
  return [
    type,
    holder.nationalNumber,
    codesOf(organisations),
    holder.displayName,
    nothing,
    email,
    codesOf(agencies),
    positionsOf(agencies),
    positionsOf(organisations),
  ]
}

function codesOf(posts: readonly Post[]): string {
  return posts.map(({ code }) => code).join('; ')
}

function positionsOf(posts: readonly Post[]): string {
  const positions = posts.map(({ position }) => position)
  return positions.every((position) => position === '') ? nothing : positions.join('; ')
}
