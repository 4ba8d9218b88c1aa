import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KeyAlgorithm } from '../../src/keystore/keystore.ts'

const newKey: Readonly<Record<KeyAlgorithm, readonly string[]>> = {
  'P-256': ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  'P-384': ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  'RSA-2048': ['rsa:2048'],
  'RSA-3072': ['rsa:3072'],
}

export interface SigningRequestOptions {
  readonly algorithm?: KeyAlgorithm
  readonly dnsNames?: readonly string[]
  /** More arguments for `openssl req`. */
  readonly extra?: readonly string[]
}

/** A PKCS #10 request as OpenSSL makes it: DER, and its key as SubjectPublicKeyInfo. */
export function makeSigningRequest(options: SigningRequestOptions = {}): {
  der: Buffer
  pem: Buffer
  publicKey: Buffer
} {
  const { algorithm = 'P-256', dnsNames = [], extra = [] } = options
  const folder = mkdtempSync(join(tmpdir(), 'ecard-csr-'))
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] })
  const names = dnsNames.map((name) => `DNS:${name}`).join(',')
  try {
    openssl(
      ...['req', '-new', '-newkey', ...newKey[algorithm], '-nodes', '-keyout', 'key'],
      ...['-subj', '/C=XX/CN=Somebody else', '-outform', 'DER', '-out', 'csr.der'],
      ...(names === '' ? [] : ['-addext', `subjectAltName=${names}`]),
      ...extra,
    )
    return {
      der: readFileSync(join(folder, 'csr.der')),
      pem: openssl('req', '-inform', 'DER', '-in', 'csr.der'),
      publicKey: openssl('pkey', '-in', 'key', '-pubout', '-outform', 'DER'),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
