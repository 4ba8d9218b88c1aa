import { Command } from 'commander'
import type { AuthorityKind } from '../../../src/pki/authority.ts'
import { ceremonyFile, readCeremony } from '../../../src/pki/ceremony.ts'
import { fingerprintText } from '../../../src/pki/ceremony-report.ts'
import { keyNameOf } from '../../../src/pki/make-authority.ts'
import { planRollOver, rollOverAuthority } from '../../../src/pki/roll-over-authority.ts'
import { ecardWords } from '../../program/ecard-words.ts'
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
import { issuingKinds, kindOption } from './kind-option.ts'
import { authorityWords, labelled } from './words.ts'

interface RollOverOptions extends ActOptions {
  readonly kind: AuthorityKind
  readonly input: string
}

export function rolloverCommand(): Command {
  const { commands, options } = authorityWords()
  const command = new Command('rollover')
    .description(commands.rollover)
    .addOption(kindOption(issuingKinds))
    .option('--input <file>', options.input, ceremonyFile)
    .addHelpText(
      'after',
      `\n${ecardWords().example}\n  ecard ca rollover --kind citizen --by "Nguyễn Văn Mẫu" --apply`,
    )
  return withActOptions(command).action((given: RollOverOptions) =>
    withAuthorities((parts) => rollOver(parts, given)),
  )
}

async function rollOver(parts: OpenAuthorities, options: RollOverOptions): Promise<void> {
  const words = authorityWords()
  const actor = await beginAct(parts, options)
  const ceremony = await readCeremony(options.input)
  const plan = await planRollOver(parts.issuance, { ceremony, kind: options.kind })
  const { old, slug, planned, root } = plan
  const { commonName, keyAlgorithm, validityYears } = planned
  const successor = `${slug}, "${commonName}", ${keyAlgorithm}, ${words.years(validityYears)}`
  const lines = [
    labelled('retires', `${old.slug}, "${old.name}": ${words.staysValid}`, words),
    labelled('successor', `${successor}, ${root.slug}`, words),
    labelled('key', keyPlaceOf(parts, keyNameOf(slug)), words),
  ]
  const told = toldOf(options, { retires: old.slug, slug, ...planned, issuedBy: root.slug })
  for (const line of lines) told.output.say(line)
  if (!(await confirmed(options))) {
    leaveAsPlan(told)
    return
  }
  const act = { name: words.acts.rollover(options.kind), slug: `rollover-${slug}`, plan: lines }
  await perform(parts, { ...act, ceremony, options, told }, async () => {
    const { authority, certificate } = await rollOverAuthority(parts.issuance, plan, { actor })
    told.output.say(labelled('made', fingerprintText(certificate.fingerprint), words))
    told.output.say(words.issuesNow(slug))
    const retired = { ...old, state: 'retired' } as const
    return [
      entryOf(parts, authority, { done: words.done.make, issuedBy: root.slug }),
      entryOf(parts, retired, { done: words.done.retired, issuedBy: root.slug }),
    ]
  })
}
