import type { Holder } from '../../../src/holders/holder.ts'
import { affiliations, agencies, company, people } from '../province.ts'
import type { SeedDeps } from './seed-deps.ts'

type Deps = Pick<SeedDeps, 'agencies' | 'holders' | 'clock'>

/** Puts agencies, holders and affiliations where they are missing; what is there stays as it is. */
export async function seedProvince(deps: Deps): Promise<void> {
  for (const agency of agencies) await seedAgency(deps, agency)
  for (const person of Object.values(people)) {
    await seedHolder(deps, { ...person, type: 'person', state: 'active' })
  }
  await seedHolder(deps, { ...company, type: 'organisation', state: 'active' })
  for (const affiliation of affiliations) await seedAffiliation(deps, affiliation)
}

/** The id of an agency in this database. */
export async function agencyIdOf(
  deps: { readonly agencies: Pick<SeedDeps['agencies'], 'findByCode'> },
  code: string,
): Promise<string> {
  const found = await deps.agencies.findByCode(code)
  if (found === null) throw new Error(`agency ${code} has not been seeded`)
  return found.id
}

async function seedAgency(deps: Deps, agency: (typeof agencies)[number]): Promise<void> {
  const { id, code, name, kind, parent } = agency
  if ((await deps.agencies.findByCode(code)) !== null) return
  const parentId = parent === null ? null : await agencyIdOf(deps, parent)
  await deps.agencies.insert({ id, code, name: name.vi, kind, parentId })
}

async function seedHolder(deps: Deps, holder: Holder): Promise<void> {
  if ((await deps.holders.find(holder.id)) !== null) return
  const at = deps.clock.now()
  if (holder.type === 'person') await deps.holders.insertPerson(holder, at)
  else await deps.holders.insertOrganisation(holder, at)
}

async function seedAffiliation(deps: Deps, wanted: (typeof affiliations)[number]): Promise<void> {
  const { id, personId, agencyCode, organisationId, position } = wanted
  const known = await deps.holders.affiliationsOf(personId)
  if (known.some((affiliation) => affiliation.id === id)) return
  const agencyId = agencyCode === null ? null : await agencyIdOf(deps, agencyCode)
  await deps.holders.insertAffiliation(
    { id, personId, agencyId, organisationId, position },
    deps.clock.now(),
  )
}
