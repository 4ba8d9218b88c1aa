import { Command, Option } from 'commander'
import { createAuditStore } from '../../../src/audit/audit-store.ts'
import { findCertificate } from '../../../src/pki/find-certificates.ts'
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
import { withRegistry } from '../open-registry.ts'
import { bearerOf } from './print.ts'

interface StatusOptions {
  readonly reason?: RevocationReason
  readonly note?: string
  readonly by: string
  readonly authority?: string
  readonly apply?: boolean
}

interface Step {
  readonly verb: string
  readonly summary: string
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
    summary: 'end a certificate for good; nobody signs in with it from then on',
    from: ['active', 'suspended', 'superseded'],
    to: 'revoked',
    run: (deps, request, { reason = 'unspecified' }) =>
      revokeCertificate(deps, { ...request, reason }),
  },
  {
    verb: 'hold',
    summary: 'stop a certificate until it is released (certificateHold)',
    from: ['active'],
    to: 'suspended',
    run: holdCertificate,
  },
  {
    verb: 'release',
    summary: 'let a held certificate count again',
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
  const command = new Command(step.verb)
    .description(step.summary)
    .argument('<certificate>', 'serial number or SHA-256 fingerprint')
    .option('--note <text>', 'why, in words; kept in the audit log')
    .option('--by <name>', 'who does it; in the audit log', 'ecard')
    .option('--authority <slug>', 'where two authorities have used the serial number')
    .option('--apply', 'do it; without this, only say what would change')
    .action((text: string, options: StatusOptions) => change(step, text, options))
  if (step.to !== 'revoked') return command
  return command.addOption(
    new Option('--reason <reason>', 'why, for OCSP and the revocation list')
      .choices(revocationReasons)
      .makeOptionMandatory(),
  )
}

async function change(step: Step, text: string, options: StatusOptions): Promise<void> {
  await withRegistry(async ({ db, clock }) => {
    const record = await findCertificate(db, text, options.authority ?? null)
    const { serialNumber, authorityId, authoritySlug, status } = record
    console.log(`Certificate ${serialNumber} of ${authoritySlug}, for ${bearerOf(record)}`)
    const reason = options.reason === undefined ? '' : ` (${options.reason})`
    console.log(`${status} -> ${step.to}${reason}`)
    if (options.apply !== true) {
      const isPossible = step.from.includes(status)
      console.log(isPossible ? 'Nothing changed. Add --apply to do it.' : 'This is not possible.')
      if (!isPossible) process.exitCode = 1
      return
    }
    const deps = { db, clock, auditOn: createAuditStore }
    const request: HoldRequest = {
      certificate: { authorityId, serialNumber },
      ...{ actor: options.by, role: 'administrator', note: options.note ?? null },
    }
    await step.run(deps, request, options)
    console.log('Done.')
  })
}
