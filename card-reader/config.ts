import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { AgentError } from './agent-error.ts'
import { logLevels, type LogLevel } from './log.ts'

/** What the environment decides; options of the command stand above it. */
export interface AgentConfig {
  /** `ECARD_AGENT_DIR`, where key and enrolment live. Default `~/.config/ecard-agent`. */
  readonly stateDir: string
  /** `ECARD_LOG_LEVEL`. Default `info`. */
  readonly logLevel: LogLevel
}

/**
 * @throws AgentError `USAGE`
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): AgentConfig {
  const level = z.enum(logLevels).default('info').safeParse(environment['ECARD_LOG_LEVEL'])
  if (level.data === undefined) {
    throw new AgentError('USAGE', `ECARD_LOG_LEVEL must be one of ${logLevels.join(', ')}.`)
  }
  const stateDir = environment['ECARD_AGENT_DIR'] ?? join(homedir(), '.config', 'ecard-agent')
  return { stateDir: resolve(stateDir), logLevel: level.data }
}
