import type { CardChannel } from './card-port.ts'
import {
  changePin,
  changePuk,
  generateKey,
  putData,
  readMetadata,
  type Metadata,
} from './piv-administration.ts'
import { getData, logOut, readCertificate, selectPiv } from './piv-commands.ts'
import type { KeyAlgorithm, KeySlot } from './piv-keys.ts'
import {
  authenticateManagementKey,
  factoryManagementKeyBytes,
  managementKeyAlgorithms,
  setManagementKey,
  type ManagementKey,
  type ManagementKeyAlgorithm,
} from './piv-management-key.ts'
import {
  certificateTags,
  encodeCardCapabilityContainer,
  encodeCertificateContainer,
  encodeChuid,
  objectTags,
} from './piv-objects.ts'
import { CardError } from './status-word.ts'

/** Secrets of every card from the factory. */
export const factoryPin = '123456'
export const factoryPuk = '12345678'

export interface Personalisation {
  readonly cardUuid: string
  /** Written as a date in UTC; the card has no clock and cannot enforce it. */
  readonly expiresAt: Date
  readonly pin: string
  /** Default: the factory's PUK stays, which only a test card may keep. */
  readonly puk?: string
  /** Default: the factory's key stays, so anyone near the card can rewrite it. */
  readonly managementKey?: ManagementKey
  readonly slots: readonly KeySlot[]
  readonly algorithm: KeyAlgorithm
  /** Certifies a key that was just made on the card; SubjectPublicKeyInfo in, certificate DER out. */
  readonly certify: (slot: KeySlot, spki: Buffer) => Promise<Buffer>
  readonly randomBytes: (count: number) => Buffer
}

/**
 * Turns a blank card into a holder's card, from SELECT to log-out, in one sequence.
 *
 * The CHUID goes last of the objects: a card pulled away half-way has no card UUID, so nothing
 * takes it for a finished one. `resetCard` makes such a card blank again.
 *
 * @throws CardError `card-not-blank` before anything was written; `malformed-answer` when an object
 *   does not read back as written; whatever a command throws
 */
export async function personaliseCard(
  channel: CardChannel,
  personalisation: Personalisation,
): Promise<void> {
  await selectPiv(channel)
  await checkBlank(channel)
  await authenticateManagementKey(channel, await factoryKey(channel), personalisation)
  await replacePins(channel, personalisation)
  for (const slot of personalisation.slots) await fillSlot(channel, slot, personalisation)
  await writeIdentity(channel, personalisation)
  await replaceManagementKey(channel, personalisation)
  await logOut(channel)
}

/** A card in use is never overwritten: it has a CHUID, or its PIN is not the factory's any more. */
async function checkBlank(channel: CardChannel): Promise<void> {
  const chuid = await unlessAbsent(getData(channel, objectTags.cardHolderUniqueIdentifier))
  const pin = await unlessAbsent(readMetadata(channel, 0x80))
  const blank = (chuid === null || chuid.length === 0) && pin?.isDefault !== false
  if (!blank) throw new CardError('card-not-blank')
}

/** Which algorithm the factory key is used with changed with the firmware; 3DES is the old one. */
async function factoryKey(channel: CardChannel): Promise<ManagementKey> {
  const metadata = await unlessAbsent(readMetadata(channel, 0x9b))
  return { algorithm: managementKeyAlgorithmOf(metadata), bytes: factoryManagementKeyBytes }
}

function managementKeyAlgorithmOf(metadata: Metadata | null): ManagementKeyAlgorithm {
  const names = Object.keys(managementKeyAlgorithms) as ManagementKeyAlgorithm[]
  const named = names.find((name) => managementKeyAlgorithms[name].id === metadata?.algorithmId)
  return named ?? '3DES'
}

async function replacePins(channel: CardChannel, { pin, puk }: Personalisation): Promise<void> {
  if (puk !== undefined) await changePuk(channel, { old: factoryPuk, new: puk })
  await changePin(channel, { old: factoryPin, new: pin })
}

async function fillSlot(
  channel: CardChannel,
  slot: KeySlot,
  { algorithm, certify }: Personalisation,
): Promise<void> {
  const spki = await generateKey(channel, slot, { algorithm })
  const der = await certify(slot, spki)
  await putData(channel, certificateTags[slot], encodeCertificateContainer(der))
  const readBack = await readCertificate(channel, slot)
  if (!readBack.equals(der)) throw new CardError('malformed-answer')
}

async function writeIdentity(
  channel: CardChannel,
  { cardUuid, expiresAt, randomBytes }: Personalisation,
): Promise<void> {
  const container = encodeCardCapabilityContainer(randomBytes(14))
  await putData(channel, objectTags.cardCapabilityContainer, container)
  const chuid = encodeChuid({ cardUuid, expiresAt })
  await putData(channel, objectTags.cardHolderUniqueIdentifier, chuid)
  const readBack = await getData(channel, objectTags.cardHolderUniqueIdentifier)
  if (!readBack.equals(chuid)) throw new CardError('malformed-answer')
}

/** Late, so that a torn session can be resumed with the factory key; proven by using it. */
async function replaceManagementKey(
  channel: CardChannel,
  { managementKey, randomBytes }: Personalisation,
): Promise<void> {
  if (managementKey === undefined) return
  await setManagementKey(channel, managementKey)
  await authenticateManagementKey(channel, managementKey, { randomBytes })
}

const absenceReasons: readonly string[] = ['object-not-found', 'not-supported', 'no-key']

/** Null where the card says that it has no such thing. */
async function unlessAbsent<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof CardError && absenceReasons.includes(error.reason)) return null
    throw error
  }
}
