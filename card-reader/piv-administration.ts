/** What an issuing desk does to a card. Most of it wants the management key authenticated first. */
import { exchange, perform } from './apdu.ts'
import type { CardChannel } from './card-port.ts'
import { algorithmIds, keyReferences, readPublicKey } from './piv-keys.ts'
import type { KeyAlgorithm, KeySlot } from './piv-keys.ts'
import { containerTag, objectTags } from './piv-objects.ts'
import { performWithPins, type Pin } from './piv-pin.ts'
import { CardError, checkStatusWord } from './status-word.ts'
import { encodeTag, encodeTlv, findTlv, parseTlvs } from './tlv.ts'

const pinPolicyIds = { never: 1, once: 2, always: 3 } as const
export type PinPolicy = keyof typeof pinPolicyIds

/** What a slot has by itself (SP 800-73pt1-5 table 5): not said, since not every card knows the tag. */
const usualPinPolicies: Readonly<Record<KeySlot, PinPolicy>> = {
  '9A': 'once',
  '9C': 'always',
  '9D': 'once',
  '9E': 'never',
}

/**
 * Makes a new key pair in that slot, on the card; the old key is gone at once and its certificate
 * no longer fits. RSA may take tens of seconds.
 *
 * @returns the public key as SubjectPublicKeyInfo (DER)
 * @throws CardError `wrong-management-key` before authentication, `not-over-this-interface`,
 *   `bad-data` for an algorithm the card does not have
 */
export async function generateKey(
  channel: CardChannel,
  slot: KeySlot,
  options: { algorithm: KeyAlgorithm; pinPolicy?: PinPolicy },
): Promise<Buffer> {
  const algorithm = encodeTlv(0x80, Buffer.of(algorithmIds[options.algorithm]))
  const { pinPolicy = usualPinPolicies[slot] } = options
  const isUsual = pinPolicy === usualPinPolicies[slot]
  const policy = isUsual ? [] : [encodeTlv(0xaa, Buffer.of(pinPolicyIds[pinPolicy]))]
  const data = encodeTlv(0xac, algorithm, ...policy)
  const command = { ins: 0x47, p1: 0x00, p2: keyReferences[slot], data, expectsData: true }
  return readPublicKey(await perform(channel, command, 'write'), options.algorithm)
}

/**
 * Writes a whole data object; an empty `content` deletes it. A card pulled away during the last
 * block may hold the old or the new object, so read it back.
 *
 * @param content - what goes inside tag 53, or inside the object's own tag for discovery
 * @throws CardError `wrong-management-key` before authentication, `card-full`,
 *   `not-over-this-interface`
 */
export async function putData(
  channel: CardChannel,
  objectTag: number,
  content: Buffer,
): Promise<void> {
  const ownTag = objectTag === objectTags.discovery || objectTag === objectTags.biometricGroup
  const data = ownTag
    ? encodeTlv(objectTag, content)
    : Buffer.concat([encodeTlv(0x5c, encodeTag(objectTag)), encodeTlv(containerTag, content)])
  await perform(channel, { ins: 0xdb, p1: 0x3f, p2: 0xff, data, expectsData: false }, 'write')
}

/**
 * @throws CardError `pin-malformed` (nothing sent), `wrong-pin`, `pin-blocked`,
 *   `not-over-this-interface`
 */
export async function changePin(channel: CardChannel, pins: { old: Pin; new: Pin }): Promise<void> {
  const command = { ins: 0x24, reference: 0x80, pins: [pins.old, pins.new] } as const
  await performWithPins(channel, command, 'pin')
}

/**
 * @throws CardError `pin-malformed` (nothing sent), `wrong-puk`, `puk-blocked`,
 *   `not-over-this-interface`
 */
export async function changePuk(channel: CardChannel, puks: { old: Pin; new: Pin }): Promise<void> {
  const command = { ins: 0x24, reference: 0x81, pins: [puks.old, puks.new] } as const
  await performWithPins(channel, command, 'puk')
}

/**
 * Sets a new PIN by the PUK. The PIN is not verified by that.
 *
 * @throws CardError `pin-malformed` (nothing sent), `wrong-puk`, `puk-blocked`,
 *   `not-over-this-interface`
 */
export async function unblockPin(
  channel: CardChannel,
  secrets: { puk: Pin; newPin: Pin },
): Promise<void> {
  const command = { ins: 0x2c, reference: 0x80, pins: [secrets.puk, secrets.newPin] } as const
  await performWithPins(channel, command, 'puk')
}

export interface Metadata {
  /** Algorithm identifier; FF for PIN and PUK. Null where the card does not say. */
  readonly algorithmId: number | null
  /** Whether it still is the factory's; null where the card does not say. */
  readonly isDefault: boolean | null
  readonly tries: { readonly total: number; readonly left: number } | null
}

/**
 * What the card says about a key (9A, 9B …), its PIN (80) or PUK (81), without burning a try
 * (Yubico's extension, also in PivApplet).
 *
 * @throws CardError `no-key` for an empty slot, `not-supported`
 */
export async function readMetadata(channel: CardChannel, reference: number): Promise<Metadata> {
  const command = { ins: 0xf7, p1: 0x00, p2: reference, expectsData: true }
  const elements = parseTlvs(await perform(channel, command, 'read'))
  const tries = findTlv(elements, 0x06)
  const [total, left] = tries ?? []
  return {
    algorithmId: findTlv(elements, 0x01)?.[0] ?? null,
    isDefault: findTlv(elements, 0x05)?.equals(Buffer.of(1)) ?? null,
    tries: total === undefined || left === undefined ? null : { total, left },
  }
}

/**
 * Makes the card blank: PIN and PUK are blocked by guesses, then the application is reset. Erases
 * all keys and objects for good (Yubico's extension, also in PivApplet).
 *
 * @throws CardError `not-possible-now`, `not-supported`, `protocol` when guesses do not block
 */
export async function resetCard(channel: CardChannel): Promise<void> {
  await guessUntilBlocked(channel, { ins: 0x20, fields: 1 })
  await guessUntilBlocked(channel, { ins: 0x2c, fields: 2 })
  await perform(channel, { ins: 0xfb, p1: 0x00, p2: 0x00, expectsData: false }, 'write')
}

/** Never a PIN that a person has: well-formed on the wire, but no digits. */
const impossiblePin = Buffer.from('000000000000ffff', 'hex')
const mostTries = 255

async function guessUntilBlocked(
  channel: CardChannel,
  guess: { ins: number; fields: number },
): Promise<void> {
  const data = Buffer.concat(Array.from({ length: guess.fields }, () => impossiblePin))
  const command = { ins: guess.ins, p1: 0x00, p2: 0x80, data, expectsData: false }
  for (let attempt = 0; attempt <= mostTries; attempt += 1) {
    const { statusWord } = await exchange(channel, command)
    if (statusWord === 0x6983) return
    if ((statusWord & 0xfff0) !== 0x63c0) checkStatusWord(statusWord, 'write')
  }
  throw new CardError('protocol')
}
