import type { CardChannel } from '../card-port.ts'
import { readMetadata, type Metadata } from '../piv-administration.ts'
import { getData, readCertificate, selectPiv } from '../piv-commands.ts'
import { managementKeyAlgorithms } from '../piv-management-key.ts'
import { objectTags, readGuidOfChuid } from '../piv-objects.ts'
import { readSerialNumber } from '../piv-vendor.ts'
import { managementKeyNames, type CardIdentity, type SecretStanding } from './card-identity.ts'
import { unlessAbsent } from './refusals.ts'

/** What the card says about itself before anybody proved anything to it. @throws CardError */
export async function identify(channel: CardChannel): Promise<CardIdentity> {
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
  return managementKeyNames.find((name) => managementKeyAlgorithms[name].id === id) ?? null
}
