import { createCipheriv, createDecipheriv, pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import type { Random } from '../random.ts'
import {
  type Asn1,
  fromDer,
  integer,
  nothing,
  octets,
  oid,
  readInteger,
  readOctets,
  readOid,
  readSequence,
  sequence,
  toDer,
} from './der.ts'
import { pkcs12Refused } from './pkcs12-refused.ts'

const derive = promisify(pbkdf2)

export const pbes2Oid = '1.2.840.113549.1.5.13'
const pbkdf2Oid = '1.2.840.113549.1.5.12'
const aes256CbcOid = '2.16.840.1.101.3.4.1.42'
const hmacSha256Oid = '1.2.840.113549.2.9'

const hmacSha1Oid = '1.2.840.113549.2.7'

/** The pseudo-random functions of RFC 8018 appendix B.1 that we know. */
const hashes: Readonly<Record<string, string>> = {
  [hmacSha1Oid]: 'sha1',
  [hmacSha256Oid]: 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
}

const ciphers: Readonly<Record<string, { name: string; keyBytes: number }>> = {
  '2.16.840.1.101.3.4.1.2': { name: 'aes-128-cbc', keyBytes: 16 },
  '2.16.840.1.101.3.4.1.22': { name: 'aes-192-cbc', keyBytes: 24 },
  [aes256CbcOid]: { name: 'aes-256-cbc', keyBytes: 32 },
}

/** How often what we write is hashed: a guess at a passphrase costs tens of milliseconds. */
export const iterationsWritten = 200_000
/** More than this we do not do for a file from outside: about a second. */
export const maxIterations = 1_000_000
const maxSaltBytes = 1024

export interface Encrypted {
  /** AlgorithmIdentifier */
  readonly algorithm: Asn1
  readonly bytes: Buffer
}

/** PBES2 with AES-256-CBC and PBKDF2-HMAC-SHA-256 (RFC 8018 §6.2). */
export async function encryptPbes2(
  data: Buffer,
  secret: Buffer,
  { random }: { random: Random },
): Promise<Encrypted> {
  const salt = random.bytes(16)
  const iv = random.bytes(16)
  const key = await derive(secret, salt, iterationsWritten, 32, 'sha256')
  const cipher = createCipheriv('aes-256-cbc', key, iv)
  const derivation = sequence(
    octets(salt),
    integer(iterationsWritten),
    sequence(oid(hmacSha256Oid), nothing()),
  )
  const parameters = sequence(
    sequence(oid(pbkdf2Oid), derivation),
    sequence(oid(aes256CbcOid), octets(iv)),
  )
  return {
    algorithm: sequence(oid(pbes2Oid), parameters),
    bytes: Buffer.concat([cipher.update(data), cipher.final()]),
  }
}

/** EncryptedPrivateKeyInfo (RFC 5958 §3), DER. */
export async function encryptPkcs8(
  pkcs8: Buffer,
  secret: Buffer,
  options: { random: Random },
): Promise<Buffer> {
  const { algorithm, bytes } = await encryptPbes2(pkcs8, secret, options)
  return toDer(sequence(algorithm, octets(bytes)))
}

/**
 * @param secret - for PBES2 in PKCS#12 files: the password as UTF-8
 * @param allowLegacy - opens what was derived with SHA-1 too
 * @throws Pkcs12Refused `legacy-algorithm`, `algorithm-unsupported`, `too-many-iterations`,
 *   `wrong-password`
 * @throws DerUnexpected
 */
export async function decryptPbes2(
  encrypted: Encrypted,
  secret: Buffer,
  { allowLegacy }: { allowLegacy: boolean },
): Promise<Buffer> {
  const [, parameters] = readSequence(encrypted.algorithm)
  const [derivation, encryption] = readSequence(parameters)
  const [cipherOid, iv] = readSequence(encryption)
  const cipher = ciphers[readOid(cipherOid)]
  if (cipher === undefined) throw pkcs12Refused('algorithm-unsupported')
  const { salt, iterations, hash } = readDerivation(derivation)
  if (hash === 'sha1' && !allowLegacy) throw pkcs12Refused('legacy-algorithm')
  const key = await derive(secret, salt, iterations, cipher.keyBytes, hash)
  return decipher(encrypted.bytes, { cipher: cipher.name, key, iv: readOctets(iv) })
}

/** @throws Pkcs12Refused `wrong-password` when what comes out has no end as CBC wants it */
export function decipher(
  bytes: Buffer,
  { cipher, key, iv }: { cipher: string; key: Buffer; iv: Buffer },
): Buffer {
  try {
    const decipherer = createDecipheriv(cipher, key, iv)
    return Buffer.concat([decipherer.update(bytes), decipherer.final()])
  } catch {
    throw pkcs12Refused('wrong-password')
  }
}

/** @throws Pkcs12Refused for more work than an honest file asks for */
export function checkWork({ salt, iterations }: { salt: Buffer; iterations: number }): void {
  if (iterations > maxIterations) throw pkcs12Refused('too-many-iterations')
  if (iterations < 1 || salt.length > maxSaltBytes) throw pkcs12Refused('malformed')
}

/** Reads EncryptedPrivateKeyInfo. */
export function readEncryptedPkcs8(der: Buffer): Encrypted {
  const [algorithm, bytes] = readSequence(fromDer(der))
  return { algorithm: algorithm ?? nothing(), bytes: readOctets(bytes) }
}

interface Derivation {
  readonly salt: Buffer
  readonly iterations: number
  readonly hash: string
}

/** PBKDF2-params (RFC 8018 appendix A.2): a key length may follow; the default hash is SHA-1. */
function readDerivation(value: Asn1 | undefined): Derivation {
  const [method, parameters] = readSequence(value)
  if (readOid(method) !== pbkdf2Oid) throw pkcs12Refused('algorithm-unsupported')
  const [salt, iterations, ...others] = readSequence(parameters)
  const read = { salt: readOctets(salt), iterations: readInteger(iterations) }
  checkWork(read)
  const prf = others.find((other) => Array.isArray(other.value))
  const hash = hashes[prf === undefined ? hmacSha1Oid : readOid(readSequence(prf)[0])]
  if (hash === undefined) throw pkcs12Refused('algorithm-unsupported')
  return { ...read, hash }
}
