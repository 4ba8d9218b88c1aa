import { Command } from 'commander'
import { examine, failure, worstLevel, type Check, type Finding } from '../../src/health.ts'
import { AppError } from '../../src/errors.ts'
import type { Keystore } from '../../src/keystore/keystore.ts'
import type { OpenKeystore } from '../../src/keystore/open-keystore.ts'
import { judgeAuthorities } from '../../src/pki/authority-health.ts'
import { judgeAuthorityKeys } from '../../src/pki/authority-keys-health.ts'
import { createAuthorityStore } from '../../src/pki/authority-store.ts'
import { crlHealth, judgeCrls } from '../../src/pki/crl-health.ts'
import { defaultCrlPolicy } from '../../src/pki/crl-policy.ts'
import { judgeOcspSigners } from '../../src/pki/ocsp-signer-health.ts'
import { listSigners } from '../../src/pki/ocsp-signer-store.ts'
import { openKeystoreOf, withOwnRegistry, type ConfiguredRegistry } from './open-authorities.ts'
import { tableLines } from './print-table.ts'

interface DoctorParts extends ConfiguredRegistry {
  readonly keystore: () => Promise<Keystore>
}

/** What is looked at, in this order; a new check is a row. */
const checks: readonly Check<DoctorParts>[] = [
  { subject: 'database', run: checkDatabase },
  { subject: 'keystore', run: checkKeystore },
  { subject: 'authorities', run: checkAuthorities },
  { subject: 'authority keys', run: checkAuthorityKeys },
  { subject: 'revocation lists', run: checkRevocationLists },
  { subject: 'OCSP signers', run: checkOcspSigners },
]

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('look at everything that the service rests on; status 1 when something is red')
    .option('--json', 'for programs')
    .action(async ({ json }: { readonly json?: boolean }) => {
      const findings = await examineAll()
      if (json === true) console.log(JSON.stringify(findings, null, 2))
      else print(findings)
      if (worstLevel(findings) === 'red') process.exitCode = 1
    })
}

/** Without a registry nothing else can be looked at. */
async function examineAll(): Promise<Finding[]> {
  try {
    return await withOwnRegistry(async (registry) => {
      const opened: Promise<OpenKeystore>[] = []
      const open = () => openKeystoreOf(registry.config)
      const keystore = () => opened[0] ?? (opened[0] = open())
      const findings = await examine(checks, { ...registry, keystore })
      const [keys = null] = await Promise.allSettled(opened)
      if (keys?.status === 'fulfilled') keys.value.close()
      return findings
    })
  } catch (error) {
    if (error instanceof AppError) return [failure('database', error)]
    throw error
  }
}

async function checkDatabase({ db }: DoctorParts): Promise<Finding[]> {
  await db.ping()
  return [{ level: 'green', subject: 'database', message: 'answers', advice: null }]
}

async function checkKeystore({ keystore }: DoctorParts): Promise<Finding[]> {
  await keystore()
  return [{ level: 'green', subject: 'keystore', message: 'opens', advice: null }]
}

async function checkAuthorities({ db, clock }: DoctorParts): Promise<Finding[]> {
  return judgeAuthorities(await createAuthorityStore(db).listAuthorities(), clock.now())
}

async function checkAuthorityKeys({ db, keystore }: DoctorParts): Promise<Finding[]> {
  return judgeAuthorityKeys(await keystore(), await createAuthorityStore(db).listAuthorities())
}

async function checkRevocationLists({ db, clock }: DoctorParts): Promise<Finding[]> {
  return judgeCrls(await crlHealth({ db, clock, policy: defaultCrlPolicy }))
}

async function checkOcspSigners({ db, clock }: DoctorParts): Promise<Finding[]> {
  const authorities = await createAuthorityStore(db).listAuthorities()
  const ids = authorities.map(({ id }) => id)
  return judgeOcspSigners(authorities, await listSigners(db, ids), clock.now())
}

function print(findings: readonly Finding[]): void {
  const rows = findings.map(({ level, subject, message, advice }) => [
    level,
    subject,
    advice === null ? message : `${message}. To do: ${advice}`,
  ])
  for (const line of tableLines(['', 'what', 'how it is'], rows)) console.log(line)
}
