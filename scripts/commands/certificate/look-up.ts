import { Command } from 'commander'
import {
  findCertificate,
  findCertificates,
  listCertificates,
  listExpiringCertificates,
  type CertificateRecord,
} from '../../../src/pki/find-certificates.ts'
import { withRegistry, type Registry } from '../open-registry.ts'
import { toDays, toFilter, toLimit, withFilter, type FilterOptions } from './filter.ts'
import { printList, printRecord, toJson } from './print.ts'

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
    .option('--limit <n>', 'at most so many', toLimit, 50)
    .option('--json', 'print one JSON object a line')
}

function listCommand(): Command {
  return listed(withFilter(new Command('list').description('list certificates, newest first')))
    .addHelpText(
      'after',
      '\nExample:\n  ecard certificate list --authority citizen --status revoked',
    )
    .action((options: ListOptions) =>
      look(options, ({ db, clock }) =>
        listCertificates(db, toFilter(options, clock.now()), options),
      ),
    )
}

function findCommand(): Command {
  return listed(new Command('find').description('find certificates by whatever you have'))
    .argument(
      '<text>',
      'serial number, SHA-256 fingerprint, UUID of a card, holder or terminal, national number, ' +
        'tax code or server name',
    )
    .addHelpText('after', '\nExample:\n  ecard certificate find 000085000101')
    .action((text: string, options: ListOptions) =>
      look(options, ({ db }) => findCertificates(db, text, options)),
    )
}

function expiringCommand(): Command {
  return listed(
    withFilter(
      new Command('expiring').description('list active ones that end soon, soonest first'),
    ),
  )
    .requiredOption('--days <n>', 'from now', toDays)
    .addHelpText('after', '\nExample:\n  ecard certificate expiring --days 60')
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
  return new Command('show')
    .description('show one certificate, as PEM too')
    .argument('<certificate>', 'serial number or SHA-256 fingerprint')
    .option('--authority <slug>', 'where two authorities have used the serial number')
    .option('--json', 'print one JSON document')
    .action((text: string, options: { readonly authority?: string; readonly json?: boolean }) =>
      withRegistry(async ({ db }) => {
        const record = await findCertificate(db, text, options.authority ?? null)
        if (options.json === true) console.log(toJson(record))
        else printRecord(record)
      }),
    )
}
