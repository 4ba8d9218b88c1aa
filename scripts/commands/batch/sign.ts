import type { Command } from 'commander'
import type { SignaturePart } from '../../../src/batches/batch.ts'
import { readBatchFile, type UnverifiedBatch } from '../../../src/batches/batch-file.ts'
import { signBatch, type SignBatchDeps } from '../../../src/batches/sign-batch.ts'
import { verifyBatch, type Signer } from '../../../src/batches/verify-batch.ts'
import { readConfig } from '../../../src/config.ts'
import { createCertificateStore } from '../../../src/pki/certificate-store.ts'
import { batchWords, inBatchWords } from '../../batch/batch-language.ts'
import { readBatchText, replaceBatchText } from '../../batch/batch-text.ts'
import { askedPins } from '../../desk/ask-pin.ts'
import { ecardWords } from '../../program/ecard-words.ts'
import { cardWords } from '../../words/card-words.ts'
import { languageOf } from '../../words/language.ts'
import { actingOperator } from '../acting-operator.ts'
import { confirmed } from '../confirm.ts'
import { withRegistry, type Registry } from '../open-registry.ts'
import { createOutput, type Output } from '../output.ts'
import { addDeskOptions, withDesk, type DeskCommandOptions } from '../with-desk.ts'
import { scopeOf } from './batch-scope.ts'

interface SignOptions extends DeskCommandOptions {
  readonly apply?: boolean
  readonly json?: boolean
}

const verbs: Readonly<Record<SignaturePart, 'sign' | 'approve'>> = {
  prepare: 'sign',
  approve: 'approve',
}

/** `sign` and `approve`: the same act in two parts. */
export function addSign(batch: Command, part: SignaturePart): void {
  const { help } = batchWords()
  const verb = verbs[part]
  addDeskOptions(
    batch.command(verb).description(help[verb]).argument('<file>', help.options.batchFile),
  )
    .option('--apply', ecardWords().applyOption)
    .option('--json', ecardWords().jsonOption)
    .addHelpText('after', help.signNotes(verb))
    .action((path: string, options: SignOptions) =>
      inBatchWords(() => withRegistry((registry) => sign(registry, path, { ...options, part }))),
    )
}

async function sign(
  registry: Registry,
  path: string,
  options: SignOptions & { readonly part: SignaturePart },
): Promise<void> {
  const { part } = options
  const words = batchWords()
  const output = createOutput(options)
  const deps = signatureDeps(registry)
  const file = await readBatchText(path)
  const batch = readBatchFile(file)
  const signers = await verifyBatch(deps, batch)
  const { requests } = batch.content
  const { actor } = await actingOperator(registry, `batch.${part}`, scopeOf(requests))
  tellBatch(batch, signers, output)
  output.say(words.wouldSign)
  if (!(await confirmed(options))) {
    output.say(words.dryRun)
    output.tell({ applied: false, batchId: batch.content.id, signers })
    return
  }
  const language = languageOf(process.env)
  const pins = askedPins(language)
  const desk = { ...options, pins, words: cardWords(language) }
  const signed = await withDesk(desk, (card) => signBatch(deps, card, { file, part, actor }))
  await replaceBatchText(path, signed.file)
  output.say(words.signed(signed.signer.name, path))
  const { batchFourEyesAbove } = readConfig(process.env).config
  if (part === 'prepare' && requests.length > batchFourEyesAbove)
    output.say(words.needsApproval(batchFourEyesAbove))
  output.tell({ applied: true, batchId: batch.content.id, signer: signed.signer })
}

/** What judging and making signatures needs. */
export function signatureDeps({ db, clock }: Registry): SignBatchDeps {
  return { db, clock, certificates: createCertificateStore(db) }
}

export function tellBatch(
  { content }: UnverifiedBatch,
  signers: readonly Signer[],
  output: Output,
): void {
  const words = batchWords()
  const { id, requests, created } = content
  output.say(words.contents({ id, requests: requests.length, created: created.slice(0, 16) }))
  if (signers.length === 0) output.say(words.notSigned)
  for (const { name, part, signedAt } of signers) {
    const at = signedAt.toISOString().slice(0, 16)
    output.say(words.signedBy({ name, part: words.parts[part], at }))
  }
}
