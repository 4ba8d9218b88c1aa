import { Command } from 'commander'
import type { AuthorityKind } from '../../../src/pki/authority.ts'
import { ceremonyFile, readCeremony } from '../../../src/pki/ceremony.ts'
import { fingerprintText } from '../../../src/pki/ceremony-report.ts'
import { keyNameOf } from '../../../src/pki/make-authority.ts'
import { planRollOver, rollOverAuthority } from '../../../src/pki/roll-over-authority.ts'
import { withAuthorities, type OpenAuthorities } from '../open-authorities.ts'
import { dryRunNote, entryOf, keyPlaceOf, perform, withActOptions, type ActOptions } from './act.ts'
import { issuingKinds, kindOption } from './exchange.ts'

interface RollOverOptions extends ActOptions {
  readonly kind: AuthorityKind
  readonly input: string
}

export function rolloverCommand(): Command {
  const command = new Command('rollover')
    .description('give an issuing authority a successor: the old one’s certificates stay valid')
    .addOption(kindOption(issuingKinds))
    .option('--input <file>', "the ceremony's file", ceremonyFile)
  return withActOptions(command).action((options: RollOverOptions) =>
    withAuthorities((parts) => rollOver(parts, options)),
  )
}

async function rollOver(parts: OpenAuthorities, options: RollOverOptions): Promise<void> {
  const ceremony = await readCeremony(options.input)
  const { issuance } = parts
  const plan = await planRollOver(issuance, { ceremony, kind: options.kind })
  const { old, slug, planned, root } = plan
  const { commonName, keyAlgorithm, validityYears } = planned
  const lines = [
    `Retires   ${old.slug}, "${old.name}": its certificates stay valid`,
    `Successor ${slug}, "${commonName}", ${keyAlgorithm}, ${validityYears} years, by ${root.slug}`,
    `Key       ${keyPlaceOf(parts, keyNameOf(slug))}`,
  ]
  for (const line of lines) console.log(line)
  if (options.apply !== true) {
    console.log(dryRunNote)
    return
  }
  const act = { name: `Roll-over of ${options.kind}`, slug: `rollover-${slug}`, plan: lines }
  await perform(parts, { ...act, ceremony, options }, async (actor) => {
    const { authority, certificate } = await rollOverAuthority(issuance, plan, { actor })
    console.log(`Made      ${fingerprintText(certificate.fingerprint)}`)
    console.log(`${slug} issues from now on.`)
    const retired = { ...old, state: 'retired' } as const
    return [
      entryOf(parts, authority, { done: 'made', issuedBy: root.slug }),
      entryOf(parts, retired, { done: 'retired', issuedBy: root.slug }),
    ]
  })
}
