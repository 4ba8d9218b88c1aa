import { Command } from 'commander'
import { NotFound } from '../../../src/errors.ts'
import { createAuthorityStore } from '../../../src/pki/authority-store.ts'
import type { Authority } from '../../../src/pki/authority.ts'
import { fingerprintText } from '../../../src/pki/ceremony-report.ts'
import { parseCertificate } from '../../../src/pki/certificate.ts'
import { listLast } from '../../../src/pki/crl-store.ts'
import { toPem } from '../../../src/pki/pem.ts'
import { withOwnRegistry, type ConfiguredRegistry } from '../open-authorities.ts'
import { printTable } from '../print-table.ts'
import { keyPlaceOf } from './act.ts'

/** What there is: neither command needs the keystore. */
export function showCommands(): Command[] {
  return [listCommand(), showCommand()]
}

function listCommand(): Command {
  return new Command('list')
    .description('list all authorities')
    .option('--json', 'for programs')
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
  if (rows.length === 0) {
    console.log('There are no authorities. Hold the key ceremony: ecard ca init')
    return
  }
  const headings = ['authority', 'kind', 'state', 'valid until', 'list made', 'subject', 'key']
  printTable(
    [...headings, 'SHA-256'],
    rows.map(({ slug, kind, state, validUntil, crlMadeAt, subject, key, fingerprint }) => {
      return [slug, kind, state, validUntil, crlMadeAt ?? 'none', subject, key, fingerprint]
    }),
  )
}

function showCommand(): Command {
  return new Command('show')
    .description('show an authority')
    .argument('<slug>')
    .option('--pem', 'its certificate alone, for a file')
    .action((slug: string, { pem }: { readonly pem?: boolean }) =>
      withOwnRegistry(async (registry) => {
        const authority = await findAuthority(registry, slug)
        if (pem === true) process.stdout.write(toPem(authority.certificateDer, 'CERTIFICATE'))
        else print(registry, authority)
      }),
    )
}

/** @throws NotFound */
export async function findAuthority(
  { db }: Pick<ConfiguredRegistry, 'db'>,
  slug: string,
): Promise<Authority> {
  const authority = await createAuthorityStore(db).findAuthorityBySlug(slug)
  if (authority !== null) return authority
  throw new NotFound(`There is no authority ${slug}. See ecard ca list.`, { slug })
}

function print(registry: ConfiguredRegistry, authority: Authority): void {
  const { name, state, revokedAt, revocationReason } = authority
  const { kind, subject, fingerprint, validUntil, key } = describe(registry, authority)
  const { serialNumber, notBefore } = parseCertificate(authority.certificateDer)
  console.log(`Authority ${authority.slug} (${kind}), "${name}"`)
  const since =
    revokedAt === null ? '' : ` at ${revokedAt.toISOString()}: ${revocationReason ?? ''}`
  console.log(`State     ${state}${since}`)
  console.log(`Subject   ${subject}`)
  console.log(`Serial    ${serialNumber}`)
  console.log(`Valid     ${notBefore.toISOString()} to ${validUntil}`)
  console.log(`SHA-256   ${fingerprint}`)
  console.log(`Key       ${key}`)
}
