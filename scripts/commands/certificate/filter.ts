import { InvalidArgumentError, Option, type Command } from 'commander'
import { endingWithin, type CertificateFilter } from '../../../src/pki/find-certificates.ts'
import {
  certificateStatuses,
  type CertificateStatus,
} from '../../../src/pki/registered-certificate.ts'
import { ecardWords } from '../../program/ecard-words.ts'
import { certificateWords } from './words.ts'

export interface FilterOptions {
  readonly authority?: string
  readonly card?: string
  readonly holder?: string
  readonly terminal?: string
  readonly service?: string
  readonly status?: CertificateStatus
  readonly expiring?: number
}

/** The options by which `list` and `export` choose. */
export function withFilter(command: Command): Command {
  const { options } = certificateWords()
  return command
    .option('--authority <slug>', options.authority)
    .option('--card <uuid>', options.card, toUuid)
    .option('--holder <uuid>', options.holder, toUuid)
    .option('--terminal <uuid>', options.terminal, toUuid)
    .option('--service <name>', options.service)
    .addOption(new Option('--status <status>', options.status).choices(certificateStatuses))
}

export function toFilter(options: FilterOptions, now: Date): CertificateFilter {
  const { authority, card, holder, terminal, service, status, expiring } = options
  return {
    ...(authority !== undefined && { authoritySlug: authority }),
    ...(card !== undefined && { cardUuid: card }),
    ...(holder !== undefined && { holderId: holder }),
    ...(terminal !== undefined && { terminalId: terminal }),
    ...(service !== undefined && { service }),
    ...(status !== undefined && { status }),
    ...(expiring !== undefined && endingWithin(expiring, now)),
  }
}

export function toDays(text: string): number {
  return toWholeNumber(text, 36_500)
}

export function toLimit(text: string): number {
  return toWholeNumber(text, 10_000)
}

function toWholeNumber(text: string, max: number): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= 1 && number <= max) return number
  throw new InvalidArgumentError(ecardWords().numberFrom(1, max))
}

function toUuid(text: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return text.toLowerCase()
  throw new InvalidArgumentError(ecardWords().aUuid)
}
