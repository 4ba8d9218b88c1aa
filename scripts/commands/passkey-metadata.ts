import { X509Certificate } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import type { Command } from 'commander'
import { readConfig } from '../../src/config.ts'
import { InputInvalid } from '../../src/errors.ts'
import { PasskeyMetadataUnusable } from '../../src/passkeys/attestation-metadata.ts'
import {
  importMetadata,
  planMetadataImport,
  type ModelInUse,
  type PlannedMetadata,
} from '../../src/passkeys/import-metadata.ts'
import { fidoMetadataHost, type ExpectedOrigin } from '../../src/passkeys/metadata-origin.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { passkeyMetadataWords } from '../words/passkey-metadata-words.ts'
import { actingOperator } from './acting-operator.ts'
import { confirmed } from './confirm.ts'
import { withRegistry, type Registry } from './open-registry.ts'
import { createOutput, type Output } from './output.ts'
import { tableLines } from './print-table.ts'

interface MetadataOptions {
  readonly root?: string
  readonly signer: string
  readonly older?: boolean
  readonly apply?: boolean
  readonly json?: boolean
}

export function addMetadata(passkey: Command): void {
  const { verb, options, notes } = passkeyMetadataWords()
  const { applyOption, jsonOption } = ecardWords()
  passkey
    .command('metadata')
    .description(verb)
    .argument('<file>', options.file)
    .option('--root <file>', options.root)
    .option('--signer <host>', options.signer, fidoMetadataHost)
    .option('--older', options.older)
    .option('--apply', applyOption)
    .option('--json', jsonOption)
    .addHelpText('after', notes)
    .action((file: string, given: MetadataOptions) =>
      inMetadataWords(() => withRegistry((registry) => bringIn(registry, file, given))),
    )
}

async function bringIn(registry: Registry, path: string, given: MetadataOptions): Promise<void> {
  const { actor } = await actingOperator(registry, 'passkey.change', { kind: 'province' })
  const file = readConfig(process.env).config.passkeys.metadataFile
  const planned = await planMetadataImport(registry, {
    ...{ received: (await readGiven(path)).toString('utf8'), file },
    ...{ expected: await expectedOf(given), mayBeOlder: given.older === true },
  })
  const words = passkeyMetadataWords()
  const output = createOutput(given)
  sayPlan(output, planned, file)
  const applied = await confirmed(given)
  if (applied) await importMetadata(registry, planned, { file: whereRead(file), actor })
  output.say(applied ? words.done : ecardWords().dryRun)
  output.tell({ applied, file, ...asJson(planned) })
}

/** With a root the origin has to be proven; without one it is not. @throws InputInvalid */
async function expectedOf({ root, signer }: MetadataOptions): Promise<ExpectedOrigin | null> {
  if (root === undefined) return null
  const bytes = await readGiven(root)
  const pem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g
  const given = bytes.toString('latin1').match(pem) ?? [bytes]
  try {
    return { roots: given.map((one) => new X509Certificate(one)), host: signer }
  } catch {
    throw new InputInvalid(passkeyMetadataWords().noCertificate(root), { field: 'root' })
  }
}

/** Some ten times what the FIDO Alliance publishes today. */
const maxGivenBytes = 100_000_000

/** @throws InputInvalid, also for what is too large to be read at all */
async function readGiven(path: string): Promise<Buffer> {
  const words = passkeyMetadataWords()
  const size = await stat(path).then(
    ({ size }) => size,
    () => 0,
  )
  if (size > maxGivenBytes) throw new InputInvalid(words.tooLarge(path), { field: 'file' })
  try {
    return await readFile(path)
  } catch {
    throw new InputInvalid(words.unreadable(path), { field: 'file' })
  }
}

/** The very file that the service reads, whatever folder either was started in. */
function whereRead(file: string | null): string {
  if (file !== null && isAbsolute(file)) return file
  throw new InputInvalid(passkeyMetadataWords().noPlace, { field: 'ECARD_PASSKEY_METADATA' })
}

function sayPlan(output: Output, planned: PlannedMetadata, file: string | null): void {
  const words = passkeyMetadataWords()
  const { origin, no, nextUpdate, models, isOverdue, replacedNo, inUse } = planned
  output.say(words.knows({ no, models, nextUpdate }))
  if (isOverdue) output.say(words.overdue)
  output.say(words.origins[origin.kind]('signer' in origin ? origin.signer : ''))
  if (replacedNo !== null) output.say(words.replaces(replacedNo))
  for (const line of inUse.length > 0 ? tableLines(words.headings, inUse.map(rowOf)) : [words.none])
    output.say(line)
  if (inUse.some(({ standing }) => standing === 'withdrawn')) output.say(words.revokeThose)
  output.say(file === null || !isAbsolute(file) ? words.noPlace : words.goesTo(file))
}

function rowOf({ aaguid, description, passkeys, standing }: ModelInUse): string[] {
  return [passkeyMetadataWords().standings[standing], String(passkeys), aaguid, description ?? '']
}

/** All but the payload itself. */
function asJson({ json, ...said }: PlannedMetadata): object {
  return { ...said, bytes: Buffer.byteLength(json) }
}

/** Lets what is refused speak the language of the person who asked. */
async function inMetadataWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof PasskeyMetadataUnusable)) throw error
    const { reason, facts } = error
    const sentence = passkeyMetadataWords().refusals[reason](facts)
    throw new PasskeyMetadataUnusable(reason, { sentence, facts, cause: error })
  }
}
