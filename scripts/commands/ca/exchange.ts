import { Command, Option } from 'commander'
import { Duplicate, InputInvalid } from '../../../src/errors.ts'
import { authorityKinds, type Authority, type AuthorityKind } from '../../../src/pki/authority.ts'
import { named, type CeremonyStep } from '../../../src/pki/ceremony-plan.ts'
import { fingerprintText } from '../../../src/pki/ceremony-report.ts'
import { ceremonyFile, readCeremony, type Ceremony } from '../../../src/pki/ceremony.ts'
import { maxRequestBytes } from '../../../src/pki/certificate-signing-request.ts'
import { parseCertificate } from '../../../src/pki/certificate.ts'
import { installAuthority, judgeInstallation } from '../../../src/pki/install-authority.ts'
import { keyNameOf, nextSlug } from '../../../src/pki/make-authority.ts'
import { maxPemBytes, readPem, toPem } from '../../../src/pki/pem.ts'
import { requestAuthority } from '../../../src/pki/request-authority.ts'
import { judgeAuthorityRequest, signAuthorityRequest } from '../../../src/pki/sign-authority.ts'
import { withAuthorities, type OpenAuthorities } from '../open-authorities.ts'
import { dryRunNote, entryOf, keyPlaceOf, perform, withActOptions, type ActOptions } from './act.ts'
import { readCarried, writingTo } from './files.ts'

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

export function kindOption(kinds: readonly AuthorityKind[]): Option {
  return new Option('--kind <kind>', 'what it issues for').choices(kinds).makeOptionMandatory()
}

export const issuingKinds = authorityKinds.filter((kind) => kind !== 'root')

function requestCommand(): Command {
  const command = new Command('request')
    .description("make an issuing authority's key and the request to carry to the root's machine")
    .addOption(kindOption(issuingKinds))
    .requiredOption('--out <file>', 'where the request goes (PKCS #10, PEM)')
    .option('--successor', 'for roll-over: another issues for the kind now')
    .option('--input <file>', "the ceremony's file", ceremonyFile)
  return withActOptions(command).action((options: RequestOptions) =>
    withAuthorities((parts) => request(parts, options)),
  )
}

async function request(parts: OpenAuthorities, options: RequestOptions): Promise<void> {
  const ceremony = await readCeremony(options.input)
  const step = await plannedRequest(parts, { ...options, ceremony })
  const { slug, planned, issuedBy } = step
  console.log(`Request   ${slug}, "${planned.commonName}", ${planned.keyAlgorithm}`)
  console.log(`Key       ${keyPlaceOf(parts, keyNameOf(slug))}`)
  if (options.apply !== true) {
    console.log(dryRunNote)
    return
  }
  const act = { name: `Request for ${slug}`, slug: `request-${slug}`, ceremony, plan: [], options }
  await perform(parts, act, async (actor) => {
    const made = await writingTo(options.out, async () => {
      const result = await requestAuthority(parts.issuance, step, { actor })
      return { result, text: toPem(result.der, 'CERTIFICATE REQUEST') }
    })
    console.log(`SHA-256   ${made.sha256}`)
    console.log(`Carry ${options.out} to the root machine: ecard ca sign --csr FILE --out FILE`)
    const keyPlace = keyPlaceOf(parts, made.keyName)
    return [{ slug, done: 'requested', authority: null, request: made, keyPlace, issuedBy }]
  })
}

async function plannedRequest(
  { issuance }: OpenAuthorities,
  { ceremony, kind, successor }: RequestOptions & { readonly ceremony: Ceremony },
): Promise<Pick<CeremonyStep, 'slug' | 'planned' | 'issuedBy'>> {
  const planned = ceremony.issuing.find((candidate) => candidate.kind === kind)
  if (!planned) throw new InputInvalid(`${kind} is not in ${ceremony.file}`, { field: 'kind' })
  const authorities = await issuance.certificates.listAuthorities()
  const now = authorities.find((row) => row.kind === kind && row.state === 'issuing')
  if (now && successor !== true) {
    const message = `${now.name} issues for ${kind}: add --successor to ask for its successor`
    throw new Duplicate(message, { slug: now.slug })
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
  const command = new Command('sign')
    .description("sign an issuing authority's request, on the machine that has the root's key")
    .requiredOption('--csr <file>', 'the request that was carried here (PKCS #10, PEM or DER)')
    .requiredOption('--out <file>', "where the certificate goes, the root's after it (PEM)")
    .option('--input <file>', "the ceremony's file", ceremonyFile)
  return withActOptions(command).action((options: SignOptions) =>
    withAuthorities((parts) => sign(parts, options)),
  )
}

async function sign(parts: OpenAuthorities, options: SignOptions): Promise<void> {
  const { issuance } = parts
  const ceremony = await readCeremony(options.input)
  const csr = derOfRequest(await readCarried(options.csr, maxRequestBytes))
  const judged = await judgeAuthorityRequest(issuance, { ceremony, csr })
  const { slug, planned, root, predecessor, sha256 } = judged
  console.log(`Request   ${slug}, "${planned.commonName}", ${planned.keyAlgorithm}`)
  console.log(`SHA-256   ${sha256}`)
  console.log(`Signer    ${root.name}, for ${planned.validityYears} years`)
  if (predecessor !== null) console.log(`Retires   ${predecessor.slug}`)
  if (options.apply !== true) {
    console.log(dryRunNote)
    return
  }
  const act = { name: `Signing of ${slug}`, slug: `sign-${slug}`, ceremony, plan: [], options }
  await perform(parts, act, async (actor) => {
    const authority = await writingTo(options.out, async () => {
      const result = await signAuthorityRequest(issuance, judged, { actor })
      return { result, text: [result, root].map(pemOf).join('') }
    })
    const { fingerprint } = parseCertificate(authority.certificateDer)
    console.log(`Signed    ${fingerprintText(fingerprint)}`)
    console.log(`Carry ${options.out} back: ecard ca install --certificate FILE`)
    return [entryOf(parts, authority, { done: 'signed', issuedBy: root.slug })]
  })
}

interface InstallOptions extends ExchangeOptions {
  readonly certificate: string
  readonly root?: string
}

function installCommand(): Command {
  const command = new Command('install')
    .description("install an issuing authority's certificate that came from the root's machine")
    .requiredOption('--certificate <file>', 'the certificate (PEM); its root may come after it')
    .option('--root <file>', "the root's certificate, unless it is registered or in the file")
    .option('--input <file>', "the ceremony's file", ceremonyFile)
  return withActOptions(command).action((options: InstallOptions) =>
    withAuthorities((parts) => install(parts, options)),
  )
}

async function install(parts: OpenAuthorities, options: InstallOptions): Promise<void> {
  const { issuance } = parts
  const ceremony = await readCeremony(options.input)
  const certificates = await certificatesIn(options.certificate)
  const [root = null] = options.root === undefined ? [] : await certificatesIn(options.root)
  const judged = await judgeInstallation(issuance, { ceremony, certificates, root })
  const { slug, planned, certificate, predecessor } = judged
  console.log(`Authority ${slug}, "${planned.commonName}"`)
  console.log(`SHA-256   ${fingerprintText(certificate.fingerprint)}`)
  const isNew = judged.registeredRoot === null
  const rootText = `${judged.rootSlug}, ${fingerprintText(judged.root.fingerprint)}`
  console.log(`Root      ${rootText}${isNew ? ' (new: compare with the root machine)' : ''}`)
  if (predecessor !== null) console.log(`Retires   ${predecessor.slug}`)
  if (options.apply !== true) {
    console.log(dryRunNote)
    return
  }
  const act = { name: `Installation of ${slug}`, slug: `install-${slug}`, plan: [] }
  await perform(parts, { ...act, ceremony, options }, async (actor) => {
    const authority = await installAuthority(issuance, judged, { actor })
    console.log(`Installed ${slug}: it issues from now on`)
    return [entryOf(parts, authority, { done: 'installed', issuedBy: judged.rootSlug })]
  })
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
