import { readFile } from 'node:fs/promises'
import { InvalidArgumentError } from 'commander'
import { InputInvalid, NotFound } from '../../src/errors.ts'
import { createAgencyStore } from '../../src/holders/agency-store.ts'
import { ClientRefused, type ClientFault, type ClientField } from '../../src/oidc/client-refused.ts'
import { createClientStore, type Client } from '../../src/oidc/client-store.ts'
import { clientWords } from '../words/client-words.ts'
import { actingOperator, type ActingOperator } from './acting-operator.ts'
import type { Registry } from './open-registry.ts'

/** Who changes an application that this agency runs, or that none does. */
export function actingOnClient(
  registry: Registry,
  agencyId: string | null,
): Promise<ActingOperator> {
  const scope = agencyId === null ? ({ kind: 'province' } as const) : agencyScope(agencyId)
  return actingOperator(registry, 'client.change', scope)
}

function agencyScope(agencyId: string) {
  return { kind: 'agency', agencyId } as const
}

/** @throws NotFound */
export async function findNamedClient({ db }: Registry, clientId: string): Promise<Client> {
  const client = await createClientStore(db).find(clientId)
  if (client === null) throw new NotFound(clientWords().noClient(clientId))
  return client
}

/** The agencies with these codes. @throws ClientRefused */
export async function agencyIdsOf(
  { db }: Registry,
  codes: readonly string[],
  field: ClientField,
): Promise<string[]> {
  const agencies = createAgencyStore(db)
  const found = await Promise.all(codes.map((code) => agencies.findByCode(code)))
  const unknown = codes.filter((_, index) => found[index] === null)
  if (unknown.length > 0)
    throw new ClientRefused(
      unknown.map((given): ClientFault => ({ field, reason: 'agency-unknown', given })),
    )
  return found.flatMap((agency) => (agency === null ? [] : [agency.id]))
}

/** Lets what is refused speak the language of the person who asked, a line a field. */
export async function inClientWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ClientRefused)) throw error
    const { fields, faults, fault } = clientWords()
    const lines = error.faults.map(({ field, reason, given }) =>
      fault(fields[field], faults[reason], given),
    )
    throw new ClientRefused(error.faults, lines.join('\n  '))
  }
}

/** @throws InputInvalid */
export async function readKeySet(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown
  } catch (error) {
    throw new InputInvalid(clientWords().fileUnreadable(path), { field: 'jwks' }, error)
  }
}

/** @throws InputInvalid */
export function checkReason(reason: string): string {
  const said = reason.trim()
  if (said === '') throw new InputInvalid(clientWords().emptyReason, { field: 'reason' })
  return said
}

/** The first moment of a day in Vietnam, which has one time zone; null for `never`. */
export function toCompulsoryDate(text: string): Date | null {
  if (text === 'never') return null
  const date = new Date(`${text}T00:00:00+07:00`)
  // JavaScript takes 2027-02-30 for a day in March.
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(date.getTime())
  if (isDay && dayInVietnam(date) === text) return date
  throw new InvalidArgumentError(clientWords().badDate)
}

export function dayInVietnam(date: Date): string {
  return new Date(date.getTime() + 7 * 3_600_000).toISOString().slice(0, 10)
}
