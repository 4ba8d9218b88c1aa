import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { AgentError } from './agent-error.ts'
import type { Clock } from './clock.ts'
import { checkPrivate, readFileIfThere, writePrivateFile } from './private-file.ts'
import type { DeskPurpose, SignInSlot } from './protocol.ts'

/** What the terminal vouches for with each card answer. */
export interface Witnessed {
  readonly nonce: string
  readonly cardUuid: string
  readonly keySlot: SignInSlot
}

/** What the terminal vouches for when it opens a desk: both keys, for this desk alone. */
export interface OpenedDesk {
  readonly deskId: string
  readonly purpose: DeskPurpose
  readonly nonce: string
  /** base64 of SubjectPublicKeyInfo: whoever opened it, and the agent's own for this desk. */
  readonly deskKey: string
  readonly agentKey: string
}

/**
 * The terminal's own P-256 key. It signs for one audience only, the issuer that it was enrolled
 * with, and the kind of statement stands in each header, so that none passes for another.
 */
export interface TerminalKey {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer
  /** PKCS#8 PEM, unencrypted: for the key file and nothing else. */
  privateKeyPem(): string
  signEnrolment(code: string, audience: string): Promise<string>
  signHello(nonce: string, by: Signatory): Promise<string>
  signCardAnswer(witnessed: Witnessed, by: Signatory): Promise<string>
  signDesk(desk: OpenedDesk, by: Signatory): Promise<string>
}

export interface Signatory {
  readonly terminalId: string
  readonly issuer: string
}

const keyFile = 'terminal-key.pem'

export function createTerminalKey(clock: Clock): TerminalKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return terminalKeyOf(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), clock)
}

export async function saveTerminalKey(stateDir: string, key: TerminalKey): Promise<void> {
  await writePrivateFile(join(stateDir, keyFile), key.privateKeyPem())
}

/**
 * The key of this terminal, or null before enrolment.
 *
 * @throws AgentError `STATE_UNREADABLE` also when other users may read the file
 */
export async function loadTerminalKey(stateDir: string, clock: Clock): Promise<TerminalKey | null> {
  const path = join(stateDir, keyFile)
  const pem = await readFileIfThere(path)
  if (pem === null) return null
  await checkPrivate(path)
  try {
    return terminalKeyOf(pem, clock)
  } catch (error) {
    throw new AgentError('STATE_UNREADABLE', `The file ${path} holds no P-256 key.`, error)
  }
}

function terminalKeyOf(pem: string, clock: Clock): TerminalKey {
  const privateKey = createPrivateKey(pem)
  if (privateKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new RangeError('a terminal key is on P-256')
  }
  const statement = (claims: Record<string, string>, header: { typ: string; kid?: string }) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', ...header })
      .setIssuedAt(clock.now())
      .sign(privateKey)
  return {
    publicKey: createPublicKey(pem).export({ format: 'der', type: 'spki' }),
    privateKeyPem: () => pem,
    signEnrolment: (code, audience) =>
      statement(
        { aud: audience, code_sha256: createHash('sha256').update(code).digest('base64url') },
        { typ: 'ecard-terminal-enrolment+jwt' },
      ),
    signHello: (nonce, { terminalId, issuer }) =>
      statement({ aud: issuer, nonce }, { typ: 'ecard-terminal-hello+jwt', kid: terminalId }),
    signCardAnswer: ({ nonce, cardUuid, keySlot }, { terminalId, issuer }) =>
      statement(
        { aud: issuer, nonce, cardUuid, keySlot },
        { typ: 'ecard-terminal-signature+jwt', kid: terminalId },
      ),
    signDesk: ({ deskId, purpose, nonce, deskKey, agentKey }, { terminalId, issuer }) =>
      statement(
        { aud: issuer, deskId, purpose, nonce, deskKey, agentKey },
        { typ: 'ecard-terminal-desk+jwt', kid: terminalId },
      ),
  }
}
