/**
 * Messages between a command and the nodes of the service, over the registry that both have: told
 * to whoever listens now, and kept nowhere. PostgreSQL takes less than 8000 bytes at a time
 * (NOTIFY), so longer ones go in parts, all with one commit and in order.
 */
import { z } from 'zod'
import type { Database } from '../db/pool.ts'
import type { Random } from '../random.ts'

/** Where the nodes listen. */
export const nodesChannel = 'ecard_desk'

/** Where the command that opened this desk listens. @param deskId - lower-case GUID */
export function deskChannel(deskId: string): string {
  return `ecard_desk_${deskId}`
}

const partCharacters = 3500
/** More than the longest frame of an agent. */
const maxParts = 32
/** Messages in parts that one listener puts together at the same time. */
const maxUnfinished = 64

const partShape = z.object({
  id: z.guid(),
  part: z.int().min(1).max(maxParts),
  of: z.int().min(1).max(maxParts),
  text: z.string().max(partCharacters),
})
type Part = z.infer<typeof partShape>

/** @throws DatabaseUnavailable, RangeError for a message that is too long */
export async function tellDeskMessage(
  { db, random }: { readonly db: Pick<Database, 'query'>; readonly random: Random },
  channel: string,
  message: object,
): Promise<void> {
  const text = JSON.stringify(message)
  const of = Math.ceil(text.length / partCharacters)
  if (of > maxParts) throw new RangeError('too long for a message between nodes')
  const id = random.uuid()
  const parts = Array.from({ length: of }, (_, index) => {
    const part = text.slice(index * partCharacters, (index + 1) * partCharacters)
    return JSON.stringify({ id, part: index + 1, of, text: part })
  })
  await db.query(
    `select pg_notify($1, part) from unnest($2::text[]) with ordinality as p(part, place)
     order by place`,
    [channel, parts],
  )
}

/**
 * @param onText - each message as it is whole; whoever sent it may be anybody with the registry
 * @param onGap - messages may have been lost
 */
export function listenForDeskMessages(
  db: Pick<Database, 'listen'>,
  channel: string,
  { onText, onGap }: { readonly onText: (text: string) => void; readonly onGap: () => void },
): Promise<() => Promise<void>> {
  const unfinished = new Map<string, string[]>()
  return db.listen(
    channel,
    (payload) => {
      const text = putTogether(unfinished, payload)
      if (text !== null) onText(text)
    },
    () => {
      unfinished.clear()
      onGap()
    },
  )
}

/** The whole text with its last part, null before. */
function putTogether(unfinished: Map<string, string[]>, payload: string): string | null {
  const part = readPart(payload)
  if (part === null) return null
  const before = unfinished.get(part.id) ?? []
  unfinished.delete(part.id)
  if (before.length !== part.part - 1) return null
  const parts = [...before, part.text]
  if (part.part >= part.of) return parts.join('')
  if (unfinished.size < maxUnfinished) unfinished.set(part.id, parts)
  return null
}

function readPart(payload: string): Part | null {
  try {
    return partShape.safeParse(JSON.parse(payload)).data ?? null
  } catch {
    return null
  }
}
