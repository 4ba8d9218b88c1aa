import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Random } from '../random.ts'
import { readText, unavailable, writeOnce, type KeyFile } from './key-file.ts'
import type { SecretKey } from './keystore.ts'
import { decryptPbes2, encryptPkcs8, readEncryptedPkcs8 } from './pbes2.ts'

const secretBytes = 32
const label = 'ENCRYPTED SECRET'

/**
 * Makes a secret and writes it, encrypted as private keys are, so that a crash leaves either no
 * file or a whole one.
 *
 * @throws Duplicate when the file is there
 */
export async function makeSecretFile(
  file: KeyFile,
  { temporaryPath, random }: { temporaryPath: string; random: Random },
): Promise<SecretKey> {
  const secret = random.bytes(secretBytes)
  // A wrong passphrase decrypts to nonsense now and then: the checksum tells.
  const checked = Buffer.concat([secret, checksum(secret)])
  try {
    const der = await encryptPkcs8(checked, file.passphrase, { random })
    await writeOnce(file, toPem(der), { temporaryPath })
  } finally {
    checked.fill(0)
  }
  return secretKey(file.name, secret)
}

/** @throws KeystoreUnavailable `key-missing`, `key-file-unreadable`, `wrong-passphrase` */
export async function readSecretFile(file: KeyFile): Promise<SecretKey> {
  const pem = await readText(file)
  try {
    const encrypted = readEncryptedPkcs8(fromPem(pem))
    const checked = await decryptPbes2(encrypted, file.passphrase, { allowLegacy: false })
    const secret = Buffer.from(checked.subarray(0, secretBytes))
    const isWhole = timingSafeEqual(checked.subarray(secretBytes), checksum(secret))
    checked.fill(0)
    if (!isWhole) throw new Error('the checksum differs')
    return secretKey(file.name, secret)
  } catch (cause) {
    const advice = 'give the passphrase the keystore was made with, or restore the altered file'
    const message = `${file.path} does not open: ${advice}`
    throw unavailable(message, { file, problem: 'wrong-passphrase', cause })
  }
}

function secretKey(name: string, secret: Buffer): SecretKey {
  return {
    name,
    hmac: (data) => Promise.resolve(createHmac('sha256', secret).update(data).digest()),
  }
}

function checksum(secret: Buffer): Buffer {
  return createHash('sha256').update('ecard-sso secret').update(secret).digest()
}

/** RFC 7468 §2 */
function toPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

function fromPem(pem: string): Buffer {
  const [, begin, body = ''] = /^-----BEGIN ([A-Z ]+)-----([\s\S]*)-----END/.exec(pem) ?? []
  if (begin !== label) throw new Error('not the file of a secret')
  return Buffer.from(body, 'base64')
}
