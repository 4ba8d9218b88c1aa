import { Command } from 'commander'
import { authorityKinds, type AuthorityKind } from '../../../src/pki/authority.ts'
import { backUpAuthority } from '../../../src/pki/backup-authority.ts'
import { fingerprintText } from '../../../src/pki/ceremony-report.ts'
import {
  importAuthority,
  judgeImport,
  type AuthorityImport,
  type JudgedImport,
} from '../../../src/pki/import-authority.ts'
import { withAuthorities, type OpenAuthorities } from '../open-authorities.ts'
import { dryRunNote, entryOf, keyPlaceOf, perform, withActOptions, type ActOptions } from './act.ts'
import { kindOption } from './exchange.ts'
import { readCarried, readPasswordFile, writingTo } from './files.ts'

/** A CA with its chain has some 10 kB. */
const maxPkcs12Bytes = 1_048_576

/** CAs that come from elsewhere with their key, and copies of our own. */
export function pkcs12Commands(): Command[] {
  return [importCommand(), backupCommand()]
}

interface ImportOptions extends ActOptions {
  readonly pkcs12: string
  readonly passwordFile: string
  readonly allowLegacy?: boolean
  readonly kind: AuthorityKind
  readonly successor?: boolean
}

function importCommand(): Command {
  const command = new Command('import')
    .description("take over an agency's existing CA with its key, under its own root")
    .requiredOption('--pkcs12 <file>', 'the CA with its chain, as it was exported (PKCS #12)')
    .requiredOption('--password-file <file>', 'a file with the password')
    .option('--allow-legacy', 'take 3DES, RC2 and SHA-1, which no longer protect anything')
    .addOption(kindOption(authorityKinds))
    .option('--successor', 'take the place of the authority that issues for the kind now')
  return withActOptions(command).action((options: ImportOptions) =>
    withAuthorities((parts) => runImport(parts, options)),
  )
}

async function runImport(parts: OpenAuthorities, options: ImportOptions): Promise<void> {
  const { issuance, keystore } = parts
  const request: AuthorityImport = {
    pkcs12: await readCarried(options.pkcs12, maxPkcs12Bytes),
    password: await readPasswordFile(options.passwordFile),
    allowLegacy: options.allowLegacy === true,
    kind: options.kind,
    succeeds: options.successor === true,
  }
  const judged = await judgeImport(issuance, request)
  const plan = importLines(parts, judged)
  for (const line of plan) console.log(line)
  if (options.apply !== true) {
    console.log(dryRunNote)
    return
  }
  const { slug, rootSlug } = judged
  const act = { name: `Import of ${slug}`, slug: `import-${slug}`, ceremony: null, plan, options }
  await perform(parts, act, async (actor) => {
    const deps = { ...issuance, keystore }
    const authority = await importAuthority(deps, { request, judged }, { actor })
    console.log(`Imported  ${slug}: it issues from now on`)
    return [entryOf(parts, authority, { done: 'imported', issuedBy: rootSlug ?? slug })]
  })
}

function importLines(parts: OpenAuthorities, judged: JudgedImport): string[] {
  const { slug, keyName, certificate, root, rootSlug, registeredRoot, predecessor } = judged
  const isNew = registeredRoot === null
  return [
    `Authority ${slug}, ${certificate.subject.split('\n').join(', ')}`,
    `SHA-256   ${fingerprintText(certificate.fingerprint)}`,
    `Valid     until ${certificate.notAfter.toISOString()}`,
    `Key       ${keyPlaceOf(parts, keyName)}`,
    ...(root === null || rootSlug === null
      ? []
      : [`Root      ${rootSlug}, ${fingerprintText(root.fingerprint)}${isNew ? ' (new)' : ''}`]),
    ...(predecessor === null ? [] : [`Retires   ${predecessor.slug}`]),
  ]
}

interface BackupOptions {
  readonly slug: string
  readonly out: string
  readonly passwordFile: string
  readonly by?: string
}

function backupCommand(): Command {
  return new Command('backup')
    .description('write an encrypted copy of an authority’s key and certificates (PKCS #12)')
    .requiredOption('--slug <slug>', 'which authority: see ecard ca list')
    .requiredOption('--out <file>', 'where the copy goes')
    .requiredOption('--password-file <file>', 'a file with the password that will open it')
    .option('--by <name>', 'who does it; in the audit log', 'ecard')
    .action((options: BackupOptions) =>
      withAuthorities(async (parts) => {
        const password = await readPasswordFile(options.passwordFile)
        await writingTo(options.out, async () => {
          const { slug, by: actor = 'ecard' } = options
          const deps = { ...parts.issuance, keystore: parts.keystore }
          return { result: null, text: await backUpAuthority(deps, { slug, password, actor }) }
        })
        console.log(`Written   ${options.out}: whoever has it and the password has the CA.`)
      }),
    )
}
