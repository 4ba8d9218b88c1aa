import { createPrivateKey, type KeyObject, timingSafeEqual, X509Certificate } from 'node:crypto'
import { Pkcs12Refused } from '../errors.ts'
import {
  type Asn1,
  DerUnexpected,
  fromDer,
  readInteger,
  readOctets,
  readOid,
  readSequence,
  readSet,
  readTagged,
  readTaggedOctets,
} from './der.ts'
import { checkWork, decryptPbes2, type Encrypted, pbes2Oid } from './pbes2.ts'
import { pkcs12Mac } from './pkcs12-key.ts'
import { decryptLegacy, isLegacyEncryption } from './pkcs12-legacy.ts'
import { oids } from './pkcs12-oids.ts'
import { pkcs12Refused } from './pkcs12-refused.ts'

/** A CA's key and its whole chain need a few KiB. */
export const maxPkcs12Bytes = 256 * 1024
const maxCertificates = 32

export interface Pkcs12Secrets {
  /** Exactly as it was typed when the file was made. */
  readonly password: string
  /** Opens files protected by 3DES, RC2-40 and SHA-1, which no longer protect. */
  readonly allowLegacy: boolean
}

/** What a file holds, in its order. A friend of the key has the same `localKeyId`. */
export interface Pkcs12Contents {
  readonly key: { readonly privateKey: KeyObject; readonly localKeyId: string | null }
  readonly certificates: readonly { readonly der: Buffer; readonly localKeyId: string | null }[]
}

/**
 * Opens a PKCS#12 file (RFC 7292) with one private key. Nothing is deciphered before the MAC is
 * found right, and nothing is derived more often than an honest file asks for.
 *
 * @throws Pkcs12Refused whatever the file holds; `facts.problem` says why
 */
export async function readPkcs12(file: Buffer, secrets: Pkcs12Secrets): Promise<Pkcs12Contents> {
  if (file.length > maxPkcs12Bytes) throw pkcs12Refused('too-large')
  if (secrets.password === '') throw pkcs12Refused('password-unusable')
  try {
    const [version, contentInfo, macData] = readSequence(fromDer(file))
    if (readInteger(version) !== 3) throw pkcs12Refused('malformed')
    const contents = readData(contentInfo)
    checkMac(contents, macData, secrets)
    return await readBags(await openSafes(contents, secrets), secrets)
  } catch (error) {
    if (error instanceof Pkcs12Refused) throw error
    if (error instanceof DerUnexpected) throw pkcs12Refused('malformed')
    throw error
  }
}

function checkMac(contents: Buffer, macData: Asn1 | undefined, secrets: Pkcs12Secrets): void {
  if (macData === undefined) throw pkcs12Refused('mac-missing')
  const [digestInfo, salt, count] = readSequence(macData)
  const [algorithm, digest] = readSequence(digestInfo)
  const hash = macHash(readOid(readSequence(algorithm)[0]), secrets)
  const work = {
    salt: readOctets(salt),
    // DEFAULT 1 (RFC 7292 §4)
    iterations: count === undefined ? 1 : readInteger(count),
  }
  checkWork(work)
  const [received, expected] = [
    readOctets(digest),
    pkcs12Mac(contents, secrets.password, { hash, ...work }),
  ]
  if (received.length !== expected.length || !timingSafeEqual(received, expected)) {
    throw pkcs12Refused('wrong-password')
  }
}

function macHash(algorithmOid: string, { allowLegacy }: Pkcs12Secrets): string {
  if (algorithmOid === oids.sha256) return 'sha256'
  if (algorithmOid === oids.sha384) return 'sha384'
  if (algorithmOid === oids.sha512) return 'sha512'
  if (algorithmOid !== oids.sha1) throw pkcs12Refused('algorithm-unsupported')
  if (!allowLegacy) throw pkcs12Refused('legacy-algorithm')
  return 'sha1'
}

/** AuthenticatedSafe: every part either in the open or under the password (RFC 7292 §4.1). */
async function openSafes(contents: Buffer, secrets: Pkcs12Secrets): Promise<Asn1[]> {
  const bags: Asn1[] = []
  for (const safe of readSequence(fromDer(contents))) {
    bags.push(...readSequence(fromDer(await openSafe(safe, secrets))))
  }
  return bags
}

async function openSafe(safe: Asn1, secrets: Pkcs12Secrets): Promise<Buffer> {
  const [type, content] = readSequence(safe)
  if (readOid(type) !== oids.encryptedData) return readData(safe)
  // EncryptedData and EncryptedContentInfo (RFC 2315 §13 and §10.1)
  const [, encryptedContentInfo] = readSequence(readTagged(content, 0))
  const [, algorithm, bytes] = readSequence(encryptedContentInfo)
  if (algorithm === undefined) throw pkcs12Refused('malformed')
  return decrypt({ algorithm, bytes: readTaggedOctets(bytes, 0) }, secrets)
}

function readData(contentInfo: Asn1 | undefined): Buffer {
  const [type, content] = readSequence(contentInfo)
  if (readOid(type) !== oids.data) throw pkcs12Refused('algorithm-unsupported')
  return readOctets(readTagged(content, 0))
}

async function decrypt(encrypted: Encrypted, secrets: Pkcs12Secrets): Promise<Buffer> {
  const algorithmOid = readOid(readSequence(encrypted.algorithm)[0])
  if (algorithmOid === pbes2Oid) {
    return decryptPbes2(encrypted, Buffer.from(secrets.password), secrets)
  }
  if (!isLegacyEncryption(algorithmOid)) throw pkcs12Refused('algorithm-unsupported')
  if (!secrets.allowLegacy) throw pkcs12Refused('legacy-algorithm')
  return decryptLegacy(encrypted, secrets.password, algorithmOid)
}

async function readBags(bags: Asn1[], secrets: Pkcs12Secrets): Promise<Pkcs12Contents> {
  const ofType = (type: string) => bags.filter((bag) => readOid(readSequence(bag)[0]) === type)
  const [keyBag, ...otherKeys] = ofType(oids.shroudedKeyBag)
  // A key without a password of its own around it: nobody writes that for a CA.
  if (ofType(oids.keyBag).length > 0) throw pkcs12Refused('algorithm-unsupported')
  if (keyBag === undefined) throw pkcs12Refused('no-key')
  if (otherKeys.length > 0) throw pkcs12Refused('several-keys')
  const certificateBags = ofType(oids.certificateBag)
  if (certificateBags.length > maxCertificates) throw pkcs12Refused('too-large')
  return {
    key: { privateKey: await readKey(keyBag, secrets), localKeyId: localKeyIdOf(keyBag) },
    certificates: certificateBags.map((bag) => {
      return { der: readCertificate(bag), localKeyId: localKeyIdOf(bag) }
    }),
  }
}

async function readKey(bag: Asn1, secrets: Pkcs12Secrets): Promise<KeyObject> {
  const [algorithm, bytes] = readSequence(readTagged(readSequence(bag)[1], 0))
  if (algorithm === undefined) throw pkcs12Refused('malformed')
  const pkcs8 = await decrypt({ algorithm, bytes: readOctets(bytes) }, secrets)
  try {
    return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  } catch {
    throw pkcs12Refused('key-unsupported')
  } finally {
    pkcs8.fill(0)
  }
}

function readCertificate(bag: Asn1): Buffer {
  const [type, value] = readSequence(readTagged(readSequence(bag)[1], 0))
  if (readOid(type) !== oids.x509Certificate) throw pkcs12Refused('malformed')
  try {
    return new X509Certificate(readOctets(readTagged(value, 0))).raw
  } catch {
    throw pkcs12Refused('malformed')
  }
}

function localKeyIdOf(bag: Asn1): string | null {
  const [, , attributes] = readSequence(bag)
  if (attributes === undefined) return null
  for (const attribute of readSet(attributes)) {
    const [type, values] = readSequence(attribute)
    if (readOid(type) === oids.localKeyId) return readOctets(readSet(values)[0]).toString('hex')
  }
  return null
}
