import { Command, Option } from 'commander'
import { createAuditStore } from '../../../src/audit/audit-store.ts'
import { findCertificate, type CertificateRecord } from '../../../src/pki/find-certificates.ts'
import type {
  CertificateStatus,
  RegisteredCertificate,
} from '../../../src/pki/registered-certificate.ts'
import {
  holdCertificate,
  releaseCertificate,
  revocationReasons,
  revokeCertificate,
  type HoldRequest,
  type RevocationDeps,
  type RevocationReason,
} from '../../../src/pki/revocation.ts'
import { ecardWords } from '../../program/ecard-words.ts'
import type { OperatorScope } from '../acting-operator.ts'
import { confirmed } from '../confirm.ts'
import { withRegistry } from '../open-registry.ts'
import { createOutput } from '../output.ts'
import { whoActs } from '../who-acts.ts'
import { bearerOf } from './print.ts'
import { certificateWords } from './words.ts'

interface StatusOptions {
  readonly reason?: RevocationReason
  readonly note?: string
  readonly by: string
  readonly authority?: string
  readonly apply?: boolean
  readonly json?: boolean
}

interface Step {
  readonly verb: 'revoke' | 'hold' | 'release'
  readonly from: readonly CertificateStatus[]
  readonly to: CertificateStatus
  readonly run: (
    deps: RevocationDeps,
    request: HoldRequest,
    options: StatusOptions,
  ) => Promise<RegisteredCertificate>
}

const steps: readonly Step[] = [
  {
    verb: 'revoke',
    from: ['active', 'suspended', 'superseded'],
    to: 'revoked',
    run: (deps, request, { reason = 'unspecified' }) =>
      revokeCertificate(deps, { ...request, reason }),
  },
  {
    verb: 'hold',
    from: ['active'],
    to: 'suspended',
    run: holdCertificate,
  },
  {
    verb: 'release',
    from: ['suspended'],
    to: 'active',
    run: releaseCertificate,
  },
]

/** `revoke`, `hold` and `release`. */
export function statusCommands(): Command[] {
  return steps.map(statusCommand)
}

function statusCommand(step: Step): Command {
  const { commands, options: texts } = certificateWords()
  const words = ecardWords()
  const command = new Command(step.verb)
    .description(commands[step.verb])
    .argument('<certificate>', texts.certificate)
    .option('--note <text>', texts.note)
    .option('--by <name>', words.byOption, 'ecard')
    .option('--authority <slug>', texts.whichAuthority)
    .option('--json', words.jsonOption)
    .option('--apply', words.applyOption)
    .addHelpText('after', `\n${words.example}\n  ecard certificate ${example(step)}`)
    .action((text: string, options: StatusOptions) => change(step, text, options))
  if (step.to !== 'revoked') return command
  return command.addOption(
    new Option('--reason <reason>', texts.reason).choices(revocationReasons).makeOptionMandatory(),
  )
}

function example({ verb, to }: Step): string {
  const reason = to === 'revoked' ? ' --reason keyCompromise' : ''
  return `${verb} 4a3f0c5d9e${reason} --note "QĐ 12/2026" --apply`
}

async function change(step: Step, text: string, options: StatusOptions): Promise<void> {
  const words = certificateWords()
  const output = createOutput(options)
  await withRegistry(async ({ db, clock }) => {
    const record = await findCertificate(db, text, options.authority ?? null)
    const scope = scopeOf(record)
    const actor = await whoActs({ db }, 'certificate.change', { by: options.by, scope })
    const { serialNumber, authorityId, authoritySlug, status } = record
    const { statuses } = words
    const reason = options.reason === undefined ? '' : ` (${options.reason})`
    output.say(words.one(serialNumber, authoritySlug, bearerOf(record, words)))
    output.say(`${statuses[status]} -> ${statuses[step.to]}${reason}`)
    const isPossible = step.from.includes(status)
    // What is not possible is refused by name where it is tried, and said where it is not.
    const isApplied = isPossible ? await confirmed(options) : options.apply === true
    if (isApplied) {
      const deps = { db, clock, auditOn: createAuditStore }
      const certificate = { authorityId, serialNumber }
      const { note = null } = options
      await step.run(deps, { certificate, actor, role: 'administrator', note }, options)
    }
    if (!isPossible) process.exitCode = 1
    output.say(isApplied ? words.done : isPossible ? ecardWords().dryRun : words.notPossible)
    const told = { serialNumber, authority: authoritySlug, from: status, to: step.to }
    output.tell({ applied: isApplied, isPossible, ...told })
  })
}

function scopeOf({ cardUuid, terminalId }: CertificateRecord): OperatorScope {
  if (cardUuid !== null) return { kind: 'card', cardUuid }
  return terminalId === null ? { kind: 'province' } : { kind: 'terminal', terminalId }
}
