/** Attestation as a YubiKey does it: key F9 vouches for keys that were made on the card. */
import { createHash, createPublicKey, sign } from 'node:crypto'
import type { StoredKey } from './card-state.ts'
import { curveOf } from './key-pair.ts'
import type { CommandApdu } from './command-apdu.ts'
import { build, takeFirst, unwrap } from './card-tlv.ts'
import { done, Refusal, status, type Reply } from './reply.ts'
import type { CardContext } from './session.ts'

/** The chip maker's: they stay when the card is made blank. */
export const attestationKey = 'f9'
export const attestationCertificate = '5fff01'

/** ATTEST: the slot in P1. A card of which no maker has put a key into F9 does not know it. */
export function attest(card: CardContext, { p1, p2 }: CommandApdu): Reply {
  const issuer = card.state.keys[attestationKey]
  const object = card.state.objects[attestationCertificate]
  if (issuer === undefined || object === undefined) throw new Refusal(status.unknownInstruction)
  if (p2 !== 0x00) throw new Refusal(status.wrongParameters)
  const slot = p1.toString(16).padStart(2, '0')
  const key = card.state.keys[slot]
  if (key === undefined) throw new Refusal(status.referenceNotFound)
  if (key.origin !== 'generated') throw new Refusal(status.conditionsNotSatisfied)
  const issuerDer = takeFirst(unwrap(Buffer.from(object, 'base64'), 0x53)).value
  return done(certify(card, { key, slot, issuer, issuerDer }))
}

interface Attested {
  readonly key: StoredKey
  readonly slot: string
  readonly issuer: StoredKey
  readonly issuerDer: Buffer
}

/** Object identifiers, encoded: ECDSA with SHA-256, RSA with SHA-256, common name. */
const ecdsaSha256 = build('30', Buffer.from('06082a8648ce3d040302', 'hex'))
const rsaSha256 = build('30', Buffer.from('06092a864886f70d01010b0500', 'hex'))
const commonName = Buffer.from('0603550403', 'hex')

/** A certificate of version 3 with Yubico's extensions: firmware, serial number, policies. */
function certify(card: CardContext, { key, slot, issuer, issuerDer }: Attested): Buffer {
  const algorithm = curveOf(issuer.algorithm) === null ? rsaSha256 : ecdsaSha256
  const spki = createPublicKey(key.privateKey).export({ format: 'der', type: 'spki' })
  const { version } = card.state.behaviour
  const serial = Buffer.alloc(5)
  serial.writeUInt32BE(card.state.serialNumber, 1)
  const extensions = [
    extension(3, Buffer.from(version, 'hex')),
    extension(7, build('02', shortest(serial))),
    extension(8, Buffer.of(key.pinPolicy, key.touchPolicy)),
  ]
  const tbs = build(
    '30',
    build('a0', build('02', Buffer.of(2))),
    build('02', Buffer.of(1), createHash('sha256').update(spki).digest().subarray(0, 15)),
    algorithm,
    subjectOf(issuerDer),
    build(
      '30',
      build('17', Buffer.from('160314000000Z')),
      build('18', Buffer.from('20520417000000Z')),
    ),
    name(`YubiKey PIV Attestation ${slot}`),
    spki,
    build('a3', build('30', ...extensions)),
  )
  const signature = sign('sha256', tbs, issuer.privateKey)
  return build('30', tbs, algorithm, build('03', Buffer.of(0), signature))
}

/** Below 1.3.6.1.4.1.41482.3. */
function extension(number: number, value: Buffer): Buffer {
  const id = Buffer.concat([Buffer.from('060a2b0601040182c40a03', 'hex'), Buffer.of(number)])
  return build('30', id, build('04', value))
}

function name(text: string): Buffer {
  return build('30', build('31', build('30', commonName, build('0c', Buffer.from(text)))))
}

function shortest(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte, at) => byte !== 0 || (bytes[at + 1] ?? 0x80) >= 0x80)
  return bytes.subarray(Math.max(start, 0))
}

/** The subject of the maker's certificate, as it is encoded there. */
function subjectOf(der: Buffer): Buffer {
  let rest = takeFirst(takeFirst(der).value).value
  // Version, serial number, algorithm, issuer, validity.
  for (let skipped = 0; skipped < 5; skipped++) rest = takeFirst(rest).rest
  return build('30', takeFirst(rest).value)
}
