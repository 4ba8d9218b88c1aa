import { createCipheriv, pbkdf2Sync } from 'node:crypto'
import {
  type Asn1,
  integer,
  nothing,
  octets,
  oid,
  sequence,
  tagged,
  toDer,
} from '../../src/keystore/der.ts'
import { pbes2Oid } from '../../src/keystore/pbes2.ts'
import { pkcs12Mac } from '../../src/keystore/pkcs12-key.ts'
import { oids } from '../../src/keystore/pkcs12-oids.ts'

const salt = Buffer.alloc(8, 1)
const iv = Buffer.alloc(16, 2)

interface TestPkcs12 {
  /** PKCS#8, or what a stranger takes for it. */
  readonly keys: readonly Buffer[]
  readonly certificates: readonly Buffer[]
  readonly password: string
  /** What the file says about the derivation of the keys' key; that itself has one round. */
  readonly claimedIterations?: number
}

/** A PKCS#12 file with the weakest protection that there is: it is made and opened in no time. */
export function testPkcs12(parts: TestPkcs12): Buffer {
  return sealTestContents(testContents(testBags(parts)), parts.password)
}

/** SafeContents, DER. */
export function testBags(parts: TestPkcs12): Buffer {
  return toDer(
    sequence(
      ...parts.keys.map((key) => bag(oids.shroudedKeyBag, shrouded(key, parts))),
      ...parts.certificates.map((certificate) => {
        const value = sequence(oid(oids.x509Certificate), tagged(0, octets(certificate)))
        return bag(oids.certificateBag, value)
      }),
    ),
  )
}

/** AuthenticatedSafe with one part, in the open. */
export function testContents(bags: Buffer): Buffer {
  return toDer(sequence(data(bags)))
}

/** PFX, with a MAC that is right for whatever it holds. */
export function sealTestContents(contents: Buffer, password: string): Buffer {
  const digest = pkcs12Mac(contents, password, { hash: 'sha256', salt, iterations: 1 })
  const algorithm = sequence(oid(oids.sha256), nothing())
  const macData = sequence(sequence(algorithm, octets(digest)), octets(salt), integer(1))
  return toDer(sequence(integer(3), data(contents), macData))
}

function data(contents: Buffer): Asn1 {
  return sequence(oid(oids.data), tagged(0, octets(contents)))
}

function bag(type: string, value: Asn1): Asn1 {
  return sequence(oid(type), tagged(0, value))
}

function shrouded(pkcs8: Buffer, { password, claimedIterations = 1 }: TestPkcs12): Asn1 {
  const key = pbkdf2Sync(password, salt, 1, 32, 'sha256')
  const cipher = createCipheriv('aes-256-cbc', key, iv)
  const prf = sequence(oid('1.2.840.113549.2.9'), nothing())
  const derivation = sequence(octets(salt), integer(claimedIterations), prf)
  const parameters = sequence(
    sequence(oid('1.2.840.113549.1.5.12'), derivation),
    sequence(oid('2.16.840.1.101.3.4.1.42'), octets(iv)),
  )
  const encrypted = Buffer.concat([cipher.update(pkcs8), cipher.final()])
  return sequence(sequence(oid(pbes2Oid), parameters), octets(encrypted))
}
