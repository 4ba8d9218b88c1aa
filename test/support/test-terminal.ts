import { generateKeyPairSync, randomBytes, randomUUID, sign, type KeyObject } from 'node:crypto'
import type { Terminal } from '../../src/terminals/terminal.ts'

/** A terminal with its private key: it signs as an agent would, and also as none should. */
export interface TestTerminal {
  readonly terminal: Terminal & { readonly publicKey: Buffer }
  readonly privateKey: KeyObject
}

export function createTestTerminal(options: Partial<Terminal> = {}): TestTerminal {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const id = options.id ?? randomUUID()
  const terminal = {
    name: `Quầy ${randomBytes(3).toString('hex')}`,
    mode: 'managed',
    state: 'active',
    agencyId: null,
    isDesk: false,
    ...options,
    id,
    publicKey: publicKey.export({ format: 'der', type: 'spki' }),
  } as const
  return { terminal, privateKey }
}

export interface JwsOptions {
  readonly key: KeyObject
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

/** A compact JWS, written apart from what reads it; header and claims may be anything. */
export function signJws({ key, header, claims }: JwsOptions): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part(header)}.${part(claims)}`
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' })
  return `${signed}.${signature.toString('base64url')}`
}

/** The answer to a hello, good unless bent. */
export function signHello(
  { terminal, privateKey }: TestTerminal,
  claims: { readonly nonce: string; readonly aud: string },
  header: Readonly<Record<string, unknown>> = {},
): string {
  return signJws({
    key: privateKey,
    header: { alg: 'ES256', kid: terminal.id, typ: 'ecard-terminal-hello+jwt', ...header },
    claims: { iat: 1_795_000_000, ...claims },
  })
}

/** The co-signature over a card's answer, good unless bent. */
export function witness(
  { terminal, privateKey }: TestTerminal,
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
): string {
  return signJws({
    key: privateKey,
    header: { alg: 'ES256', kid: terminal.id, typ: 'ecard-terminal-signature+jwt', ...header },
    claims: { iat: 1_795_000_000, ...claims },
  })
}
