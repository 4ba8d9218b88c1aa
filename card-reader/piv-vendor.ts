/** Yubico's extensions that an issuing desk uses where a card has them; most are in PivApplet too. */
import { perform } from './apdu.ts'
import type { CardChannel } from './card-port.ts'
import { getData } from './piv-commands.ts'
import { keyReferences, type KeySlot } from './piv-keys.ts'
import { readCertificateContainer } from './piv-objects.ts'
import { CardError } from './status-word.ts'

/** Object of the certificate that vouches for the chip's attestation key F9. */
const attestationCertificateTag = 0x5fff01

/** The number that the chip has for itself. @throws CardError `not-supported` */
export async function readSerialNumber(channel: CardChannel): Promise<number> {
  const command = { ins: 0xf8, p1: 0x00, p2: 0x00, expectsData: true }
  const answer = await perform(channel, command, 'read')
  if (answer.length !== 4) throw new CardError('malformed-answer')
  return answer.readUInt32BE()
}

/**
 * How many wrong PINs and PUKs in a row block them. Needs the management key and a verified PIN,
 * and puts PIN and PUK back to the factory's.
 *
 * @throws CardError `wrong-management-key` also without PIN, `not-supported`
 */
export async function setRetries(
  channel: CardChannel,
  { pin, puk }: { pin: number; puk: number },
): Promise<void> {
  await perform(channel, { ins: 0xfa, p1: pin, p2: puk, expectsData: false }, 'write')
}

/**
 * The chip's certificate about the key in the slot, DER: it says that the key was made there.
 *
 * @throws CardError `not-supported`, `no-key`
 */
export function attestKey(channel: CardChannel, slot: KeySlot): Promise<Buffer> {
  const command = { ins: 0xf9, p1: keyReferences[slot], p2: 0x00, expectsData: true }
  return perform(channel, command, 'read')
}

/** The certificate of the key that signs those, DER. @throws CardError `object-not-found` */
export async function readAttestationCertificate(channel: CardChannel): Promise<Buffer> {
  return readCertificateContainer(await getData(channel, attestationCertificateTag))
}
