import { join } from 'node:path'
import { Option, type Command } from 'commander'
import { AppError, InputInvalid } from '../../../src/errors.ts'
import type { Authority } from '../../../src/pki/authority.ts'
import {
  draftReport,
  failedReport,
  finishedReport,
  type CeremonyRecord,
  type ReportEntry,
} from '../../../src/pki/ceremony-report.ts'
import type { Ceremony } from '../../../src/pki/ceremony.ts'
import { checkClock } from '../../../src/pki/check-clock.ts'
import { reserveFile } from '../../../src/pki/reserved-file.ts'
import { ecardWords } from '../../program/ecard-words.ts'
import type { OpenAuthorities } from '../open-authorities.ts'
import { createOutput, type Output } from '../output.ts'
import { whoActs } from '../who-acts.ts'
import { authorityWords, labelled } from './words.ts'

/** What every command that makes or changes authorities is told. */
export interface ActOptions {
  readonly by?: string
  readonly witness: readonly string[]
  readonly report?: string
  readonly apply?: boolean
  readonly json?: boolean
}

export function withActOptions(command: Command): Command {
  const { options } = authorityWords()
  return command
    .option('--by <name>', options.by)
    .addOption(
      new Option('--witness <name>', options.witness)
        .default([] as string[])
        .argParser((name, names: string[]) => [...names, name]),
    )
    .option('--report <file>', options.report)
    .option('--json', ecardWords().jsonOption)
    .option('--apply', options.apply)
}

export interface Act {
  /** `Key ceremony`: the heading of the report. */
  readonly name: string
  /** In the report's file name. */
  readonly slug: string
  readonly ceremony: Ceremony | null
  /** What was shown before, for the draft of the report. */
  readonly plan: readonly string[]
}

/** What is told of an act, to people line by line and to programs at its end. */
export interface ActTold {
  readonly output: Output
  /** Of the dry run and of the act alike. */
  readonly planned: Readonly<Record<string, unknown>>
}

/** Says who acts, before anything is shown or changed. @throws OperatorRequired, PermissionDenied */
export function beginAct(parts: OpenAuthorities, { by }: Pick<ActOptions, 'by'>): Promise<string> {
  return whoActs(parts, 'authority.change', { by: by?.normalize('NFC') })
}

/** Says that nothing was changed. */
export function leaveAsPlan({ output, planned }: ActTold): void {
  output.say(authorityWords().dryRun)
  output.tell({ applied: false, ...planned })
}

/**
 * Does `work` and keeps a paper of it. Nothing is made before it is known who does it, that the
 * clock is right and that the report can be written.
 *
 * @throws InputInvalid without `--by`
 * @throws ClockWrong, DataFolderUnusable; what `work` throws, which the report then says
 */
export async function perform(
  { issuance, clock, config }: OpenAuthorities,
  { options, told, ...act }: Act & { readonly options: ActOptions; readonly told: ActTold },
  work: () => Promise<readonly ReportEntry[]>,
): Promise<void> {
  const words = authorityWords()
  const { by, witness, report } = options
  if (by === undefined || by.trim() === '') throw new InputInvalid(words.sayWho, { field: 'by' })
  await checkClock(issuance)
  const began = clock.now()
  const record: CeremonyRecord = {
    ...{ act: act.name, ceremony: act.ceremony, began },
    ...{ by: by.normalize('NFC'), witnesses: witness.map((name) => name.normalize('NFC')) },
  }
  const name = `${began.toISOString().slice(0, 19).replaceAll(':', '')}-${act.slug}.md`
  const path = report ?? join(ceremoniesFolder(config.dataDir), name)
  const file = await reserveFile(path, draftReport(record, act.plan))
  try {
    const entries = await work()
    await file.finish(finishedReport(record, entries, { ended: clock.now() }))
    told.output.say(labelled('report', path, words))
    const done = entries.map(({ slug, done: what }) => ({ slug, done: what }))
    told.output.tell({ applied: true, ...told.planned, done, report: path })
  } catch (error) {
    await file.finish(failedReport(record, describe(error))).catch(() => undefined)
    throw error
  }
}

export function toldOf(
  options: Pick<ActOptions, 'json'>,
  planned: Readonly<Record<string, unknown>>,
): ActTold {
  return { output: createOutput(options), planned }
}

export function ceremoniesFolder(dataDir: string): string {
  return join(dataDir, 'ceremonies')
}

/** Where a key is, for people; null where the authority's key is on another machine. */
export function keyPlaceOf(
  { config }: Pick<OpenAuthorities, 'config'>,
  keyName: string | null,
): string {
  const words = authorityWords()
  if (keyName === null) return words.onAnotherMachine
  const { pkcs11, dataDir } = config
  if (pkcs11?.keys.includes('ca') === true) return words.inToken(keyName, pkcs11.token)
  return join(dataDir, 'keystore', `${keyName}.pem`)
}

/** The line of the report about an authority that is there. */
export function entryOf(
  parts: Pick<OpenAuthorities, 'config'>,
  authority: Authority,
  { done, issuedBy }: Pick<ReportEntry, 'done' | 'issuedBy'>,
): ReportEntry {
  const { slug, keyName } = authority
  const keyPlace = keyPlaceOf(parts, keyName)
  return { slug, done, authority, request: null, keyPlace, issuedBy }
}

/** Messages of foreign errors may quote their input. */
function describe(error: unknown): string {
  if (error instanceof AppError) return `${error.code}: ${error.message}`
  return error instanceof Error ? error.name : 'unknown cause'
}
