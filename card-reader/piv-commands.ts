/**
 * What a holder's card is asked for, one function per command (SP 800-73pt2-5 §3). What an issuing
 * desk does to a card is in piv-administration.ts. Nothing here looks at the clock or keeps state.
 */
import { exchange, exchangeFirstBlock, perform, type Command } from './apdu.ts'
import type { CardChannel } from './card-port.ts'
import {
  algorithmIds,
  digestBytes,
  keyReferences,
  type KeyAlgorithm,
  type KeySlot,
} from './piv-keys.ts'
import {
  certificateTags,
  containerTag,
  objectTags,
  readCertificateContainer,
  readGuidOfChuidStart,
} from './piv-objects.ts'
import { performWithPins, type Pin } from './piv-pin.ts'
import { encodePkcs1Block, rawEcdsaSignature } from './signature-encoding.ts'
import { CardError, checkStatusWord, triesLeftOf, type Purpose } from './status-word.ts'
import { encodeTag, encodeTlv, findTlv, parseSingleTlv, parseTlvs, requireTlv } from './tlv.ts'

/** Right-truncated, without the version: what every PIV card answers to (SP 800-73pt1-5 §2.2). */
const applicationIdentifier = Buffer.from('a00000030800001000', 'hex')
/** Some cards name themselves by the PIX alone. */
const proprietaryExtension = Buffer.from('00001000', 'hex')

const rsa2048Bytes = 256
const pinReference = 0x80

/**
 * Selects the PIV application. Always the first command: what an earlier program left selected or
 * verified is not relied on.
 *
 * @throws CardError `not-a-piv-card` for anything that does not answer as a PIV application
 */
export async function selectPiv(channel: CardChannel): Promise<void> {
  const select = { ins: 0xa4, p1: 0x04, p2: 0x00, data: applicationIdentifier, expectsData: true }
  const answer = await perform(channel, select, 'select')
  if (!isApplicationTemplate(answer)) throw new CardError('not-a-piv-card')
}

function isApplicationTemplate(answer: Buffer): boolean {
  const aid = applicationIdentifierOf(answer)
  if (aid === null) return false
  return startsWith(aid, applicationIdentifier) || startsWith(aid, proprietaryExtension)
}

function applicationIdentifierOf(answer: Buffer): Buffer | null {
  try {
    return findTlv(parseTlvs(parseSingleTlv(answer, 0x61)), 0x4f)
  } catch (error) {
    // Some other application was selected: its answer need not be TLV at all.
    if (error instanceof CardError && error.reason === 'malformed-answer') return null
    throw error
  }
}

function startsWith(bytes: Buffer, prefix: Buffer): boolean {
  return bytes.subarray(0, prefix.length).equals(prefix)
}

/**
 * Reads a data object; the content inside tag 53, or inside its own tag for discovery (7E) and the
 * biometric group template (7F61). An object that exists but is empty gives an empty buffer.
 *
 * @throws CardError `object-not-found`, `not-over-this-interface`, `malformed-answer`
 */
export async function getData(channel: CardChannel, objectTag: number): Promise<Buffer> {
  const answer = await perform(channel, getDataCommand(objectTag), 'read')
  const ownTag = objectTag === objectTags.discovery || objectTag === objectTags.biometricGroup
  return parseSingleTlv(answer, ownTag ? objectTag : containerTag)
}

/**
 * The card's UUID, out of the first block of its CHUID: one exchange, the rest is not fetched.
 *
 * The CHUID is public data that anyone can copy: a hint for the look-up, never a proof.
 *
 * @throws CardError `object-not-found` when the card is not personalised, `malformed-answer`
 */
export async function readGuid(channel: CardChannel): Promise<string> {
  const command = getDataCommand(objectTags.cardHolderUniqueIdentifier)
  const { data, statusWord } = await exchangeFirstBlock(channel, command)
  if (statusWord >>> 8 !== 0x61) checkStatusWord(statusWord, 'read')
  return readGuidOfChuidStart(data)
}

/**
 * The certificate of that slot as DER; its content is not looked into.
 *
 * @throws CardError `object-not-found`, `not-over-this-interface`, `malformed-answer`
 */
export async function readCertificate(channel: CardChannel, slot: KeySlot): Promise<Buffer> {
  return readCertificateContainer(await getData(channel, certificateTags[slot]))
}

function getDataCommand(objectTag: number): Command {
  const data = encodeTlv(0x5c, encodeTag(objectTag))
  return { ins: 0xcb, p1: 0x3f, p2: 0xff, data, expectsData: true }
}

/**
 * Presents the PIN once. Read certificates before this: on some cards any command between VERIFY
 * and the signature uses the PIN up.
 *
 * @param pin - 6 to 8 digits; the bytes sent to the card are overwritten afterwards
 * @throws CardError `pin-malformed` (nothing sent), `wrong-pin` with `triesLeft`, `pin-blocked`,
 *   `not-over-this-interface`
 */
export async function verifyPin(channel: CardChannel, pin: Pin): Promise<void> {
  await performWithPins(channel, { ins: 0x20, reference: pinReference, pins: [pin] }, 'pin')
}

/**
 * How many PIN tries are left; 0 is blocked. Costs no try. A PIN that is still verified is logged
 * out, since the card then says nothing about tries.
 *
 * @throws CardError `not-over-this-interface`
 */
export async function pinTriesLeft(channel: CardChannel): Promise<number> {
  const first = await askTries(channel)
  if (first !== 0x9000) return triesOf(first)
  await logOut(channel)
  return triesOf(await askTries(channel))
}

async function askTries(channel: CardChannel): Promise<number> {
  const query = { ins: 0x20, p1: 0x00, p2: pinReference, expectsData: false }
  return (await exchange(channel, query)).statusWord
}

function triesOf(statusWord: number): number {
  if (statusWord === 0x6983) return 0
  const triesLeft = triesLeftOf(statusWord)
  if (triesLeft !== null) return triesLeft
  checkStatusWord(statusWord, 'pin')
  // Still verified after a log-out: this card cannot tell.
  throw new CardError('not-supported', { statusWord })
}

/** Ends "PIN verified" without touching the counter. */
export async function logOut(channel: CardChannel): Promise<void> {
  const command = { ins: 0x20, p1: 0xff, p2: pinReference, expectsData: false }
  await perform(channel, command, 'pin')
}

export interface SignRequest {
  readonly slot: KeySlot
  readonly algorithm: KeyAlgorithm
  /** SHA-256 for P-256, SHA-384 for P-384; SHA-256, SHA-384 or SHA-512 for RSA-2048. */
  readonly digest: Buffer
  /** Whether a VERIFY just succeeded on this channel; it only decides what a refusal means. */
  readonly pinVerified?: boolean
}

/**
 * Signs a digest. ECDSA signatures come back raw, R‖S (IEEE P1363); RSA ones are PKCS#1 v1.5.
 * The signature is not checked here: who has the certificate does that.
 *
 * @throws CardError `no-key`, `pin-required` (9A, 9C without `pinVerified`),
 *   `not-over-this-interface`, `malformed-answer`
 * @throws RangeError when the digest does not fit the algorithm
 */
export async function sign(channel: CardChannel, request: SignRequest): Promise<Buffer> {
  const template = encodeTlv(0x7c, encodeTlv(0x82), encodeTlv(0x81, signatureInput(request)))
  const answer = await perform(
    channel,
    {
      ins: 0x87,
      p1: algorithmIds[request.algorithm],
      p2: keyReferences[request.slot],
      data: template,
      expectsData: true,
    },
    signaturePurpose(request),
  )
  return readSignature(answer, request.algorithm)
}

function signatureInput({ algorithm, digest }: SignRequest): Buffer {
  if (algorithm === 'RSA-2048') return encodePkcs1Block(digest, rsa2048Bytes)
  if (digest.length !== digestBytes[algorithm]) {
    throw new RangeError(`${algorithm} signs a digest of ${digestBytes[algorithm]} bytes`)
  }
  return digest
}

function signaturePurpose({ slot, pinVerified }: SignRequest): Purpose {
  if (slot === '9E') return 'tap-signature'
  return pinVerified === true ? 'verified-signature' : 'pin-signature'
}

function readSignature(answer: Buffer, algorithm: KeyAlgorithm): Buffer {
  const signature = requireTlv(parseTlvs(parseSingleTlv(answer, 0x7c)), 0x82)
  if (algorithm !== 'RSA-2048') return rawEcdsaSignature(signature, digestBytes[algorithm])
  if (signature.length !== rsa2048Bytes) throw new CardError('malformed-answer')
  return signature
}
