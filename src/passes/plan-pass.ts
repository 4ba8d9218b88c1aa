import type { Clock } from '../clock.ts'
import type { Queryable } from '../db/pool.ts'
import { NotFound } from '../errors.ts'
import { createHolderStore } from '../holders/holder-store.ts'
import type { CardKind } from '../holders/card-kind.ts'
import type { Holder } from '../holders/holder.ts'
import { findCardKindsOf, findUnsuitableApplications } from './application-store.ts'
import { parseHolderNumber } from './pass-code.ts'
import { PassNotIssued } from './pass-not-issued.ts'
import { maxPassSeconds, maxPassUses, minPassSeconds } from './pass.ts'

export interface PassRequest {
  readonly holderId: string
  /** null: as the holder's only kind of card says. */
  readonly cardKind: CardKind | null
  /** null: from now on. */
  readonly validFrom: Date | null
  readonly lastsSeconds: number
  readonly uses: number
  /** null: all that are content with the lowest level. */
  readonly clientIds: readonly string[] | null
  readonly mayRegisterPasskey: boolean
  /** Who made sure of the person: a holder id or the name of a program. */
  readonly actor: string
  readonly reason: string
}

/** What would be made. */
export interface PlannedPass {
  readonly at: Date
  readonly holder: Holder
  /** What the holder types beside the code. */
  readonly number: string
  readonly cardKind: CardKind
  readonly validFrom: Date
  readonly validUntil: Date
}

/** @throws NotFound, PassNotIssued */
export async function planPass(
  { db, clock }: { readonly db: Queryable; readonly clock: Clock },
  request: PassRequest,
): Promise<PlannedPass> {
  const { lastsSeconds, uses } = request
  const now = clock.now()
  if (lastsSeconds < minPassSeconds || lastsSeconds > maxPassSeconds)
    throw new PassNotIssued('lasts-wrong')
  if (uses < 1 || uses > maxPassUses) throw new PassNotIssued('uses-wrong')
  const { holderId } = request
  const holder = await createHolderStore(db).find(holderId)
  if (holder === null) throw new NotFound('there is no such holder', { holderId })
  if (holder.state !== 'active') throw new PassNotIssued('holder-inactive', { holderId })
  const number = parseHolderNumber(numberOf(holder))
  if (number === null) throw new PassNotIssued('holder-without-number', { holderId })
  const cardKind = await cardKindOf(db, holder, request.cardKind)
  await checkApplications(db, request.clientIds ?? [], { cardKind, now })
  const validFrom = request.validFrom ?? now
  const validUntil = new Date(validFrom.getTime() + lastsSeconds * 1000)
  return { at: now, holder, number, cardKind, validFrom, validUntil }
}

async function cardKindOf(
  db: Queryable,
  holder: Holder,
  asked: CardKind | null,
): Promise<CardKind> {
  if (holder.type === 'organisation') {
    if (asked !== null && asked !== 'enterprise') throw new PassNotIssued('kind-wrong')
    return 'enterprise'
  }
  if (asked === 'enterprise') throw new PassNotIssued('kind-wrong')
  if (asked !== null) return asked
  const [only, ...more] = await findCardKindsOf(db, holder.id)
  if (only === undefined || more.length > 0) throw new PassNotIssued('kind-open')
  return only
}

async function checkApplications(
  db: Queryable,
  clientIds: readonly string[],
  about: { readonly cardKind: CardKind; readonly now: Date },
): Promise<void> {
  const [wrong] = await findUnsuitableApplications(db, clientIds, about)
  if (wrong !== undefined)
    throw new PassNotIssued(`application-${wrong.fault}`, { clientId: wrong.clientId })
}

function numberOf(holder: Holder): string {
  return holder.type === 'person' ? holder.nationalNumber : holder.taxCode
}
