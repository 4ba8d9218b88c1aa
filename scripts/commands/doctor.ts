import { Command } from 'commander'
import { readConfig } from '../../src/config.ts'
import { AppError } from '../../src/errors.ts'
import { examine, failure, worstLevel, type Check, type Finding } from '../../src/health.ts'
import type { OpenKeystore } from '../../src/keystore/open-keystore.ts'
import { certificationChecks } from '../doctor/certification-checks.ts'
import { machineChecks } from '../doctor/machine-checks.ts'
import { doctorWords, findingLines } from '../doctor/print-findings.ts'
import { registryChecks } from '../doctor/registry-checks.ts'
import { serviceChecks, type DoctorParts } from '../doctor/service-checks.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { openKeystoreOf, withOwnRegistry, type ConfiguredRegistry } from './open-authorities.ts'

/** What is looked at with the registry, in this order; a new check is a row. */
const checks: readonly Check<DoctorParts>[] = [
  ...serviceChecks,
  ...certificationChecks,
  ...registryChecks,
]

export function doctorCommand(): Command {
  const words = ecardWords()
  return new Command('doctor')
    .description(words.nouns.doctor)
    .option('--json', words.jsonOption)
    .addHelpText('after', `${doctorWords().notes}\n${words.example}\n  ecard doctor`)
    .action(async ({ json }: { readonly json?: boolean }) => {
      const findings = [...(await examineRegistry()), ...(await examine(machineChecks, null))]
      if (json === true) console.log(JSON.stringify(findings, null, 2))
      else print(findings)
      if (worstLevel(findings) === 'red') process.exitCode = 1
    })
}

/** Without a registry nothing that rests on it can be looked at. */
async function examineRegistry(): Promise<Finding[]> {
  try {
    return await withOwnRegistry(examineParts)
  } catch (error) {
    if (error instanceof AppError) return [failure('database', error)]
    throw error
  }
}

async function examineParts(registry: ConfiguredRegistry): Promise<Finding[]> {
  const { redisUrl } = readConfig(process.env).secrets
  const opened: Promise<OpenKeystore>[] = []
  const keystore = (): Promise<OpenKeystore> =>
    opened[0] ?? (opened[0] = openKeystoreOf(registry.config))
  const findings = await examine(checks, { ...registry, keystore, redisUrl })
  const [keys = null] = await Promise.allSettled(opened)
  if (keys?.status === 'fulfilled') keys.value.close()
  return findings
}

function print(findings: readonly Finding[]): void {
  const isColoured = process.stdout.isTTY && process.env['NO_COLOR'] === undefined
  for (const line of findingLines(findings, doctorWords(), { isColoured })) console.log(line)
}
