import { listGrants, type GrantOnRecord } from '../../src/operators/grant-store.ts'
import { operatorWords, type OperatorWords } from '../words/operator-words.ts'
import { withRegistry } from './open-registry.ts'
import { printTable } from './print-table.ts'

/** Who has which role where; open to whoever reaches the registry, like all looking. */
export async function list(options: {
  readonly all?: boolean
  readonly json?: boolean
}): Promise<void> {
  const words = operatorWords()
  await withRegistry(async ({ db }) => {
    const grants = await listGrants(db, { all: options.all === true })
    if (options.json === true) for (const one of grants) console.log(JSON.stringify(one))
    else if (grants.length === 0) console.log(words.nobody)
    else {
      const rows = grants.map((one) => describe(one, { words, grants }))
      printTable(words.headings, rows)
    }
  })
}

function describe(
  grant: GrantOnRecord,
  { words, grants }: { words: OperatorWords; grants: readonly GrantOnRecord[] },
): string[] {
  const { holderName, role, agencyCode, grantedAt, grantedBy, grantReason, ended } = grant
  const giver = grants.find(({ holderId }) => holderId === grantedBy)?.holderName ?? grantedBy
  const since = dayOf(grantedAt)
  return [
    holderName,
    words.roles[role],
    words.place(agencyCode),
    ended === null ? since : `${since} ${words.endedAt(dayOf(ended.at))}`,
    giver,
    ended === null ? grantReason : `${grantReason}; ${ended.reason}`,
  ]
}

function dayOf(instant: Date): string {
  return instant.toISOString().slice(0, 10)
}
