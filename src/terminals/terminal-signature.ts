import { timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { AppError, type Facts } from '../errors.ts'
import type { SignInSlot } from '../holders/card-kind.ts'
import { keyOfTerminal, readTerminalJws, type TerminalJwsType } from './terminal-jws.ts'
import type { TerminalStanding } from './terminal.ts'

export type TerminalSignatureFault =
  'terminal-signature-missing' | 'terminal-signature-wrong' | 'origin-mismatch'

/** A terminal's signature does not say what it has to. */
export class TerminalSignatureRefused extends AppError {
  readonly code = 'TERMINAL_SIGNATURE_REFUSED'
  readonly reason: TerminalSignatureFault

  constructor(reason: TerminalSignatureFault, facts: Facts = {}) {
    super(`terminal signature refused: ${reason}`, facts)
    this.reason = reason
  }
}

// `iat` is asked for as the record of when the terminal thinks it signed. It is not compared:
// what makes a signature fresh is our nonce, and a kiosk with a wrong clock still has to work.
const helloPayload = z.object({ aud: z.string(), nonce: z.string(), iat: z.number() })

const signaturePayload = helloPayload.extend({ cardUuid: z.string(), keySlot: z.string() })

/**
 * Checks the answer to our `hello`: signed by this terminal's key, for this issuer and this nonce.
 * Does not check the terminal's state, nor that the nonce is used once: the connection does.
 *
 * @throws TerminalSignatureRefused
 */
export function checkTerminalHello(
  terminal: TerminalStanding,
  proof: string,
  expected: { readonly issuer: string; readonly nonce: string },
): void {
  const claims = readClaims(terminal, proof, 'ecard-terminal-hello+jwt')
  const { data } = helloPayload.safeParse(claims)
  if (data === undefined) throw refused('terminal-signature-wrong', terminal)
  if (data.aud !== expected.issuer) throw refused('origin-mismatch', terminal)
  if (!isEqual(data.nonce, expected.nonce)) throw refused('terminal-signature-wrong', terminal)
}

/** What a terminal vouches for when it hands in a card's answer. */
export interface ExpectedTerminalSignature {
  /** The origin that the card must have signed, which is also whom the terminal must address. */
  readonly origin: string
  readonly nonce: string
  readonly cardUuid: string
  readonly keySlot: SignInSlot
}

/**
 * Checks the terminal's co-signature over one answer of one card: that this answer was given at
 * this terminal, to our question. Does not check the terminal's state or mode.
 *
 * @throws TerminalSignatureRefused
 */
export function checkTerminalSignature(
  terminal: TerminalStanding,
  jws: string | undefined,
  expected: ExpectedTerminalSignature,
): void {
  if (jws === undefined) throw refused('terminal-signature-missing', terminal)
  const claims = readClaims(terminal, jws, 'ecard-terminal-signature+jwt')
  const { data } = signaturePayload.safeParse(claims)
  if (data === undefined) throw refused('terminal-signature-wrong', terminal)
  if (data.aud !== expected.origin) throw refused('origin-mismatch', terminal)
  const isAsExpected =
    isEqual(data.nonce, expected.nonce) &&
    data.cardUuid === expected.cardUuid &&
    data.keySlot === expected.keySlot
  if (!isAsExpected) throw refused('terminal-signature-wrong', terminal)
}

function readClaims(terminal: TerminalStanding, jws: string, typ: TerminalJwsType): unknown {
  const key = keyOfTerminal(terminal)
  return key === null ? null : readTerminalJws(jws, key, { kid: terminal.id, typ })
}

/** In constant time: the expected nonce is not to be learnt from how long a refusal takes. */
function isEqual(received: string, expected: string): boolean {
  const [one, other] = [Buffer.from(received), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}

function refused(
  reason: TerminalSignatureFault,
  terminal: TerminalStanding,
): TerminalSignatureRefused {
  return new TerminalSignatureRefused(reason, { terminalId: terminal.id })
}
