import { Command, InvalidArgumentError } from 'commander'
import { createAuditStore } from '../../../src/audit/audit-store.ts'
import { InputInvalid, NotFound } from '../../../src/errors.ts'
import { createPkiAddresses } from '../../../src/pki/addresses.ts'
import { installCrl, judgeCrl, type InstallCrlDeps } from '../../../src/pki/crl-install.ts'
import { createLatestCrls } from '../../../src/pki/crl-latest.ts'
import { defaultCrlPolicy } from '../../../src/pki/crl-policy.ts'
import { readPem, toPem } from '../../../src/pki/pem.ts'
import { intoNewFile } from '../../../src/pki/reserved-file.ts'
import { ecardWords } from '../../program/ecard-words.ts'
import { readCarried } from '../ca/files.ts'
import { confirmed } from '../confirm.ts'
import { withOwnRegistry, type ConfiguredRegistry } from '../open-authorities.ts'
import { createOutput } from '../output.ts'
import { whoActs } from '../who-acts.ts'
import { crlWords } from './words.ts'

/** A million entries and more. */
const maxListBytes = 64 * 1024 * 1024

/** `export` and `install`: a list is carried from one machine to another. */
export function crlFileCommands(): Command[] {
  return [exportCommand(), installCommand()]
}

interface ExportOptions {
  readonly part: number
  readonly pem?: boolean
  readonly json?: boolean
}

function exportCommand(): Command {
  const { export: description, options } = crlWords()
  const words = ecardWords()
  return new Command('export')
    .description(description)
    .argument('<slug>', options.slug)
    .argument('<file>', options.outFile)
    .option('--part <n>', options.part, readPart, 0)
    .option('--pem', options.pem)
    .option('--json', words.jsonOption)
    .addHelpText('after', `\n${words.example}\n  ecard crl export root root.crl`)
    .action((slug: string, file: string, given: ExportOptions) =>
      withOwnRegistry((registry) => exportList(registry, { slug, file, ...given })),
    )
}

async function exportList(
  { db }: ConfiguredRegistry,
  options: ExportOptions & { readonly slug: string; readonly file: string },
): Promise<void> {
  const { slug, file, part, pem } = options
  const words = crlWords()
  const name = `${slug}/${part}`
  const list = await createLatestCrls(db).find(slug, part)
  if (list === null) throw new NotFound(words.noList(name), { slug, part })
  const { der, number } = list
  await intoNewFile(file, () => Promise.resolve(pem === true ? toPem(der, 'X509 CRL') : der))
  const output = createOutput(options)
  output.say(words.written(name, number, file))
  output.tell({ list: name, number: number.toString(), file })
}

function readPart(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text)
  throw new InvalidArgumentError(crlWords().partIsNumber)
}

interface InstallOptions {
  readonly apply?: boolean
  readonly json?: boolean
}

function installCommand(): Command {
  const { install: description, options } = crlWords()
  const words = ecardWords()
  return new Command('install')
    .description(description)
    .argument('<file>', options.inFile)
    .option('--json', words.jsonOption)
    .option('--apply', words.applyOption)
    .addHelpText('after', `\n${words.example}\n  ecard crl install root.crl --apply`)
    .action((file: string, given: InstallOptions) =>
      withOwnRegistry((registry) => install(registry, file, given)),
    )
}

async function install(
  registry: ConfiguredRegistry,
  file: string,
  options: InstallOptions,
): Promise<void> {
  const words = crlWords()
  const output = createOutput(options)
  const actor = await whoActs(registry, 'crl.publish', {})
  const deps = installDeps(registry)
  const der = await readList(file)
  const { authority, part, crl } = await judgeCrl(deps, der)
  const { number, entryCount: entries, nextUpdate } = crl
  const name = `${authority.slug}/${part.partition}`
  output.say(words.made(name, { number, entries, until: nextUpdate.toISOString() }))
  const isApplied = await confirmed(options)
  if (isApplied) await installCrl(deps, { der, actor })
  output.say(isApplied ? words.installed : ecardWords().dryRun)
  output.tell({ applied: isApplied, list: name, number: number.toString(), entries, nextUpdate })
}

function installDeps({ db, clock, config }: ConfiguredRegistry): InstallCrlDeps {
  const addresses = createPkiAddresses(config.pkiUrl)
  return { db, clock, addresses, policy: defaultCrlPolicy, auditOn: createAuditStore }
}

async function readList(file: string): Promise<Buffer> {
  const content = await readCarried(file, maxListBytes)
  const isPem = content.subarray(0, 4096).includes('-----BEGIN')
  if (!isPem) return content
  const [der, ...more] = readPem(content.toString('latin1'), 'X509 CRL')
  if (der !== undefined && more.length === 0) return der
  throw new InputInvalid(crlWords().severalLists(file), { field: file })
}
