import { NotFound } from '../../src/errors.ts'
import { createAgencyStore } from '../../src/holders/agency-store.ts'
import type { Agency } from '../../src/holders/agency.ts'
import type { Holder } from '../../src/holders/holder.ts'
import {
  grantRole,
  planGrant,
  planRevocation,
  revokeRole,
  type GrantRequest,
} from '../../src/operators/change-grants.ts'
import type { OperatorRole } from '../../src/operators/operator.ts'
import { findHolder } from '../people/find-holder.ts'
import { peopleWords } from '../people/people-language.ts'
import { languageOf } from '../words/language.ts'
import { operatorWords, type GrantInWords } from '../words/operator-words.ts'
import { actingOperator } from './acting-operator.ts'
import { confirmed } from './confirm.ts'
import { withRegistry, type Registry } from './open-registry.ts'
import { createOutput } from './output.ts'

interface ChangeOptions {
  readonly holder: string
  readonly role: OperatorRole
  readonly agency?: string
  readonly reason: string
  readonly apply?: boolean
  readonly json?: boolean
}

export function grant(options: ChangeOptions): Promise<void> {
  const { wouldGrant, granted } = operatorWords()
  return change(options, {
    plan: (registry, request) => planGrant(registry.db, request),
    apply: grantRole,
    say: { planned: wouldGrant, done: granted },
  })
}

export function revoke(options: ChangeOptions): Promise<void> {
  const { wouldRevoke, revoked } = operatorWords()
  return change(options, {
    plan: (registry, request) => planRevocation(registry.db, request),
    apply: revokeRole,
    say: { planned: wouldRevoke, done: revoked },
  })
}

interface Change {
  readonly plan: (registry: Registry, request: GrantRequest) => Promise<void>
  readonly apply: (registry: Registry, request: GrantRequest) => Promise<void>
  readonly say: Readonly<Record<'planned' | 'done', (of: GrantInWords) => string>>
}

async function change(
  { holder, role, reason, ...options }: ChangeOptions,
  { plan, apply, say }: Change,
): Promise<void> {
  const words = operatorWords()
  const output = createOutput(options)
  await withRegistry(async (registry) => {
    const agency = await findAgency(registry, options.agency ?? null)
    const agencyId = agency?.id ?? null
    const { actor } = await actingOperator(registry, 'operator.change', {
      kind: 'agency',
      agencyId,
    })
    const { id: holderId, displayName: name } = await findGrantee(registry, holder)
    const request = { holderId, role, agencyId, actor, reason }
    const inWords = { name, role: words.roles[role], place: words.place(agency?.code ?? null) }
    await plan(registry, request)
    output.say(say.planned(inWords))
    const applied = await confirmed(options)
    if (applied) await apply(registry, request)
    output.say(applied ? say.done(inWords) : words.dryRun)
    output.tell({ applied, holderId, role, agency: agency?.code ?? null })
  })
}

export async function findGrantee(registry: Registry, given: string): Promise<Holder> {
  const { holder } = await findHolder(registry, given, peopleWords(languageOf(process.env)))
  return holder
}

/** null: the whole province. @throws NotFound */
async function findAgency({ db }: Registry, code: string | null): Promise<Agency | null> {
  const agency = code === null ? null : await createAgencyStore(db).findByCode(code)
  if (code !== null && agency === null) throw new NotFound(operatorWords().noSuchAgency(code))
  return agency
}
