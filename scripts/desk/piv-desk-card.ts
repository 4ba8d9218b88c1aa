import type { CardChannel } from '../../card-reader/card-port.ts'
import {
  changePuk,
  generateKey,
  putData,
  readMetadata,
  resetCard,
  unblockPin,
  type Metadata,
} from '../../card-reader/piv-administration.ts'
import {
  getData,
  pinTriesLeft,
  readCertificate,
  selectPiv,
  sign,
  verifyPin,
} from '../../card-reader/piv-commands.ts'
import type { KeySlot } from '../../card-reader/piv-keys.ts'
import {
  authenticateManagementKey,
  managementKeyAlgorithms,
  setManagementKey,
} from '../../card-reader/piv-management-key.ts'
import {
  certificateTags,
  encodeCertificateContainer,
  objectTags,
  readGuidOfChuid,
} from '../../card-reader/piv-objects.ts'
import {
  attestKey,
  readAttestationCertificate,
  readSerialNumber,
  setRetries,
} from '../../card-reader/piv-vendor.ts'
import { CardError, type CardErrorReason } from '../../card-reader/status-word.ts'
import {
  managementKeyAlgorithms as algorithmNames,
  type CardIdentity,
  type DeskCard,
  type ManagementKeyValue,
  type ObjectName,
  type SecretStanding,
} from '../../src/cards/desk-card.ts'
import { asCardFault, unlessAbsent } from './card-faults.ts'
import type { PinSource } from './holder-pin.ts'

export interface PivDeskOptions {
  readonly pins: PinSource
  readonly randomBytes: (count: number) => Buffer
}

const tags: Readonly<Record<ObjectName, number>> = {
  chuid: objectTags.cardHolderUniqueIdentifier,
  'card-capabilities': objectTags.cardCapabilityContainer,
  discovery: objectTags.discovery,
}
const factoryPin = '123456'

/**
 * A presented card at a desk, by the PIV library. What the holder chose as PIN stays here, to
 * verify it, until `forget`.
 */
export function pivDeskCard(
  channel: CardChannel,
  { pins, randomBytes }: PivDeskOptions,
): { readonly card: DeskCard; forget(): void } {
  let pin: Buffer | null = null
  /** The PIN holds until power-off; for a key that wants it each time, it is verified each time. */
  let isVerified = false
  const verify = async () => {
    if (pin === null) throw new CardError('pin-required')
    await verifyPin(channel, pin)
    isVerified = true
  }
  const signing = async (slot: KeySlot, what: Parameters<DeskCard['sign']>[1]) => {
    if (slot === '9C' || (slot !== '9E' && !isVerified)) await verify()
    return sign(channel, { slot, ...what, pinVerified: slot !== '9E' })
  }
  const card: DeskCard = {
    identify: () => asCardFault(() => identify(channel)),
    authenticate: (key) => asCardFault(() => authenticate(channel, key, { randomBytes })),
    setManagementKey: (key) =>
      asCardFault(() =>
        unlessRefused(
          () => setManagementKey(channel, key),
          ['bad-data', 'no-key', 'not-supported'],
        ),
      ),
    setTries: (tries) =>
      asCardFault(async () => {
        await verifyPin(channel, factoryPin)
        await setRetries(channel, tries)
      }),
    changePuk: ({ from, to }) => asCardFault(() => changePuk(channel, { old: from, new: to })),
    setPin: (puk, rules) =>
      asCardFault(async () => {
        pin?.fill(0)
        pin = await pins.choose(rules)
        await unblockPin(channel, { puk, newPin: pin })
        isVerified = false
      }),
    enterPin: () =>
      asCardFault(async () => {
        for (let isAgain = false; ; isAgain = true) {
          const triesLeft = await pinTriesLeft(channel)
          if (triesLeft === 0) throw new CardError('pin-blocked', { triesLeft })
          pin?.fill(0)
          pin = await pins.enter({ triesLeft, isAgain })
          if (await unlessRefused(verify, ['wrong-pin', 'pin-malformed'])) return
        }
      }),
    generateKey: (slot, options) => asCardFault(() => generateKey(channel, slot, options)),
    attest: (slot) => asCardFault(() => unlessAbsent(() => attestKey(channel, slot))),
    attestationAuthority: () =>
      asCardFault(() => unlessAbsent(() => readAttestationCertificate(channel))),
    sign: (slot, what) => asCardFault(() => signing(slot, what)),
    readObject: (name) => asCardFault(() => unlessAbsent(() => getData(channel, tags[name]))),
    putObject: (name, content) => asCardFault(() => putData(channel, tags[name], content)),
    readCertificate: (slot) =>
      asCardFault(() => unlessAbsent(() => readCertificate(channel, slot))),
    putCertificate: (slot, der) =>
      asCardFault(() => putData(channel, certificateTags[slot], encodeCertificateContainer(der))),
    reset: () =>
      asCardFault(async () => {
        await resetCard(channel)
        isVerified = false
      }),
  }
  return {
    card,
    forget: () => {
      pin?.fill(0)
      pin = null
    },
  }
}

async function identify(channel: CardChannel): Promise<CardIdentity> {
  await selectPiv(channel)
  const content = await unlessAbsent(() => getData(channel, objectTags.cardHolderUniqueIdentifier))
  const chuid = content === null || content.length === 0 ? null : content
  const managementKey = await unlessAbsent(() => readMetadata(channel, 0x9b))
  const pin = await unlessAbsent(() => readMetadata(channel, 0x80))
  const puk = await unlessAbsent(() => readMetadata(channel, 0x81))
  const serial = await unlessAbsent(() => readSerialNumber(channel))
  return {
    cardUuid: chuid === null ? null : readGuidOfChuid(chuid),
    chuid,
    // With a CHUID the card is somebody's in any case.
    hasCertificate: chuid !== null || (await hasCertificate(channel)),
    chipSerial: serial === null ? null : String(serial),
    managementKey: {
      algorithm: algorithmOf(managementKey),
      isDefault: managementKey?.isDefault ?? null,
    },
    pin: standingOf(pin),
    puk: standingOf(puk),
  }
}

async function hasCertificate(channel: CardChannel): Promise<boolean> {
  return (await unlessAbsent(() => readCertificate(channel, '9A'))) !== null
}

function standingOf(metadata: Metadata | null): SecretStanding {
  return {
    isDefault: metadata?.isDefault ?? null,
    triesLeft: metadata?.tries?.left ?? null,
    triesTotal: metadata?.tries?.total ?? null,
  }
}

function algorithmOf(metadata: Metadata | null): CardIdentity['managementKey']['algorithm'] {
  const id = metadata?.algorithmId
  return algorithmNames.find((name) => managementKeyAlgorithms[name].id === id) ?? null
}

async function authenticate(
  channel: CardChannel,
  key: ManagementKeyValue,
  options: Pick<PivDeskOptions, 'randomBytes'>,
): Promise<boolean> {
  return unlessRefused(
    () => authenticateManagementKey(channel, key, options),
    ['wrong-management-key', 'no-key'],
  )
}

/** @returns false for a refusal that is an answer */
async function unlessRefused(
  work: () => Promise<void>,
  answers: readonly CardErrorReason[],
): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    if (error instanceof CardError && answers.includes(error.reason)) return false
    throw error
  }
}
