import { createHash } from 'node:crypto'
import type { Random } from '../random.ts'
import {
  type Asn1,
  bmpString,
  fromDer,
  integer,
  nothing,
  octets,
  oid,
  sequence,
  setOf,
  tagged,
  taggedOctets,
  toDer,
} from './der.ts'
import { encryptPbes2, iterationsWritten } from './pbes2.ts'
import { pkcs12Mac } from './pkcs12-key.ts'
import { oids } from './pkcs12-oids.ts'

export interface Pkcs12Parts {
  /** EncryptedPrivateKeyInfo under the same password, DER. */
  readonly encryptedKey: Buffer
  /** The key's own first. */
  readonly certificates: readonly Buffer[]
  readonly friendlyName: string
}

interface Sealing {
  readonly password: string
  readonly random: Random
}

/** A PKCS#12 file (RFC 7292): everything under AES-256, and a MAC with SHA-256 around it. */
export async function writePkcs12(parts: Pkcs12Parts, sealing: Sealing): Promise<Buffer> {
  const safes = [
    await encryptedSafe(sequence(...certificateBags(parts)), sealing),
    plainSafe(sequence(keyBag(parts))),
  ]
  return sealPkcs12(toDer(sequence(...safes)), sealing)
}

/** PFX: the contents, and a MAC over them. */
function sealPkcs12(contents: Buffer, { password, random }: Sealing): Buffer {
  const work = { salt: random.bytes(16), iterations: iterationsWritten }
  const digest = pkcs12Mac(contents, password, { hash: 'sha256', ...work })
  const macData = sequence(
    sequence(sequence(oid(oids.sha256), nothing()), octets(digest)),
    octets(work.salt),
    integer(work.iterations),
  )
  return toDer(sequence(integer(3), data(contents), macData))
}

async function encryptedSafe(bags: Asn1, sealing: Sealing): Promise<Asn1> {
  // PBES2 takes the password as UTF-8, unlike everything else in the file (RFC 8018 §3).
  const secret = Buffer.from(sealing.password)
  const { algorithm, bytes } = await encryptPbes2(toDer(bags), secret, sealing)
  const content = sequence(oid(oids.data), algorithm, taggedOctets(0, bytes))
  return sequence(oid(oids.encryptedData), tagged(0, sequence(integer(0), content)))
}

/** The key is under a password of its own in it (RFC 7292 §4.2.2). */
function plainSafe(bags: Asn1): Asn1 {
  return data(toDer(bags))
}

function data(contents: Buffer): Asn1 {
  return sequence(oid(oids.data), tagged(0, octets(contents)))
}

function certificateBags(parts: Pkcs12Parts): Asn1[] {
  return parts.certificates.map((certificate, at) => {
    const value = sequence(oid(oids.x509Certificate), tagged(0, octets(certificate)))
    return bag(oids.certificateBag, value, at === 0 ? attributes(parts) : null)
  })
}

function keyBag(parts: Pkcs12Parts): Asn1 {
  return bag(oids.shroudedKeyBag, fromDer(parts.encryptedKey), attributes(parts))
}

function bag(type: string, value: Asn1, attributeSet: Asn1 | null): Asn1 {
  const start = [oid(type), tagged(0, value)]
  return attributeSet === null ? sequence(...start) : sequence(...start, attributeSet)
}

/** By `localKeyId` a reader finds the certificate that belongs to the key. */
function attributes({ certificates, friendlyName }: Pkcs12Parts): Asn1 {
  const localKeyId = createHash('sha256')
    .update(certificates[0] ?? '')
    .digest()
  return setOf(
    sequence(oid(oids.friendlyName), setOf(bmpString(friendlyName))),
    sequence(oid(oids.localKeyId), setOf(octets(localKeyId))),
  )
}
