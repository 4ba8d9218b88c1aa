import { Command } from 'commander'
import { Duplicate, InputInvalid } from '../../../src/errors.ts'
import type { Authority, AuthorityKind } from '../../../src/pki/authority.ts'
import { named, type CeremonyStep } from '../../../src/pki/ceremony-plan.ts'
import { fingerprintText } from '../../../src/pki/ceremony-report.ts'
import {
  ceremonyFile,
  readCeremony,
  type Ceremony,
  type PlannedAuthority,
} from '../../../src/pki/ceremony.ts'
import { maxRequestBytes } from '../../../src/pki/certificate-signing-request.ts'
import { parseCertificate } from '../../../src/pki/certificate.ts'
import { installAuthority, judgeInstallation } from '../../../src/pki/install-authority.ts'
import { keyNameOf, nextSlug } from '../../../src/pki/make-authority.ts'
import { maxPemBytes, readPem, toPem } from '../../../src/pki/pem.ts'
import { requestAuthority } from '../../../src/pki/request-authority.ts'
import { judgeAuthorityRequest, signAuthorityRequest } from '../../../src/pki/sign-authority.ts'
import { ecardWords } from '../../program/ecard-words.ts'
import type { AuthorityWords } from '../../words/authority-words.ts'
import { confirmed } from '../confirm.ts'
import { withAuthorities, type OpenAuthorities } from '../open-authorities.ts'
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
import { readCarried, writingTo } from './files.ts'
import { issuingKinds, kindOption } from './kind-option.ts'
import { authorityWords, labelled } from './words.ts'

/** What goes from the service's machine to the root's and back: three commands, three files. */
export function exchangeCommands(): Command[] {
  return [requestCommand(), signCommand(), installCommand()]
}

interface ExchangeOptions extends ActOptions {
  readonly input: string
}

interface RequestOptions extends ExchangeOptions {
  readonly kind: Exclude<AuthorityKind, 'root'>
  readonly out: string
  readonly successor?: boolean
}

function requestCommand(): Command {
  const { commands, options } = authorityWords()
  const command = new Command('request')
    .description(commands.request)
    .addOption(kindOption(issuingKinds))
    .requiredOption('--out <file>', options.requestOut)
    .option('--successor', options.requestSuccessor)
    .option('--input <file>', options.input, ceremonyFile)
    .addHelpText('after', example('request --kind citizen --out citizen.csr'))
  return withActOptions(command).action((given: RequestOptions) =>
    withAuthorities((parts) => request(parts, given)),
  )
}

function example(words: string): string {
  return `\n${ecardWords().example}\n  ecard ca ${words} --by "Nguyễn Văn Mẫu" --apply`
}

async function request(parts: OpenAuthorities, options: RequestOptions): Promise<void> {
  const words = authorityWords()
  const actor = await beginAct(parts, options)
  const ceremony = await readCeremony(options.input)
  const step = await plannedRequest(parts, { ...options, ceremony })
  const { slug, planned, issuedBy } = step
  const told = toldOf(options, { slug, ...planned, out: options.out })
  const { output } = told
  output.say(labelled('request', nameText(slug, planned), words))
  output.say(labelled('key', keyPlaceOf(parts, keyNameOf(slug)), words))
  if (!(await confirmed(options))) {
    leaveAsPlan(told)
    return
  }
  const act = { name: words.acts.request(slug), slug: `request-${slug}`, ceremony, plan: [] }
  await perform(parts, { ...act, options, told }, async () => {
    const made = await writingTo(options.out, async () => {
      const result = await requestAuthority(parts.issuance, step, { actor })
      return { result, text: toPem(result.der, 'CERTIFICATE REQUEST') }
    })
    output.say(labelled('SHA-256', made.sha256, words))
    output.say(words.carryToSign(options.out))
    const keyPlace = keyPlaceOf(parts, made.keyName)
    const { request: done } = words.done
    return [{ slug, done, authority: null, request: made, keyPlace, issuedBy }]
  })
}

/** `citizen, "Ecard Citizen CA", P-384`. */
function nameText(slug: string, { commonName, keyAlgorithm }: PlannedAuthority): string {
  return `${slug}, "${commonName}", ${keyAlgorithm}`
}

async function plannedRequest(
  { issuance }: OpenAuthorities,
  { ceremony, kind, successor }: RequestOptions & { readonly ceremony: Ceremony },
): Promise<Pick<CeremonyStep, 'slug' | 'planned' | 'issuedBy'>> {
  const words = authorityWords()
  const planned = ceremony.issuing.find((candidate) => candidate.kind === kind)
  if (!planned) throw new InputInvalid(words.notInCeremony(kind, ceremony.file), { field: 'kind' })
  const authorities = await issuance.certificates.listAuthorities()
  const now = authorities.find((row) => row.kind === kind && row.state === 'issuing')
  if (now && successor !== true) {
    throw new Duplicate(words.addSuccessor(now.name, kind), { slug: now.slug })
  }
  const root = authorities.find((row) => row.kind === 'root' && row.state === 'issuing')
  const slug = nextSlug(kind, authorities)
  return { slug, planned: named(planned, slug), issuedBy: root?.slug ?? 'root' }
}

interface SignOptions extends ExchangeOptions {
  readonly csr: string
  readonly out: string
}

function signCommand(): Command {
  const { commands, options } = authorityWords()
  const command = new Command('sign')
    .description(commands.sign)
    .requiredOption('--csr <file>', options.csr)
    .requiredOption('--out <file>', options.certificateOut)
    .option('--input <file>', options.input, ceremonyFile)
    .addHelpText('after', example('sign --csr citizen.csr --out citizen.pem'))
  return withActOptions(command).action((given: SignOptions) =>
    withAuthorities((parts) => sign(parts, given)),
  )
}

async function sign(parts: OpenAuthorities, options: SignOptions): Promise<void> {
  const words = authorityWords()
  const { issuance } = parts
  const actor = await beginAct(parts, options)
  const ceremony = await readCeremony(options.input)
  const csr = derOfRequest(await readCarried(options.csr, maxRequestBytes))
  const judged = await judgeAuthorityRequest(issuance, { ceremony, csr })
  const { slug, planned, root, predecessor, sha256 } = judged
  const told = toldOf(options, { slug, ...planned, sha256, issuedBy: root.slug, out: options.out })
  const { output } = told
  output.say(labelled('request', nameText(slug, planned), words))
  output.say(labelled('SHA-256', sha256, words))
  output.say(labelled('signer', `${root.name}, ${words.years(planned.validityYears)}`, words))
  if (predecessor !== null) output.say(labelled('retires', predecessor.slug, words))
  if (!(await confirmed(options))) {
    leaveAsPlan(told)
    return
  }
  const act = { name: words.acts.sign(slug), slug: `sign-${slug}`, ceremony, plan: [] }
  await perform(parts, { ...act, options, told }, async () => {
    const authority = await writingTo(options.out, async () => {
      const result = await signAuthorityRequest(issuance, judged, { actor })
      return { result, text: [result, root].map(pemOf).join('') }
    })
    const { fingerprint } = parseCertificate(authority.certificateDer)
    output.say(labelled('signed', fingerprintText(fingerprint), words))
    output.say(words.carryBack(options.out))
    return [entryOf(parts, authority, { done: words.done.signed, issuedBy: root.slug })]
  })
}

interface InstallOptions extends ExchangeOptions {
  readonly certificate: string
  readonly root?: string
}

function installCommand(): Command {
  const { commands, options } = authorityWords()
  const command = new Command('install')
    .description(commands.install)
    .requiredOption('--certificate <file>', options.certificate)
    .option('--root <file>', options.root)
    .option('--input <file>', options.input, ceremonyFile)
    .addHelpText('after', example('install --certificate citizen.pem'))
  return withActOptions(command).action((given: InstallOptions) =>
    withAuthorities((parts) => install(parts, given)),
  )
}

async function install(parts: OpenAuthorities, options: InstallOptions): Promise<void> {
  const words = authorityWords()
  const { issuance } = parts
  const actor = await beginAct(parts, options)
  const ceremony = await readCeremony(options.input)
  const certificates = await certificatesIn(options.certificate)
  const [root = null] = options.root === undefined ? [] : await certificatesIn(options.root)
  const judged = await judgeInstallation(issuance, { ceremony, certificates, root })
  const { slug, certificate, rootSlug } = judged
  const sha256 = fingerprintText(certificate.fingerprint)
  const told = toldOf(options, { slug, sha256, issuedBy: rootSlug })
  const { output } = told
  for (const line of installLines(judged, words)) output.say(line)
  if (!(await confirmed(options))) {
    leaveAsPlan(told)
    return
  }
  const act = { name: words.acts.install(slug), slug: `install-${slug}`, plan: [] }
  await perform(parts, { ...act, ceremony, options, told }, async () => {
    const authority = await installAuthority(issuance, judged, { actor })
    output.say(labelled('installed', words.issuesNow(slug), words))
    return [entryOf(parts, authority, { done: words.done.installed, issuedBy: rootSlug })]
  })
}

function installLines(
  {
    slug,
    planned,
    certificate,
    predecessor,
    registeredRoot,
    rootSlug,
    root,
  }: Awaited<ReturnType<typeof judgeInstallation>>,
  words: AuthorityWords,
): string[] {
  const isNew = registeredRoot === null
  const rootText = `${rootSlug}, ${fingerprintText(root.fingerprint)}`
  return [
    labelled('authority', `${slug}, "${planned.commonName}"`, words),
    labelled('SHA-256', fingerprintText(certificate.fingerprint), words),
    labelled('root', `${rootText}${isNew ? ` (${words.compareRoot})` : ''}`, words),
    ...(predecessor === null ? [] : [labelled('retires', predecessor.slug, words)]),
  ]
}

/** @throws PemUnreadable */
function derOfRequest(content: Buffer): Buffer {
  const sequenceTag = 0x30
  if (content[0] === sequenceTag) return content
  const [der = Buffer.of()] = readPem(content.toString('latin1'), 'CERTIFICATE REQUEST')
  return der
}

async function certificatesIn(path: string): Promise<Buffer[]> {
  return readPem((await readCarried(path, maxPemBytes)).toString('latin1'), 'CERTIFICATE')
}

function pemOf({ certificateDer }: Authority): string {
  return toPem(certificateDer, 'CERTIFICATE')
}
