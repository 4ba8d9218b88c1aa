import { Command, InvalidArgumentError } from 'commander'
import { createAuditStore } from '../../src/audit/audit-store.ts'
import { InputInvalid, NotFound } from '../../src/errors.ts'
import { createPkiAddresses } from '../../src/pki/addresses.ts'
import { createAuthorityStore } from '../../src/pki/authority-store.ts'
import type { Authority } from '../../src/pki/authority.ts'
import { crlHealth } from '../../src/pki/crl-health.ts'
import { installCrl, judgeCrl, type InstallCrlDeps } from '../../src/pki/crl-install.ts'
import { createLatestCrls } from '../../src/pki/crl-latest.ts'
import { defaultCrlPolicy, publishesLists } from '../../src/pki/crl-policy.ts'
import { publishCrl, type PublishCrlDeps, type PublishOutcome } from '../../src/pki/crl-publish.ts'
import { partsOf } from '../../src/pki/crl-publisher.ts'
import { findLast } from '../../src/pki/crl-store.ts'
import { readPem, toPem } from '../../src/pki/pem.ts'
import { readCarried } from './ca/files.ts'
import { intoNewFile } from '../../src/pki/reserved-file.ts'
import {
  withAuthorities,
  withOwnRegistry,
  type ConfiguredRegistry,
  type OpenAuthorities,
} from './open-authorities.ts'
import { printTable } from './print-table.ts'

const actor = 'ecard'
const policy = defaultCrlPolicy
const dryRunNote = 'Nothing changed. Add --apply to do it.'
/** A million entries and more. */
const maxListBytes = 64 * 1024 * 1024

export function crlCommand(): Command {
  return new Command('crl')
    .description('revocation lists')
    .addCommand(listCommand())
    .addCommand(publishCommand())
    .addCommand(exportCommand())
    .addCommand(installCommand())
}

function listCommand(): Command {
  return new Command('list').description('list the revocation lists in force').action(() =>
    withOwnRegistry(async ({ db, clock }) => {
      const parts = await crlHealth({ db, clock, policy })
      printTable(
        ['authority', 'part', 'state', 'number', 'entries', 'made', 'next'],
        parts.map(({ authority, partition, state, list }) => [
          ...[authority, String(partition), state, String(list?.number ?? '-')],
          ...[String(list?.entries ?? '-'), list?.thisUpdate.toISOString() ?? '-'],
          list?.nextUpdate.toISOString() ?? '-',
        ]),
      )
    }),
  )
}

interface PublishOptions {
  readonly authority?: string
  readonly apply?: boolean
}

function publishCommand(): Command {
  return new Command('publish')
    .description('publish revocation lists now; the service does so by itself when it is time')
    .option('--authority <slug>', 'only this authority’s')
    .option('--apply', 'do it; without this, only say what would be published')
    .addHelpText('after', '\nExample:\n  ecard crl publish --authority civil-servant --apply')
    .action(({ authority: slug, apply }: PublishOptions) =>
      apply === true
        ? withAuthorities((parts) => publish(parts, slug))
        : withOwnRegistry((registry) => announce(registry, slug)),
    )
}

async function announce(registry: ConfiguredRegistry, slug: string | undefined): Promise<void> {
  for (const authority of await publishers(registry, slug)) {
    for (const part of partsOf(authority)) {
      const last = await findLast(registry.db, part)
      console.log(`${authority.slug}/${part.partition}: number ${(last?.number ?? 0n) + 1n}`)
    }
  }
  console.log(dryRunNote)
}

async function publish(parts: OpenAuthorities, slug: string | undefined): Promise<void> {
  const { db, clock, keystore, issuance } = parts
  const { addresses } = issuance
  const deps: PublishCrlDeps = {
    ...{ db, clock, keystore, addresses, policy },
    auditOn: createAuditStore,
  }
  for (const authority of await publishers(parts, slug)) {
    for (const { partition } of partsOf(authority)) {
      const done = await publishCrl(deps, { authority, partition }, { when: 'always', actor })
      console.log(`${authority.slug}/${partition}: ${outcomeText(done)}`)
    }
  }
}

function outcomeText(done: PublishOutcome): string {
  if (done.outcome !== 'published') return 'somebody else publishes it right now'
  const { number, entries, nextUpdate } = done.list
  return `number ${number}, ${entries} entries, until ${nextUpdate.toISOString()}`
}

/**
 * Whose lists are made here: all of them, or the one that was asked for.
 *
 * @throws NotFound
 * @throws InputInvalid when the one asked for has its key elsewhere, or publishes no lists any more
 */
async function publishers(
  { db, clock }: ConfiguredRegistry,
  slug: string | undefined,
): Promise<Authority[]> {
  const all = await createAuthorityStore(db).listAuthorities()
  const able = all.filter((one) => one.keyName !== null && publishesLists(one, clock.now()))
  if (slug === undefined) return able
  if (!all.some((one) => one.slug === slug)) throw new NotFound(`There is no authority ${slug}.`)
  const asked = able.filter((one) => one.slug === slug)
  if (asked.length > 0) return asked
  const message = `${slug} publishes no lists here: its key is elsewhere, it is revoked, or it ended.`
  throw new InputInvalid(message, { field: 'authority' })
}

interface ExportOptions {
  readonly part: number
  readonly pem?: boolean
}

function exportCommand(): Command {
  return new Command('export')
    .description('write the list in force to a file, to be carried to another machine')
    .argument('<slug>')
    .argument('<file>')
    .option('--part <n>', 'which part', readPart, 0)
    .option('--pem', 'as PEM instead of DER')
    .action((slug: string, file: string, { part, pem }: ExportOptions) =>
      withOwnRegistry(async ({ db }) => {
        const list = await createLatestCrls(db).find(slug, part)
        if (list === null) throw new NotFound(`There is no list ${slug}/${part}.`)
        const { der, number } = list
        await intoNewFile(file, () => Promise.resolve(pem === true ? toPem(der, 'X509 CRL') : der))
        console.log(`${slug}/${part}: number ${number}, written to ${file}`)
      }),
    )
}

function readPart(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('a part is a whole number from 0 on')
}

function installCommand(): Command {
  return new Command('install')
    .description('publish a list that was signed where the authority’s key is')
    .argument('<file>', 'DER or PEM')
    .option('--apply', 'do it; without this, only say what it is')
    .action((file: string, { apply }: { readonly apply?: boolean }) =>
      withOwnRegistry(async (registry) => {
        const deps = installDeps(registry)
        const der = await readList(file)
        const { authority, part, crl } = await judgeCrl(deps, der)
        const { number, entryCount, nextUpdate } = crl
        console.log(
          `${authority.slug}/${part.partition}: number ${number}, ` +
            `${entryCount} entries, until ${nextUpdate.toISOString()}`,
        )
        if (apply === true) await installCrl(deps, { der, actor })
        console.log(apply === true ? 'Installed.' : dryRunNote)
      }),
    )
}

function installDeps({ db, clock, config }: ConfiguredRegistry): InstallCrlDeps {
  const addresses = createPkiAddresses(config.pkiUrl)
  return { db, clock, addresses, policy, auditOn: createAuditStore }
}

async function readList(file: string): Promise<Buffer> {
  const content = await readCarried(file, maxListBytes)
  const isPem = content.subarray(0, 4096).includes('-----BEGIN')
  if (!isPem) return content
  const [der, ...more] = readPem(content.toString('latin1'), 'X509 CRL')
  if (der !== undefined && more.length === 0) return der
  throw new InputInvalid(`${file} has more than one list`, { field: file })
}
