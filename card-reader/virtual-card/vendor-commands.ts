/** Yubico's extensions, which personalisation and reset rely on; most are also in PivApplet. */
import { attestationCertificate, attestationKey } from './attestation.ts'
import { checkAdministrator, checkContactSide } from './access.ts'
import {
  blankState,
  factoryManagementKey,
  factorySecrets,
  freshSecret,
  type StoredSecret,
} from './card-state.ts'
import type { CommandApdu } from './command-apdu.ts'
import { build } from './card-tlv.ts'
import { publicKeyElements } from './key-pair.ts'
import { done, Refusal, status, type Reply } from './reply.ts'
import type { CardContext } from './session.ts'
import { freshSession } from './session.ts'

const origins = { generated: 1, imported: 2 } as const
const pinAlgorithm = 0xff
const touchNever = 1

/** GET METADATA. */
export function getMetadata(card: CardContext, { p1, p2 }: CommandApdu): Reply {
  if (p1 !== 0x00) throw new Refusal(status.wrongParameters)
  const { state } = card
  if (p2 === 0x80) return done(secretMetadata(state.pin, factorySecrets.pin))
  if (p2 === 0x81) return done(secretMetadata(state.puk, factorySecrets.puk))
  return done(p2 === 0x9b ? managementKeyMetadata(card) : keyMetadata(card, p2))
}

function secretMetadata(secret: StoredSecret, factoryValue: string): Buffer {
  return Buffer.concat([
    build('01', Buffer.of(pinAlgorithm)),
    build('05', flag(secret.value === factoryValue)),
    build('06', Buffer.of(secret.triesTotal, secret.triesLeft)),
  ])
}

function managementKeyMetadata({ state }: CardContext): Buffer {
  const { algorithm, value } = state.managementKey
  const factory = factoryManagementKey(state.behaviour)
  return Buffer.concat([
    build('01', Buffer.of(algorithm)),
    build('02', Buffer.of(0x00, touchNever)),
    build('05', flag(algorithm === factory.algorithm && value === factory.value)),
  ])
}

function keyMetadata({ state }: CardContext, reference: number): Buffer {
  const key = state.keys[reference.toString(16).padStart(2, '0')]
  if (key === undefined) throw new Refusal(status.referenceNotFound)
  return Buffer.concat([
    build('01', Buffer.of(key.algorithm)),
    build('02', Buffer.of(key.pinPolicy, key.touchPolicy)),
    build('03', Buffer.of(origins[key.origin])),
    build('04', publicKeyElements(key.privateKey)),
  ])
}

function flag(value: boolean): Buffer {
  return Buffer.of(value ? 1 : 0)
}

/** GET SERIAL NUMBER. */
export function getSerialNumber({ state }: CardContext): Reply {
  const serialNumber = Buffer.alloc(4)
  serialNumber.writeUInt32BE(state.serialNumber)
  return done(serialNumber)
}

/** GET VERSION. */
export function getVersion({ state }: CardContext): Reply {
  return done(Buffer.from(state.behaviour.version, 'hex'))
}

/** SET RETRIES: also puts PIN and PUK back to the factory's. */
export function setRetries(card: CardContext, { p1, p2 }: CommandApdu): Reply {
  checkContactSide(card)
  if (p1 === 0 || p2 === 0) throw new Refusal(status.wrongParameters)
  checkAdministrator(card)
  if (!card.session.pinVerified) throw new Refusal(status.securityNotSatisfied)
  card.state.pin = freshSecret(factorySecrets.pin, p1)
  card.state.puk = freshSecret(factorySecrets.puk, p2)
  card.session.pinVerified = false
  card.save()
  return done()
}

/** That entry alone, where there is one. */
function only<T>(all: Readonly<Record<string, T>>, name: string): Record<string, T> {
  const value = all[name]
  return value === undefined ? {} : { [name]: value }
}

/** RESET: blank again, once PIN and PUK are both blocked. */
export function resetApplication(card: CardContext, { p1, p2 }: CommandApdu): Reply {
  checkContactSide(card)
  if (p1 !== 0 || p2 !== 0) throw new Refusal(status.wrongParameters)
  const { pin, puk, serialNumber, behaviour, keys, objects } = card.state
  const blocked = pin.triesLeft === 0 && puk.triesLeft === 0
  if (!blocked) throw new Refusal(status.conditionsNotSatisfied)
  Object.assign(card.state, blankState(serialNumber, behaviour), {
    keys: only(keys, attestationKey),
    objects: only(objects, attestationCertificate),
  })
  Object.assign(card.session, { ...freshSession(), selected: true })
  card.save()
  return done()
}
