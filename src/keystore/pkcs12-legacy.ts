import forge from 'node-forge'
import { readInteger, readOctets, readSequence } from './der.ts'
import { checkWork, decipher, type Encrypted } from './pbes2.ts'
import { derivePkcs12Key, keyPurpose } from './pkcs12-key.ts'
import { pkcs12Refused } from './pkcs12-refused.ts'

/** What Windows and OpenSSL before 3 write (RFC 7292 appendix C); both ciphers are broken. */
const legacyKeyBytes: Readonly<Record<string, number>> = {
  '1.2.840.113549.1.12.1.3': 24, // pbeWithSHAAnd3-KeyTripleDES-CBC
  '1.2.840.113549.1.12.1.6': 5, // pbeWithSHAAnd40BitRC2-CBC
}

export function isLegacyEncryption(algorithmOid: string): boolean {
  return algorithmOid in legacyKeyBytes
}

/** @throws Pkcs12Refused `too-many-iterations`, `wrong-password` */
export function decryptLegacy(
  { algorithm, bytes }: Encrypted,
  password: string,
  algorithmOid: string,
): Buffer {
  const [salt, count] = readSequence(readSequence(algorithm)[1])
  const work = { salt: readOctets(salt), iterations: readInteger(count) }
  checkWork(work)
  const keyBytes = legacyKeyBytes[algorithmOid] ?? 0
  const shared = { hash: 'sha1', ...work }
  const key = derivePkcs12Key(password, {
    ...shared,
    purpose: keyPurpose.encryption,
    bytes: keyBytes,
  })
  const iv = derivePkcs12Key(password, { ...shared, purpose: keyPurpose.iv, bytes: 8 })
  if (keyBytes === 24) return decipher(bytes, { cipher: 'des-ede3-cbc', key, iv })
  return decryptRc2(bytes, key, iv)
}

/** OpenSSL 3 leaves RC2 to a provider that Node.js does not load. */
function decryptRc2(bytes: Buffer, key: Buffer, iv: Buffer): Buffer {
  const cipher = forge.rc2.createDecryptionCipher(key.toString('latin1'), key.length * 8)
  cipher.start(iv.toString('latin1'))
  cipher.update(forge.util.createBuffer(bytes.toString('latin1')))
  if (bytes.length % 8 !== 0 || !cipher.finish()) throw pkcs12Refused('wrong-password')
  return Buffer.from(cipher.output.getBytes(), 'latin1')
}
