import { NotFound } from '../../src/errors.ts'
import { findWithPosts } from '../../src/holders/holder-list-store.ts'
import type { HolderWithPosts } from '../../src/holders/import/holder-import-store.ts'
import type { Registry } from '../commands/open-registry.ts'
import type { PeopleWords } from '../words/people-words.ts'

/**
 * The holder whom a person names.
 *
 * @param given - id, national number or tax code
 * @throws NotFound
 */
export async function findHolder(
  { db }: Registry,
  given: string,
  words: PeopleWords,
): Promise<HolderWithPosts> {
  const found = await findWithPosts(db, given)
  if (found === null) throw new NotFound(words.nobody(given))
  return found
}
