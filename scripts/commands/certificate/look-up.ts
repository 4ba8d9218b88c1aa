import { Command } from 'commander'
import {
  findCertificate,
  findCertificates,
  listCertificates,
  listExpiringCertificates,
  type CertificateRecord,
} from '../../../src/pki/find-certificates.ts'
import { ecardWords } from '../../program/ecard-words.ts'
import { withRegistry, type Registry } from '../open-registry.ts'
import { toDays, toFilter, toLimit, withFilter, type FilterOptions } from './filter.ts'
import { printList, printRecord, toJson } from './print.ts'
import { certificateWords } from './words.ts'

interface ListOptions extends FilterOptions {
  readonly limit: number
  readonly json?: boolean
}

/** `list`, `find`, `expiring` and `show`. */
export function lookUpCommands(): Command[] {
  return [listCommand(), findCommand(), expiringCommand(), showCommand()]
}

function listed(command: Command): Command {
  return command
    .option('--limit <n>', certificateWords().options.limit, toLimit, 50)
    .option('--json', ecardWords().jsonLinesOption)
}

function example(words: string): string {
  return `\n${ecardWords().example}\n  ecard certificate ${words}`
}

function listCommand(): Command {
  const { commands } = certificateWords()
  return listed(withFilter(new Command('list').description(commands.list)))
    .addHelpText('after', example('list --authority citizen --status revoked'))
    .action((options: ListOptions) =>
      look(options, ({ db, clock }) =>
        listCertificates(db, toFilter(options, clock.now()), options),
      ),
    )
}

function findCommand(): Command {
  const { commands, options: texts } = certificateWords()
  return listed(new Command('find').description(commands.find))
    .argument('<text>', texts.findText)
    .addHelpText('after', example('find 000085000101'))
    .action((text: string, options: ListOptions) =>
      look(options, ({ db }) => findCertificates(db, text, options)),
    )
}

function expiringCommand(): Command {
  const { commands, options: texts } = certificateWords()
  return listed(withFilter(new Command('expiring').description(commands.expiring)))
    .requiredOption('--days <n>', texts.days, toDays)
    .addHelpText('after', example('expiring --days 60'))
    .action((options: ListOptions & { readonly days: number }) =>
      look(options, ({ db, clock }) => {
        const now = clock.now()
        return listExpiringCertificates(db, toFilter(options, now), { ...options, now })
      }),
    )
}

async function look(
  { json }: Pick<ListOptions, 'json'>,
  find: (registry: Registry) => Promise<CertificateRecord[]>,
): Promise<void> {
  await withRegistry(async (registry) => {
    const records = await find(registry)
    if (json === true) for (const record of records) console.log(toJson(record))
    else printList(records)
  })
}

function showCommand(): Command {
  const { commands, options: texts } = certificateWords()
  return new Command('show')
    .description(commands.show)
    .argument('<certificate>', texts.certificate)
    .option('--authority <slug>', texts.whichAuthority)
    .option('--json', ecardWords().jsonOption)
    .addHelpText('after', example('show 4a3f0c5d9e --json'))
    .action((text: string, options: { readonly authority?: string; readonly json?: boolean }) =>
      withRegistry(async ({ db }) => {
        const record = await findCertificate(db, text, options.authority ?? null)
        if (options.json === true) console.log(toJson(record))
        else printRecord(record)
      }),
    )
}
