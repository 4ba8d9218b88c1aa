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
import { ecardWords } from '../../program/ecard-words.ts'
import type { AuthorityWords } from '../../words/authority-words.ts'
import { confirmed } from '../confirm.ts'
import { withAuthorities, type OpenAuthorities } from '../open-authorities.ts'
import { createOutput } from '../output.ts'
import {
  beginAct,
  entryOf,
  keyPlaceOf,
  leaveAsPlan,
  perform,
  toldOf,
  withActOptions,
  type ActOptions,
} from './act.ts'
import { readCarried, readPasswordFile, writingTo } from './files.ts'
import { kindOption } from './kind-option.ts'
import { authorityWords, labelled } from './words.ts'

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
  const { commands, options } = authorityWords()
  const command = new Command('import')
    .description(commands.import)
    .requiredOption('--pkcs12 <file>', options.pkcs12)
    .requiredOption('--password-file <file>', options.passwordFile)
    .option('--allow-legacy', options.allowLegacy)
    .addOption(kindOption(authorityKinds))
    .option('--successor', options.importSuccessor)
    .addHelpText(
      'after',
      `\n${ecardWords().example}\n  ecard ca import --pkcs12 ca.p12 --password-file password --kind enterprise`,
    )
  return withActOptions(command).action((given: ImportOptions) =>
    withAuthorities((parts) => runImport(parts, given)),
  )
}

async function runImport(parts: OpenAuthorities, options: ImportOptions): Promise<void> {
  const words = authorityWords()
  const { issuance, keystore } = parts
  const actor = await beginAct(parts, options)
  const request: AuthorityImport = {
    pkcs12: await readCarried(options.pkcs12, maxPkcs12Bytes),
    password: await readPasswordFile(options.passwordFile),
    allowLegacy: options.allowLegacy === true,
    kind: options.kind,
    succeeds: options.successor === true,
  }
  const judged = await judgeImport(issuance, request)
  const { slug, rootSlug, certificate } = judged
  const sha256 = fingerprintText(certificate.fingerprint)
  const told = toldOf(options, { slug, kind: options.kind, sha256, issuedBy: rootSlug ?? slug })
  const plan = importLines(parts, judged, words)
  for (const line of plan) told.output.say(line)
  if (!(await confirmed(options))) {
    leaveAsPlan(told)
    return
  }
  const act = { name: words.acts.import(slug), slug: `import-${slug}`, ceremony: null, plan }
  await perform(parts, { ...act, options, told }, async () => {
    const deps = { ...issuance, keystore }
    const authority = await importAuthority(deps, { request, judged }, { actor })
    told.output.say(labelled('imported', words.issuesNow(slug), words))
    const { imported: done } = words.done
    return [entryOf(parts, authority, { done, issuedBy: rootSlug ?? slug })]
  })
}

function importLines(
  parts: OpenAuthorities,
  judged: JudgedImport,
  words: AuthorityWords,
): string[] {
  const { slug, keyName, certificate, root, rootSlug, registeredRoot, predecessor } = judged
  const newRoot = registeredRoot === null ? ` (${words.newRoot})` : ''
  const subject = certificate.subject.split('\n').join(', ')
  return [
    labelled('authority', `${slug}, ${subject}`, words),
    labelled('SHA-256', fingerprintText(certificate.fingerprint), words),
    labelled('valid', words.until(certificate.notAfter.toISOString()), words),
    labelled('key', keyPlaceOf(parts, keyName), words),
    ...(root === null || rootSlug === null
      ? []
      : [labelled('root', `${rootSlug}, ${fingerprintText(root.fingerprint)}${newRoot}`, words)]),
    ...(predecessor === null ? [] : [labelled('retires', predecessor.slug, words)]),
  ]
}

interface BackupOptions {
  readonly slug: string
  readonly out: string
  readonly passwordFile: string
  readonly by: string
  readonly json?: boolean
}

function backupCommand(): Command {
  const { commands, options } = authorityWords()
  const words = ecardWords()
  return new Command('backup')
    .description(commands.backup)
    .requiredOption('--slug <slug>', options.slug)
    .requiredOption('--out <file>', options.backupOut)
    .requiredOption('--password-file <file>', options.backupPassword)
    .option('--by <name>', words.byOption, 'ecard')
    .option('--json', words.jsonOption)
    .addHelpText(
      'after',
      `\n${words.example}\n  ecard ca backup --slug citizen --out citizen.p12 --password-file password`,
    )
    .action((given: BackupOptions) => withAuthorities((parts) => backUp(parts, given)))
}

async function backUp(parts: OpenAuthorities, options: BackupOptions): Promise<void> {
  const words = authorityWords()
  const { slug, out } = options
  const actor = await beginAct(parts, options)
  const password = await readPasswordFile(options.passwordFile)
  await writingTo(out, async () => {
    const deps = { ...parts.issuance, keystore: parts.keystore }
    return { result: null, text: await backUpAuthority(deps, { slug, password, actor }) }
  })
  const output = createOutput(options)
  output.say(labelled('copy', words.copyMade(out), words))
  output.tell({ slug, out })
}
