import { join } from 'node:path'
import { Command } from 'commander'
import { Duplicate } from '../../../src/errors.ts'
import { isDone, type CeremonyStep } from '../../../src/pki/ceremony-plan.ts'
import { fingerprintText, type ReportEntry } from '../../../src/pki/ceremony-report.ts'
import { ceremonyFile, readCeremony } from '../../../src/pki/ceremony.ts'
import { parseCertificate } from '../../../src/pki/certificate.ts'
import {
  holdCeremony,
  prepareCeremony,
  type CeremonyOutcome,
} from '../../../src/pki/hold-ceremony.ts'
import { toPem } from '../../../src/pki/pem.ts'
import { reserveFile } from '../../../src/pki/reserved-file.ts'
import { ecardWords } from '../../program/ecard-words.ts'
import type { AuthorityWords } from '../../words/authority-words.ts'
import { confirmed } from '../confirm.ts'
import { withAuthorities, type OpenAuthorities } from '../open-authorities.ts'
import type { Output } from '../output.ts'
import { tableLines } from '../print-table.ts'
import {
  beginAct,
  ceremoniesFolder,
  keyPlaceOf,
  leaveAsPlan,
  perform,
  toldOf,
  withActOptions,
  type ActOptions,
} from './act.ts'
import { authorityWords, labelled } from './words.ts'

interface InitOptions extends ActOptions {
  readonly input: string
  readonly rootMachine?: boolean
}

export function initCommand(): Command {
  const { commands, options } = authorityWords()
  const command = new Command('init')
    .description(commands.init)
    .option('--input <file>', options.input, ceremonyFile)
    .option('--root-machine', options.rootMachine)
    .addHelpText(
      'after',
      `
${ecardWords().example}
  ecard ca init --by "Nguyễn Văn Mẫu" --witness "Trần Thị Mẫu" --apply`,
    )
  return withActOptions(command).action((given: InitOptions) =>
    withAuthorities((parts) => init(parts, given)),
  )
}

async function init(parts: OpenAuthorities, options: InitOptions): Promise<void> {
  const words = authorityWords()
  const actor = await beginAct(parts, options)
  const ceremony = await readCeremony(options.input)
  const place = options.rootMachine === true ? 'root' : 'service'
  const steps = await prepareCeremony(parts.issuance, ceremony, { place })
  const plan = tableLines(words.planHeadings, planRows(parts, steps, words))
  const { file, sha256 } = ceremony
  const told = toldOf(options, { ceremony: file, sha256, steps: steps.map(toJson) })
  const { output } = told
  output.say(labelled('ceremony', file, words))
  output.say(`${labelled('SHA-256', sha256, words)}\n`)
  for (const line of plan) output.say(line)
  output.say()
  if (isDone(steps)) throw heldAlready(steps, words)
  if (!(await confirmed(options))) {
    leaveAsPlan(told)
    return
  }
  const act = { name: words.acts.init, slug: 'init', ceremony, plan, options, told }
  await perform(parts, act, async () => {
    const outcomes = await holdCeremony(parts.issuance, steps, { actor })
    await writeRequests(parts, outcomes, { output, words })
    for (const outcome of outcomes) output.say(outcomeLine(outcome, words))
    return outcomes.map((outcome) => entry(parts, outcome, words))
  })
}

function planRows(
  parts: OpenAuthorities,
  steps: readonly CeremonyStep[],
  words: AuthorityWords,
): string[][] {
  return steps.map(({ action, slug, planned, authority, keyName, issuedBy }) => {
    const { commonName, kind, keyAlgorithm, validityYears } = planned
    const name = authority?.name ?? commonName
    const place = keyPlaceOf(parts, keyName)
    const what = words.plan[action]
    return [slug, name, kind, keyAlgorithm, String(validityYears), issuedBy, place, what]
  })
}

function toJson({ action, slug, planned, issuedBy }: CeremonyStep): object {
  const { commonName, kind, keyAlgorithm, validityYears } = planned
  return { slug, action, commonName, kind, keyAlgorithm, validityYears, issuedBy }
}

function heldAlready(steps: readonly CeremonyStep[], words: AuthorityWords): Duplicate {
  const there = steps.flatMap(({ authority }) => {
    if (authority === null) return []
    const { fingerprint } = parseCertificate(authority.certificateDer)
    return `  ${authority.slug}  ${authority.name}  ${fingerprintText(fingerprint)}`
  })
  return new Duplicate(words.heldAlready(there.join('\n')), { authorities: there.length })
}

/** One file for each authority, to carry to the root's machine. */
async function writeRequests(
  { config }: OpenAuthorities,
  outcomes: readonly CeremonyOutcome[],
  { output, words }: { readonly output: Output; readonly words: AuthorityWords },
): Promise<void> {
  for (const { request } of outcomes) {
    if (request === null) continue
    const name = `${request.slug}-${request.sha256.slice(0, 8)}.csr`
    const file = await reserveFile(join(ceremoniesFolder(config.dataDir), name))
    await file.finish(toPem(request.der, 'CERTIFICATE REQUEST'))
    output.say(words.carryRequest(file.path))
  }
}

function outcomeLine({ step, authority, request }: CeremonyOutcome, words: AuthorityWords): string {
  const done = words.done[step.action]
  if (request !== null) return `${step.slug}: ${done}, SHA-256 ${request.sha256}`
  if (authority === null) return `${step.slug}: ${done}`
  const { fingerprint } = parseCertificate(authority.certificateDer)
  return `${step.slug}: ${done}, ${fingerprintText(fingerprint)}`
}

function entry(
  parts: OpenAuthorities,
  { step, authority, request }: CeremonyOutcome,
  words: AuthorityWords,
): ReportEntry {
  const { slug, action, issuedBy } = step
  const keyPlace = keyPlaceOf(parts, authority?.keyName ?? request?.keyName ?? step.keyName)
  return { slug, done: words.done[action], authority, request, keyPlace, issuedBy }
}
