import { Command } from 'commander'
import { crlHealth, type CrlHealth } from '../../../src/pki/crl-health.ts'
import { defaultCrlPolicy } from '../../../src/pki/crl-policy.ts'
import { ecardWords } from '../../program/ecard-words.ts'
import { withOwnRegistry } from '../open-authorities.ts'
import { printTable } from '../print-table.ts'
import { crlWords } from './words.ts'

export function listCommand(): Command {
  const words = ecardWords()
  return new Command('list')
    .description(crlWords().list)
    .option('--json', words.jsonOption)
    .addHelpText('after', `\n${words.example}\n  ecard crl list`)
    .action(({ json }: { readonly json?: boolean }) =>
      withOwnRegistry(async ({ db, clock }) => {
        const parts = await crlHealth({ db, clock, policy: defaultCrlPolicy })
        if (json === true) console.log(JSON.stringify(parts.map(toJson), null, 2))
        else print(parts)
      }),
    )
}

function toJson({ authority, partition, state, ageSeconds, isMadeHere, list }: CrlHealth): object {
  return {
    ...{ authority, part: partition, state, ageSeconds, isMadeHere },
    number: list === null ? null : list.number.toString(),
    entries: list?.entries ?? null,
    thisUpdate: list?.thisUpdate ?? null,
    nextUpdate: list?.nextUpdate ?? null,
  }
}

function print(parts: readonly CrlHealth[]): void {
  const { headings, states } = crlWords()
  printTable(
    headings,
    parts.map(({ authority, partition, state, list }) => [
      ...[authority, String(partition), states[state], String(list?.number ?? '-')],
      ...[String(list?.entries ?? '-'), list?.thisUpdate.toISOString() ?? '-'],
      list?.nextUpdate.toISOString() ?? '-',
    ]),
  )
}
