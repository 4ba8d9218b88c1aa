import { createAuditStore } from '../audit/audit-store.ts'
import type { Clock } from '../clock.ts'
import type { Database, Queryable } from '../db/pool.ts'
import { InputInvalid, NotFound } from '../errors.ts'
import type { Random } from '../random.ts'
import { createAgencyStore } from './agency-store.ts'
import type { Agency } from './agency.ts'
import { createHolderStore } from './holder-store.ts'
import type { Affiliation, Person } from './holder.ts'
import {
  deleteAffiliations,
  insertAffiliations,
  updatePositions,
} from './import/holder-import-store.ts'
import { maxNameCharacters } from './import/field-texts.ts'

export interface MoveHolderDeps {
  readonly db: Database
  readonly clock: Clock
  readonly random: Random
}

export interface MoveHolderRequest {
  readonly holderId: string
  /** Code of the office that the person leaves; null where the person has one at most. */
  readonly from: string | null
  /** Code of the office that the person belongs to from now on. */
  readonly to: string
  /** What the person is there; null: as before. */
  readonly position: string | null
  readonly actor: string
  readonly reason: string
}

/** Where a person belonged, and belongs from now on. */
export interface Move {
  readonly person: Person
  /** null: to no office. */
  readonly from: { readonly agency: Agency; readonly position: string } | null
  readonly to: { readonly agency: Agency; readonly position: string }
}

/**
 * What `moveHolder` would do.
 *
 * @throws NotFound for a person, an office or a place there that does not exist
 * @throws InputInvalid for an organisation, an unclear `from`, a position that does not fit on a
 *   card, or a move that changes nothing
 */
export async function planMove(db: Queryable, request: MoveHolderRequest): Promise<Move> {
  return (await plan(db, request)).move
}

/**
 * Gives a person another office, another position or both. Other offices and organisations of the
 * person stay. A card goes on naming the office that it was issued for.
 *
 * @throws NotFound, InputInvalid as `planMove`
 */
export async function moveHolder(
  { db, clock, random }: MoveHolderDeps,
  request: MoveHolderRequest,
): Promise<Move> {
  const at = clock.now()
  return db.inTransaction(async (tx) => {
    const { move, leaving } = await plan(tx, request)
    const { agency, position } = move.to
    if (leaving?.agencyId === agency.id) await updatePositions(tx, [{ id: leaving.id, position }])
    else {
      await deleteAffiliations(tx, leaving === null ? [] : [leaving.id])
      const fresh = { id: random.uuid(), agencyId: agency.id, organisationId: null, position }
      await insertAffiliations(tx, [{ ...fresh, personId: request.holderId }], at)
    }
    const { holderId, actor, reason } = request
    const facts = { from: move.from?.agency.code ?? null, to: agency.code }
    const event = { at, event: 'holder.moved', outcome: 'succeeded' } as const
    await createAuditStore(tx).append({ ...event, holderId, actor, reason, facts })
    return move
  })
}

async function plan(
  db: Queryable,
  request: MoveHolderRequest,
): Promise<{ move: Move; leaving: Affiliation | null }> {
  const person = await createHolderStore(db).find(request.holderId)
  if (person === null)
    throw new NotFound('There is no such holder.', { holderId: request.holderId })
  if (person.type !== 'person') throw invalid('holder', 'An organisation belongs to no office.')
  const agencies = createAgencyStore(db)
  const target = await agencies.findByCode(request.to)
  if (target === null) throw new NotFound(`There is no office ${request.to}.`, { code: request.to })
  const posts = await postsOf(db, request.holderId)
  const leaving = choosePost(posts, request)
  if (posts.some(({ agency }) => agency.id === target.id && agency.id !== leaving?.agency.id))
    throw invalid('to', `The person belongs to ${target.code} already.`)
  const position = checkPosition(request.position ?? leaving?.affiliation.position ?? '')
  const from = leaving === null ? null : { ...leaving, position: leaving.affiliation.position }
  if (from?.agency.id === target.id && from.position === position)
    throw invalid('to', 'That changes nothing: it is the office and the position of today.')
  return {
    move: { person, from, to: { agency: target, position } },
    leaving: leaving?.affiliation ?? null,
  }
}

interface HeldPost {
  readonly agency: Agency
  readonly affiliation: Affiliation
}

async function postsOf(db: Queryable, personId: string): Promise<HeldPost[]> {
  const posts: HeldPost[] = []
  for (const affiliation of await createHolderStore(db).affiliationsOf(personId)) {
    if (affiliation.agencyId === null) continue
    const agency = await createAgencyStore(db).find(affiliation.agencyId)
    if (agency !== null) posts.push({ agency, affiliation })
  }
  return posts
}

function choosePost(posts: readonly HeldPost[], { from }: MoveHolderRequest): HeldPost | null {
  if (from !== null) {
    const found = posts.find(({ agency }) => agency.code === from)
    if (found === undefined) throw new NotFound(`The person does not belong to ${from}.`, { from })
    return found
  }
  if (posts.length <= 1) return posts[0] ?? null
  const codes = posts.map(({ agency }) => agency.code).join(', ')
  throw invalid('from', `The person belongs to ${codes}. Say which one is left (--from).`)
}

function checkPosition(position: string): string {
  const clean = position.normalize('NFC').trim()
  if (Array.from(clean).length > maxNameCharacters || /[\p{C};]/u.test(clean))
    throw invalid('position', `A position has up to ${maxNameCharacters} characters, no semicolon.`)
  return clean
}

function invalid(field: string, message: string): InputInvalid {
  return new InputInvalid(message, { field })
}
