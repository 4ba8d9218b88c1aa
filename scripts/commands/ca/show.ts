import { Command } from 'commander'
import { NotFound } from '../../../src/errors.ts'
import { createAuthorityStore } from '../../../src/pki/authority-store.ts'
import type { Authority } from '../../../src/pki/authority.ts'
import { fingerprintText } from '../../../src/pki/ceremony-report.ts'
import { parseCertificate } from '../../../src/pki/certificate.ts'
import { listLast } from '../../../src/pki/crl-store.ts'
import { toPem } from '../../../src/pki/pem.ts'
import { ecardWords } from '../../program/ecard-words.ts'
import { withOwnRegistry, type ConfiguredRegistry } from '../open-authorities.ts'
import { printTable } from '../print-table.ts'
import { keyPlaceOf } from './act.ts'
import { authorityWords, labelled } from './words.ts'

/** What there is: neither command needs the keystore. */
export function showCommands(): Command[] {
  return [listCommand(), showCommand()]
}

function listCommand(): Command {
  const words = ecardWords()
  return new Command('list')
    .description(authorityWords().commands.list)
    .option('--json', words.jsonOption)
    .addHelpText('after', `\n${words.example}\n  ecard ca list --json`)
    .action(({ json }: { readonly json?: boolean }) =>
      withOwnRegistry(async (registry) => {
        const rows = await describeAll(registry)
        if (json === true) console.log(JSON.stringify(rows, null, 2))
        else printList(rows)
      }),
    )
}

interface Described {
  readonly slug: string
  readonly kind: string
  readonly state: string
  readonly subject: string
  readonly fingerprint: string
  readonly validUntil: string
  readonly key: string
  /** When its newest revocation list was made; null where there is none. */
  readonly crlMadeAt: string | null
}

async function describeAll(registry: ConfiguredRegistry): Promise<Described[]> {
  const { db } = registry
  const lists = await listLast(db)
  const authorities = await createAuthorityStore(db).listAuthorities()
  return authorities.map((authority) => {
    const times = lists
      .filter(({ authorityId }) => authorityId === authority.id)
      .map(({ thisUpdate }) => thisUpdate.toISOString())
    return { ...describe(registry, authority), crlMadeAt: times.sort()[0] ?? null }
  })
}

function describe(
  registry: ConfiguredRegistry,
  authority: Authority,
): Omit<Described, 'crlMadeAt'> {
  const { slug, kind, state, certificateDer, keyName } = authority
  const { subject, fingerprint, notAfter } = parseCertificate(certificateDer)
  return {
    ...{ slug, kind, state, key: keyPlaceOf(registry, keyName) },
    subject: subject.split('\n').join(', '),
    fingerprint: fingerprintText(fingerprint),
    validUntil: notAfter.toISOString(),
  }
}

function printList(rows: readonly Described[]): void {
  const words = authorityWords()
  if (rows.length === 0) {
    console.log(words.noAuthorities)
    return
  }
  printTable(
    words.listHeadings,
    rows.map(({ slug, kind, state, validUntil, crlMadeAt, subject, key, fingerprint }) => {
      const made = crlMadeAt ?? words.noLists
      return [slug, kind, state, validUntil, made, subject, key, fingerprint]
    }),
  )
}

interface ShowOptions {
  readonly pem?: boolean
  readonly json?: boolean
}

function showCommand(): Command {
  const { commands, slugArgument, options } = authorityWords()
  const words = ecardWords()
  return new Command('show')
    .description(commands.show)
    .argument('<slug>', slugArgument)
    .option('--pem', options.pem)
    .option('--json', words.jsonOption)
    .addHelpText('after', `\n${words.example}\n  ecard ca show citizen --pem`)
    .action((slug: string, { pem, json }: ShowOptions) =>
      withOwnRegistry(async (registry) => {
        const authority = await findAuthority(registry, slug)
        const text = toPem(authority.certificateDer, 'CERTIFICATE')
        if (pem === true) process.stdout.write(text)
        else if (json === true) printJson(registry, authority, text)
        else print(registry, authority)
      }),
    )
}

function printJson(registry: ConfiguredRegistry, authority: Authority, certificate: string): void {
  const { name, revokedAt, revocationReason } = authority
  const document = { ...describe(registry, authority), name, revokedAt, revocationReason }
  console.log(JSON.stringify({ ...document, certificate }, null, 2))
}

/** @throws NotFound */
export async function findAuthority(
  { db }: Pick<ConfiguredRegistry, 'db'>,
  slug: string,
): Promise<Authority> {
  const authority = await createAuthorityStore(db).findAuthorityBySlug(slug)
  if (authority !== null) return authority
  throw new NotFound(authorityWords().noAuthority(slug), { slug })
}

function print(registry: ConfiguredRegistry, authority: Authority): void {
  const words = authorityWords()
  const { slug, name, state, revokedAt, revocationReason } = authority
  const { kind, subject, fingerprint, validUntil, key } = describe(registry, authority)
  const { serialNumber, notBefore } = parseCertificate(authority.certificateDer)
  const since =
    revokedAt === null ? '' : words.revokedAt(revokedAt.toISOString(), revocationReason ?? '')
  const valid = words.fromTo(notBefore.toISOString(), validUntil)
  console.log(labelled('authority', `${slug} (${kind}), "${name}"`, words))
  console.log(labelled('state', state + since, words))
  console.log(labelled('subject', subject, words))
  console.log(labelled('serial', serialNumber, words))
  console.log(labelled('valid', valid, words))
  console.log(labelled('SHA-256', fingerprint, words))
  console.log(labelled('key', key, words))
}
