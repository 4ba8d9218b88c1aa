import { join } from 'node:path'
import { Command } from 'commander'
import { Duplicate } from '../../../src/errors.ts'
import { isDone, type CeremonyAction, type CeremonyStep } from '../../../src/pki/ceremony-plan.ts'
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
import { withAuthorities, type OpenAuthorities } from '../open-authorities.ts'
import { tableLines } from '../print-table.ts'
import {
  ceremoniesFolder,
  dryRunNote,
  keyPlaceOf,
  perform,
  withActOptions,
  type ActOptions,
} from './act.ts'

interface InitOptions extends ActOptions {
  readonly input: string
  readonly rootMachine?: boolean
}

export function initCommand(): Command {
  const command = new Command('init')
    .description('hold the key ceremony: make the authorities that its file asks for')
    .option('--input <file>', 'the file that was signed off', ceremonyFile)
    .option('--root-machine', 'this machine holds the root alone, off the network')
    .addHelpText(
      'after',
      `
Example:
  ecard ca init --by "Nguyễn Văn Mẫu" --witness "Trần Thị Mẫu" --apply`,
    )
  return withActOptions(command).action((options: InitOptions) =>
    withAuthorities((parts) => init(parts, options)),
  )
}

async function init(parts: OpenAuthorities, options: InitOptions): Promise<void> {
  const ceremony = await readCeremony(options.input)
  const place = options.rootMachine === true ? 'root' : 'service'
  const steps = await prepareCeremony(parts.issuance, ceremony, { place })
  const plan = planLines(parts, steps)
  console.log(`Ceremony  ${ceremony.file}`)
  console.log(`SHA-256   ${ceremony.sha256}\n`)
  for (const line of plan) console.log(line)
  console.log()
  if (isDone(steps)) throw heldAlready(steps)
  if (options.apply !== true) {
    console.log(dryRunNote)
    return
  }
  const act = { name: 'Key ceremony', slug: 'init', ceremony, plan, options }
  await perform(parts, act, async (actor) => {
    const outcomes = await holdCeremony(parts.issuance, steps, { actor })
    await writeRequests(parts, outcomes)
    for (const outcome of outcomes) console.log(told(outcome))
    return outcomes.map((outcome) => entry(parts, outcome))
  })
}

/** What a step would do, and how it reads when it is done. */
const actions: Readonly<Record<CeremonyAction, { plan: string; done: string }>> = {
  keep: { plan: 'is there', done: 'was there' },
  make: { plan: 'make key and certificate', done: 'made' },
  certify: {
    plan: 'its key is there: make the certificate',
    done: 'made, with the key from before',
  },
  request: { plan: 'make key and request', done: 'requested' },
  'ask-again': { plan: 'its key is there: make the request', done: 'requested again' },
  await: { plan: 'comes from the root machine', done: 'comes from the root machine' },
}

const headings = ['authority', 'name', 'kind', 'algorithm', 'years', 'issued by', 'key', 'what']

function planLines(parts: OpenAuthorities, steps: readonly CeremonyStep[]): string[] {
  const rows = steps.map(({ action, slug, planned, authority, keyName, issuedBy }) => {
    const { commonName, kind, keyAlgorithm, validityYears } = planned
    const name = authority?.name ?? commonName
    const place = keyPlaceOf(parts, keyName)
    const what = actions[action].plan
    return [slug, name, kind, keyAlgorithm, String(validityYears), issuedBy, place, what]
  })
  return tableLines(headings, rows)
}

function heldAlready(steps: readonly CeremonyStep[]): Duplicate {
  const there = steps.flatMap(({ authority }) => {
    if (authority === null) return []
    const { fingerprint } = parseCertificate(authority.certificateDer)
    return `  ${authority.slug}  ${authority.name}  ${fingerprintText(fingerprint)}`
  })
  const message = `this ceremony was held already, and nothing is left to make:\n${there.join('\n')}`
  return new Duplicate(message, { authorities: there.length })
}

/** One file for each authority, to carry to the root's machine. */
async function writeRequests(
  { config }: OpenAuthorities,
  outcomes: readonly CeremonyOutcome[],
): Promise<void> {
  for (const { request } of outcomes) {
    if (request === null) continue
    const name = `${request.slug}-${request.sha256.slice(0, 8)}.csr`
    const file = await reserveFile(join(ceremoniesFolder(config.dataDir), name))
    await file.finish(toPem(request.der, 'CERTIFICATE REQUEST'))
    console.log(`Carry to the root machine: ${file.path}`)
  }
}

function told({ step, authority, request }: CeremonyOutcome): string {
  const { done } = actions[step.action]
  if (request !== null) return `${step.slug}: ${done}, SHA-256 ${request.sha256}`
  if (authority === null) return `${step.slug}: ${done}`
  const { fingerprint } = parseCertificate(authority.certificateDer)
  return `${step.slug}: ${done}, ${fingerprintText(fingerprint)}`
}

function entry(parts: OpenAuthorities, { step, authority, request }: CeremonyOutcome): ReportEntry {
  const { slug, action, issuedBy } = step
  const keyPlace = keyPlaceOf(parts, authority?.keyName ?? request?.keyName ?? step.keyName)
  return { slug, done: actions[action].done, authority, request, keyPlace, issuedBy }
}
