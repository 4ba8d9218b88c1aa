import { createHash } from 'node:crypto'
import type { AuditLog } from '../audit/audit-event.ts'
import type { Clock } from '../clock.ts'
import type { ExpiringStore } from '../db/expiring-store.ts'
import { AppError, type Facts } from '../errors.ts'
import type { Random } from '../random.ts'
import type { TerminalStore } from './terminal-store.ts'
import type { Terminal } from './terminal.ts'

export const pairingTtlSeconds = 300

export type PairingFault = 'code-unknown' | 'terminal-withdrawn'

/** The browser was not paired; nothing tells an unknown code from a used or late one. */
export class PairingRefused extends AppError {
  readonly code = 'PAIRING_REFUSED'
  readonly reason: PairingFault

  constructor(reason: PairingFault, facts: Facts = {}) {
    super(`pairing refused: ${reason}`, facts)
    this.reason = reason
  }
}

/** Makes a code that pairs one browser with this terminal, once, within five minutes. */
export async function createPairingCode(
  deps: { readonly store: ExpiringStore; readonly random: Random },
  terminalId: string,
): Promise<{ code: string; expiresInSeconds: number }> {
  const code = deps.random.bytes(32).toString('base64url')
  await deps.store.put(pairingKey(code), terminalId, pairingTtlSeconds)
  return { code, expiresInSeconds: pairingTtlSeconds }
}

export interface PairBrowserDeps {
  readonly store: ExpiringStore
  readonly terminals: Pick<TerminalStore, 'find' | 'insertPairing'>
  readonly audit: AuditLog
  readonly clock: Clock
  readonly random: Random
}

/**
 * Pairs the browser that brings the code. The secret goes into its cookie and is not kept here:
 * the database holds its SHA-256.
 *
 * @throws PairingRefused
 */
export async function pairBrowser(
  deps: PairBrowserDeps,
  code: string,
): Promise<{ terminal: Terminal; secret: string }> {
  const now = deps.clock.now()
  const terminalId = isSecret(code) ? await deps.store.takeOnce(pairingKey(code)) : null
  if (terminalId === null) throw new PairingRefused('code-unknown')
  const terminal = await deps.terminals.find(terminalId)
  if (terminal?.state !== 'active') throw new PairingRefused('terminal-withdrawn', { terminalId })
  const secret = deps.random.bytes(32).toString('base64url')
  await deps.terminals.insertPairing(terminalId, sha256(secret), now)
  await deps.audit.append({
    at: now,
    event: 'terminal.browser-paired',
    outcome: 'succeeded',
    terminalId,
  })
  return { terminal, secret }
}

/** The active terminal that this browser is paired with; null when there is none (any more). */
export async function terminalOfBrowser(
  deps: { readonly terminals: Pick<TerminalStore, 'findByPairing'> },
  secret: string,
): Promise<Terminal | null> {
  // What could not be a secret of ours is not worth a question to the database.
  const terminal = isSecret(secret) ? await deps.terminals.findByPairing(sha256(secret)) : null
  return terminal?.state === 'active' ? terminal : null
}

/** base64url of 32 bytes. */
function isSecret(value: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(value)
}

function pairingKey(code: string): string {
  return `terminal-pairing:${sha256(code).toString('hex')}`
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
