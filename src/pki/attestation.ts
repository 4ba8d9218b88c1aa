import { timingSafeEqual, X509Certificate } from 'node:crypto'
import type { KeySlot } from '../holders/card-kind.ts'
import { AppError } from '../errors.ts'
import { contentOf, derTags, readObjectIdentifier, readOnly, readValues } from './der.ts'

/** What a chip said of a key does not hold; `facts.fault` says what. */
export class AttestationRefused extends AppError {
  readonly code = 'CARD_FAULT'

  constructor(fault: string, cause?: unknown) {
    super(`attestation refused: ${fault}`, { fault }, cause)
  }
}

export interface AttestationGiven {
  /** The chip's certificate about the key, and the certificate of the key that signed it; DER. */
  readonly der: Buffer
  readonly issuerDer: Buffer
  /** Of the chips' makers, DER. */
  readonly roots: readonly Buffer[]
  readonly at: Date
}

export interface AttestationExpected {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer
  readonly slot: KeySlot
  readonly pinPolicy: 'never' | 'once' | 'always'
}

/** Yubico's extensions (PIV attestation): firmware, serial number, PIN and touch policy. */
const extensions = {
  firmware: '1.3.6.1.4.1.41482.3.3',
  serial: '1.3.6.1.4.1.41482.3.7',
  policy: '1.3.6.1.4.1.41482.3.8',
} as const

const pinPolicyOctets = { never: 1, once: 2, always: 3 } as const

/**
 * Checks that a chip of a maker whom we believe made the key, in that slot and with that PIN
 * policy: signatures up to a root, the dates of root and issuer, the key, the slot in the name, the
 * policy.
 *
 * @throws AttestationRefused
 */
export function checkAttestation(
  { der, issuerDer, roots, at }: AttestationGiven,
  expected: AttestationExpected,
): { chipSerial: string | null; firmware: string } {
  const [leaf, issuer] = [read(der), read(issuerDer)]
  const root = roots.map(read).find((one) => issuer.checkIssued(one))
  if (root === undefined) throw new AttestationRefused('maker-unknown')
  const isChained = leaf.checkIssued(issuer) && leaf.verify(issuer.publicKey)
  if (!issuer.verify(root.publicKey) || !isChained) {
    throw new AttestationRefused('signature-wrong')
  }
  if (![issuer, root].every((one) => isValidAt(one, at)))
    throw new AttestationRefused('out-of-date')
  const key = leaf.publicKey.export({ format: 'der', type: 'spki' })
  const isSame =
    key.length === expected.publicKey.length && timingSafeEqual(key, expected.publicKey)
  if (!isSame) throw new AttestationRefused('another-key')
  if (!leaf.subject.toUpperCase().includes(`ATTESTATION ${expected.slot}`)) {
    throw new AttestationRefused('another-slot')
  }
  const said = readExtensions(der)
  const [pinPolicy] = said.get(extensions.policy) ?? []
  if (pinPolicy !== pinPolicyOctets[expected.pinPolicy]) {
    throw new AttestationRefused('another-pin-policy')
  }
  const firmware = said.get(extensions.firmware)
  if (firmware?.length !== 3) throw new AttestationRefused('no-firmware')
  return { chipSerial: serialOf(said.get(extensions.serial)), firmware: [...firmware].join('.') }
}

function read(der: Buffer): X509Certificate {
  try {
    return new X509Certificate(der)
  } catch (cause) {
    throw new AttestationRefused('unreadable', cause)
  }
}

function isValidAt({ validFrom, validTo }: X509Certificate, at: Date): boolean {
  return Date.parse(validFrom) <= at.getTime() && at.getTime() <= Date.parse(validTo)
}

function serialOf(value: Buffer | undefined): string | null {
  return value === undefined
    ? null
    : BigInt(`0x${readOnly(value, derTags.integer).toString('hex')}`).toString()
}

const extensionsTag = 0xa3

/** The values of the extensions by their identifiers. */
function readExtensions(der: Buffer): Map<string, Buffer> {
  try {
    const [tbs] = readValues(readOnly(der, derTags.sequence))
    const fields = readValues(contentOf(tbs, derTags.sequence))
    const list = contentOf(
      fields.find(({ tag }) => tag === extensionsTag),
      extensionsTag,
    )
    return new Map(
      readValues(readOnly(list, derTags.sequence)).map(({ content }) => {
        const parts = readValues(content)
        const id = readObjectIdentifier(contentOf(parts[0], derTags.objectIdentifier))
        return [id, contentOf(parts.at(-1), derTags.octetString)] as const
      }),
    )
  } catch (cause) {
    throw new AttestationRefused('unreadable', cause)
  }
}
