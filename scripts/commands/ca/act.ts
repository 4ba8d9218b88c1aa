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
import type { OpenAuthorities } from '../open-authorities.ts'

/** What every command that makes or changes authorities is told. */
export interface ActOptions {
  readonly by?: string
  readonly witness: readonly string[]
  readonly report?: string
  readonly apply?: boolean
}

export function withActOptions(command: Command): Command {
  return command
    .option('--by <name>', 'who does it; in the report and the audit log')
    .addOption(
      new Option('--witness <name>', 'who watches; may be given again')
        .default([] as string[])
        .argParser((name, names: string[]) => [...names, name]),
    )
    .option('--report <file>', 'where the report goes (default: in the data folder)')
    .option('--apply', 'do it; without this, only say what would be done')
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

export const dryRunNote = 'Nothing changed. Add --apply and --by NAME to do it.'

/**
 * Does `work` and keeps a paper of it. Nothing is made before it is known who does it, that the
 * clock is right and that the report can be written.
 *
 * @throws InputInvalid without `--by`
 * @throws ClockWrong, DataFolderUnusable; what `work` throws, which the report then says
 */
export async function perform(
  { issuance, clock, config }: OpenAuthorities,
  act: Act & { readonly options: ActOptions },
  work: (actor: string) => Promise<readonly ReportEntry[]>,
): Promise<void> {
  const { by, witness, report } = act.options
  if (by === undefined || by.trim() === '') {
    throw new InputInvalid('Say who does this: --by NAME', { field: 'by' })
  }
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
    const entries = await work(record.by)
    await file.finish(finishedReport(record, entries, { ended: clock.now() }))
    console.log(`Report    ${path}`)
  } catch (error) {
    await file.finish(failedReport(record, describe(error))).catch(() => undefined)
    throw error
  }
}

export function ceremoniesFolder(dataDir: string): string {
  return join(dataDir, 'ceremonies')
}

/** Where a key is, for people; null where the authority's key is on another machine. */
export function keyPlaceOf(
  { config }: Pick<OpenAuthorities, 'config'>,
  keyName: string | null,
): string {
  if (keyName === null) return 'on another machine'
  const { pkcs11, dataDir } = config
  if (pkcs11?.keys.includes('ca') === true) return `${keyName} in the HSM token ${pkcs11.token}`
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
