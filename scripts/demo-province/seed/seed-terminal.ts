import { rm } from 'node:fs/promises'
import { findTerminal } from '../../../card-reader/agent-state.ts'
import { enrol } from '../../../card-reader/enrol.ts'
import { inviteTerminal } from '../../../src/terminals/enrol-terminal.ts'
import { withdrawTerminal } from '../../../src/terminals/withdraw-terminal.ts'
import { demoTerminal } from '../province.ts'
import type { SeedDeps } from './seed-deps.ts'
import { agencyIdOf } from './seed-province.ts'

type Deps = Pick<SeedDeps, 'agencies' | 'terminals' | 'audit' | 'clock' | 'random'>

interface TerminalSeed {
  readonly issuer: string
  /** Where the agent keeps what enrolment gave it. */
  readonly stateDir: string
}

/**
 * Enrols the demo's terminal the way every terminal is: an invitation, then the agent's own
 * enrolment over HTTP. One that is enrolled at this issuer and known to it stays.
 */
export async function seedTerminal(deps: Deps, { issuer, stateDir }: TerminalSeed): Promise<void> {
  if (await isEnrolled(deps, { issuer, stateDir })) return
  await withdrawLeftovers(deps)
  await rm(stateDir, { recursive: true, force: true })
  const { name, mode, agencyCode } = demoTerminal
  const agencyId = await agencyIdOf(deps, agencyCode)
  const { code } = await inviteTerminal(deps, { name, mode, agencyId })
  await enrol(deps.clock, { issuer, code, stateDir })
}

async function isEnrolled(deps: Deps, { issuer, stateDir }: TerminalSeed): Promise<boolean> {
  // A damaged file is no enrolment.
  const terminal = await findTerminal(stateDir).catch(() => null)
  if (terminal?.issuer !== issuer) return false
  return (await deps.terminals.find(terminal.id))?.state === 'active'
}

/** An interrupted start, or other ports, left a terminal that no agent speaks for any more. */
async function withdrawLeftovers(deps: Deps): Promise<void> {
  for (const { id, name, state } of await deps.terminals.list()) {
    if (name !== demoTerminal.name || state === 'withdrawn') continue
    await withdrawTerminal(deps, id, { actor: 'demo', reason: 'no agent speaks for it any more' })
  }
}
