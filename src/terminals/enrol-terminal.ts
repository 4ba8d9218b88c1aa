import { createHash, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import type { AuditLog } from '../audit/audit-event.ts'
import type { Clock } from '../clock.ts'
import { AppError, Duplicate, type Facts } from '../errors.ts'
import type { TerminalCertificateRequest } from '../pki/issue-terminal-certificate.ts'
import type { Random } from '../random.ts'
import { enrolmentCodeTtlSeconds, hashEnrolmentCode, newEnrolmentCode } from './enrolment-code.ts'
import { readTerminalJws, readTerminalKey } from './terminal-jws.ts'
import {
  TerminalTransitionRefused,
  type TerminalActivation,
  type TerminalStore,
} from './terminal-store.ts'
import type { Terminal, TerminalMode } from './terminal.ts'

export type EnrolmentFault = 'code-unknown' | 'key-in-use' | 'key-not-p256' | 'proof-wrong'

/** The terminal was not enrolled; nothing tells an unknown code from a used or late one. */
export class EnrolmentRefused extends AppError {
  readonly code = 'ENROLMENT_REFUSED'
  readonly reason: EnrolmentFault

  constructor(reason: EnrolmentFault, facts: Facts = {}, cause?: unknown) {
    super(`enrolment refused: ${reason}`, facts, cause)
    this.reason = reason
  }
}

export interface InviteTerminalDeps {
  readonly terminals: Pick<TerminalStore, 'insertInvited' | 'putEnrolmentCode'>
  readonly audit: AuditLog
  readonly clock: Clock
  readonly random: Random
}

/** Makes a place for a terminal and the code that fills it, once, within 24 hours. */
export async function inviteTerminal(
  deps: InviteTerminalDeps,
  invited: {
    readonly name: string
    readonly mode: TerminalMode
    readonly agencyId: string | null
    /** Default false. */
    readonly isDesk?: boolean
    /** Who asks. Default: nobody is named. */
    readonly actor?: string
  },
): Promise<{ terminal: Terminal; code: string; expiresAt: Date }> {
  const now = deps.clock.now()
  const code = newEnrolmentCode(deps.random)
  const expiresAt = new Date(now.getTime() + enrolmentCodeTtlSeconds * 1000)
  const { mode, agencyId, isDesk = false, actor = null } = invited
  const terminal: Terminal = {
    ...{ id: deps.random.uuid(), name: invited.name.normalize('NFC'), mode, agencyId, isDesk },
    ...{ state: 'invited', publicKey: null },
  }
  await deps.terminals.insertInvited(terminal, now)
  await deps.terminals.putEnrolmentCode(hashEnrolmentCode(code), terminal.id, expiresAt)
  await deps.audit.append({
    at: now,
    event: 'terminal.invited',
    outcome: 'succeeded',
    actor,
    terminalId: terminal.id,
    facts: { mode, isDesk },
  })
  return { terminal, code, expiresAt }
}

export interface EnrolTerminalDeps {
  readonly issuer: string
  readonly terminals: Pick<TerminalStore, 'takeEnrolmentCode' | 'find' | 'activate'>
  /** Certifies the terminal's key; its row is in the registry before this resolves. */
  readonly issueTerminalCertificate: (
    request: TerminalCertificateRequest,
  ) => Promise<{ readonly der: Buffer }>
  readonly audit: AuditLog
  readonly clock: Clock
}

export interface EnrolmentRequest {
  /** As typed: capitals, spaces and dashes do not matter. */
  readonly code: string
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer
  /** A JWS by that key over issuer and code: whoever enrols a key has it. */
  readonly proof: string
}

/**
 * Enrols the terminal that the code stands for, with the key it proves to hold.
 *
 * Key and proof are checked first, so that a broken request does not use the code up; from the
 * moment the code is taken, a failure needs a new code.
 *
 * @throws EnrolmentRefused
 */
export async function enrolTerminal(
  deps: EnrolTerminalDeps,
  request: EnrolmentRequest,
): Promise<{ terminal: Terminal; certificate: Buffer; issuer: string }> {
  const now = deps.clock.now()
  const key = readTerminalKey(request.publicKey)
  if (key === null) throw new EnrolmentRefused('key-not-p256')
  checkEnrolmentProof(key, request, deps.issuer)
  const terminalId = await deps.terminals.takeEnrolmentCode(hashEnrolmentCode(request.code), now)
  const invited = terminalId === null ? null : await deps.terminals.find(terminalId)
  if (invited?.state !== 'invited') throw new EnrolmentRefused('code-unknown', { terminalId })
  // Our own encoding of the key, whatever else the DER that came in would have allowed.
  const publicKey = key.export({ format: 'der', type: 'spki' })
  const { id } = invited
  const { der: certificate } = await deps.issueTerminalCertificate({
    terminal: invited,
    publicKey,
    actor: null,
  })
  const terminal = await activate(deps.terminals, id, { publicKey, at: now })
  await deps.audit.append({
    at: now,
    event: 'terminal.enrolled',
    outcome: 'succeeded',
    terminalId: id,
  })
  return { terminal, certificate, issuer: deps.issuer }
}

async function activate(
  terminals: Pick<TerminalStore, 'activate'>,
  terminalId: string,
  activation: TerminalActivation,
): Promise<Terminal> {
  try {
    return await terminals.activate(terminalId, activation)
  } catch (cause) {
    // Two terminals with one key could not be told apart.
    if (cause instanceof Duplicate) throw new EnrolmentRefused('key-in-use', { terminalId }, cause)
    if (!(cause instanceof TerminalTransitionRefused)) throw cause
    throw new EnrolmentRefused('code-unknown', { terminalId }, cause)
  }
}

const proofPayload = z.object({ aud: z.string(), code_sha256: z.string(), iat: z.number() })

function checkEnrolmentProof(key: KeyObject, request: EnrolmentRequest, issuer: string): void {
  const expected = { typ: 'ecard-terminal-enrolment+jwt', kid: null } as const
  const { data } = proofPayload.safeParse(readTerminalJws(request.proof, key, expected))
  const codeSha256 = createHash('sha256').update(request.code).digest('base64url')
  const isProven = data?.aud === issuer && data.code_sha256 === codeSha256
  if (!isProven) throw new EnrolmentRefused('proof-wrong')
}
