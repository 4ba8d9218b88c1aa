import type { Command } from 'commander'
import { createPassStore, type ListedPass } from '../../src/passes/pass-store.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { civilTime } from '../words/civil-time.ts'
import { passWords } from '../words/pass-words.ts'
import { withRegistry, type Registry } from './open-registry.ts'
import { findPassHolder } from './pass-parts.ts'
import { printTable } from './print-table.ts'

/** More than an office has in a month. */
const maxListed = 500

interface ListOptions {
  readonly holder?: string
  readonly all?: boolean
  readonly json?: boolean
}

export function addList(pass: Command): void {
  const { verbs, options, listNotes } = passWords()
  pass
    .command('list')
    .description(verbs.list)
    .option('--holder <who>', options.ofHolder)
    .option('--all', options.all)
    .option('--json', ecardWords().jsonLinesOption)
    .addHelpText('after', listNotes)
    .action((given: ListOptions) => withRegistry((registry) => list(registry, given)))
}

/** Open to whoever reaches the registry, like all looking. */
async function list(registry: Registry, { holder, all, json }: ListOptions): Promise<void> {
  const { db, clock } = registry
  const now = clock.now()
  const filter = {
    ...(holder !== undefined && { holderId: (await findPassHolder(registry, holder)).id }),
    ...(all !== true && { usableAt: now }),
  }
  const found = await createPassStore(db).list(filter, maxListed)
  const words = passWords()
  if (json === true) for (const one of found) console.log(JSON.stringify(asJson(one, now)))
  else if (found.length === 0) console.log(words.nobody)
  else
    printTable(
      words.headings,
      found.map((one) => rowOf(one, now)),
    )
}

function rowOf({ pass, holderName }: ListedPass, now: Date): string[] {
  const words = passWords()
  return [
    ...[pass.id, holderName, words.states[stateOf(pass, now)]],
    ...[`${pass.usesLeft}/${pass.usesAllowed}`, civilTime(pass.validUntil)],
    ...[pass.clientIds?.join(', ') ?? words.everyApplication, pass.reason],
  ]
}

function asJson({ pass, holderName }: ListedPass, now: Date) {
  return { ...pass, holderName, state: stateOf(pass, now) }
}

/** A live pass that is over is told as what it is. */
function stateOf({ state, validUntil }: ListedPass['pass'], now: Date) {
  return state === 'live' && validUntil <= now ? 'expired' : state
}
