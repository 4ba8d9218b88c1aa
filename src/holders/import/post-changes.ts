import type { WantedPost } from './holder-rows.ts'
import type { Post } from './holder-import-store.ts'

/** From the posts that a person has to the ones that a row wants. */
export interface PostChanges {
  readonly added: readonly { readonly code: string; readonly position: string }[]
  readonly moved: readonly { readonly affiliationId: string; readonly position: string }[]
  /** Ids of affiliations that end. */
  readonly ended: readonly string[]
  readonly isChange: boolean
  /** `MH-SNV (Chuyên viên); MH-VP`, before and after. */
  readonly from: string | null
  readonly to: string | null
}

/** @param wanted - all of them; undefined: the row says nothing, so they stay */
export function postChanges(
  known: readonly Post[],
  wanted: readonly WantedPost[] | undefined,
): PostChanges {
  const target = wanted ?? known
  const knownBy = new Map(known.map((post) => [post.code, post]))
  const result = target.map(({ code, position }) => {
    const before = knownBy.get(code)
    return { code, position: position ?? before?.position ?? '', before }
  })
  const added = result.filter(({ before }) => before === undefined)
  const moved = result.flatMap(({ before, position }) =>
    before === undefined || before.position === position
      ? []
      : [{ affiliationId: before.affiliationId, position }],
  )
  const ended = known.filter(({ code }) => !target.some((post) => post.code === code))
  return {
    added: added.map(({ code, position }) => ({ code, position })),
    moved,
    ended: ended.map(({ affiliationId }) => affiliationId),
    isChange: added.length + moved.length + ended.length > 0,
    from: listed(known),
    to: listed(result),
  }
}

function listed(posts: readonly { code: string; position: string }[]): string | null {
  if (posts.length === 0) return null
  return posts
    .map(({ code, position }) => (position === '' ? code : `${code} (${position})`))
    .join('; ')
}
