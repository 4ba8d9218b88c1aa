import { setTimeout as sleep } from 'node:timers/promises'
import { AgentError } from '../../card-reader/agent-error.ts'
import { findTerminal, type EnrolledTerminal } from '../../card-reader/agent-state.ts'
import type { CardPort, ReaderStatus } from '../../card-reader/card-port.ts'
import { readConfig } from '../../card-reader/config.ts'
import { askStatus } from '../../card-reader/control.ts'
import { silentLog } from '../../card-reader/log.ts'
import { openPcscCardPort } from '../../card-reader/pcsc-card-port.ts'
import { isPcscServiceThere } from '../../card-reader/pcsc-service.ts'
import { systemRandom } from '../../card-reader/random.ts'
import type { Check, Finding } from '../../src/health.ts'
import { found } from './finding.ts'

/** What is plugged into this machine and runs on it; it needs nothing of the registry. */
export const machineChecks: readonly Check<unknown>[] = [
  { subject: 'card readers', run: checkReaders },
  { subject: 'agent', run: checkAgent },
]

/** Readers that were there before are found within this time. */
const lookMs = 1500

async function checkReaders(): Promise<Finding[]> {
  const port = await openPort()
  if (port === null) return [found('green', 'reader.no-library')]
  try {
    if (!(await isPcscServiceThere(process.env))) return [found('amber', 'reader.no-service')]
    await sleep(lookMs)
    return judgeReaders(port.readers())
  } finally {
    await port.close()
  }
}

/** null where the optional addon is not installed. */
async function openPort(): Promise<CardPort | null> {
  try {
    return await openPcscCardPort({ log: silentLog, random: systemRandom })
  } catch (error) {
    if (error instanceof AgentError && error.code === 'PCSC_MISSING') return null
    throw error
  }
}

/** A finding for each reader, and one where several have a card. */
export function judgeReaders(readers: readonly ReaderStatus[]): Finding[] {
  if (readers.length === 0) return [found('amber', 'reader.none')]
  const each = readers.map(judgeReader)
  const count = readers.filter(({ cardPresent }) => cardPresent).length
  return count > 1 ? [...each, found('amber', 'reader.several', { count })] : each
}

function judgeReader({ name: reader, cardPresent, storageCard }: ReaderStatus): Finding {
  if (storageCard === true) return found('amber', 'reader.storage-card', { reader })
  return found('green', cardPresent ? 'reader.card' : 'reader.empty', { reader })
}

async function checkAgent(): Promise<Finding[]> {
  const { stateDir } = readConfig(process.env)
  try {
    const terminal = await findTerminal(stateDir)
    if (terminal === null) return [found('green', 'agent.none')]
    return [judgeAgent(terminal, (await askStatus(stateDir))?.channel ?? null)]
  } catch (error) {
    if (!(error instanceof AgentError)) throw error
    return [found('red', 'agent.unreadable', { problem: error.message })]
  }
}

/** @param channel - how its channel to the service is; null where it does not run */
export function judgeAgent(
  { name: terminal, pairingOffered }: Pick<EnrolledTerminal, 'name' | 'pairingOffered'>,
  channel: string | null,
): Finding {
  if (channel === null) return found('amber', 'agent.not-running', { terminal })
  if (channel !== 'online') return found('red', 'agent.offline', { terminal, channel })
  return pairingOffered
    ? found('green', 'agent.well', { terminal })
    : found('amber', 'agent.not-paired', { terminal })
}
