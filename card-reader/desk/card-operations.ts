/**
 * What an issuing desk does with one presented card, in the words of PIV, for a desk on this
 * machine and for one that is told over the terminal's channel alike. The holder's PIN is asked for
 * here, goes to the card and nowhere else.
 */
import { authTokenDigest } from '../auth-token.ts'
import type { CardChannel } from '../card-port.ts'
import {
  changePuk,
  generateKey,
  putData,
  resetCard,
  type PinPolicy,
} from '../piv-administration.ts'
import { getData, readCertificate, sign, verifyPin } from '../piv-commands.ts'
import type { KeyAlgorithm, KeySlot } from '../piv-keys.ts'
import {
  authenticateManagementKey,
  requestWitness,
  sendProof,
  setManagementKey,
  type ManagementKey,
  type ManagementKeyAlgorithm,
} from '../piv-management-key.ts'
import { certificateTags, encodeCertificateContainer, objectTags } from '../piv-objects.ts'
import { attestKey, readAttestationCertificate, setRetries } from '../piv-vendor.ts'
import type { CardIdentity } from './card-identity.ts'
import { holdPin } from './held-pin.ts'
import { identify } from './identify.ts'
import type { PinRules, PinSource } from './pin-source.ts'
import { nullWhenRefused, unlessAbsent, unlessRefused } from './refusals.ts'

export const objectNames = ['chuid', 'card-capabilities', 'discovery'] as const
export type ObjectName = (typeof objectNames)[number]

const tags: Readonly<Record<ObjectName, number>> = {
  chuid: objectTags.cardHolderUniqueIdentifier,
  'card-capabilities': objectTags.cardCapabilityContainer,
  discovery: objectTags.discovery,
}
const factoryPin = '123456'
const anotherKey = ['wrong-management-key', 'no-key'] as const

/** Every method may throw `CardError`; those that ask for a PIN, `PinCancelled` as well. */
export interface CardOperations {
  identify(): Promise<CardIdentity>
  /** @returns false: another key */
  authenticate(key: ManagementKey): Promise<boolean>
  /** The halves of `authenticate` for a key that is elsewhere; null: another key. */
  requestWitness(algorithm: ManagementKeyAlgorithm): Promise<Buffer | null>
  sendProof(
    algorithm: ManagementKeyAlgorithm,
    proof: { readonly witness: Buffer; readonly challenge: Buffer },
  ): Promise<Buffer | null>
  /** @returns false where the card does not have the algorithm */
  setManagementKey(key: ManagementKey): Promise<boolean>
  /** Needs the factory's PIN; PIN and PUK are the factory's afterwards. */
  setTries(tries: { readonly pin: number; readonly puk: number }): Promise<void>
  changePuk(puks: { readonly from: Buffer; readonly to: Buffer }): Promise<void>
  /** Sets a PIN by the PUK, and keeps it for `sign`. */
  setPin(puk: Buffer, rules: PinRules): Promise<void>
  /** Asks for the PIN that the card has, until it is right, and keeps it for `sign`. */
  enterPin(): Promise<void>
  /** Asks for the PIN that the card has, and for another one to take its place. */
  changePin(rules: PinRules): Promise<void>
  /** @returns SubjectPublicKeyInfo, DER */
  generateKey(
    slot: KeySlot,
    options: { readonly algorithm: KeyAlgorithm; readonly pinPolicy: PinPolicy },
  ): Promise<Buffer>
  attest(slot: KeySlot): Promise<Buffer | null>
  attestationAuthority(): Promise<Buffer | null>
  /** Verifies the PIN where the key wants it. */
  sign(
    slot: KeySlot,
    what: { readonly algorithm: KeyAlgorithm; readonly digest: Buffer },
  ): Promise<Buffer>
  /**
   * Asks for the PIN and has 9A answer the challenge of a sign-in at `origin`, as every sign-in
   * does: no other digest can come out of it.
   */
  signChallenge(question: {
    readonly algorithm: KeyAlgorithm
    readonly origin: string
    readonly nonce: string
  }): Promise<Buffer>
  readObject(name: ObjectName): Promise<Buffer | null>
  putObject(name: ObjectName, content: Buffer): Promise<void>
  readCertificate(slot: KeySlot): Promise<Buffer | null>
  putCertificate(slot: KeySlot, der: Buffer): Promise<void>
  reset(): Promise<void>
}

export interface OperationsOptions {
  readonly pins: PinSource
  readonly randomBytes: (count: number) => Buffer
}

/** What the holder gave as PIN stays here, to verify it, until `forget`. */
export function cardOperations(
  channel: CardChannel,
  { pins, randomBytes }: OperationsOptions,
): { readonly operations: CardOperations; readonly forget: () => void } {
  const held = holdPin(channel, pins)
  const operations: CardOperations = {
    identify: () => identify(channel),
    authenticate: (key) =>
      unlessRefused(() => authenticateManagementKey(channel, key, { randomBytes }), anotherKey),
    requestWitness: (algorithm) =>
      nullWhenRefused(() => requestWitness(channel, algorithm), anotherKey),
    sendProof: (algorithm, proof) =>
      nullWhenRefused(() => sendProof(channel, algorithm, proof), anotherKey),
    setManagementKey: (key) =>
      unlessRefused(() => setManagementKey(channel, key), ['bad-data', 'no-key', 'not-supported']),
    setTries: async (tries) => {
      await verifyPin(channel, factoryPin)
      await setRetries(channel, tries)
    },
    changePuk: ({ from, to }) => changePuk(channel, { old: from, new: to }),
    setPin: (puk, rules) => held.set(puk, rules),
    enterPin: () => held.enter(),
    changePin: (rules) => held.change(rules),
    generateKey: (slot, options) => generateKey(channel, slot, options),
    attest: (slot) => unlessAbsent(() => attestKey(channel, slot)),
    attestationAuthority: () => unlessAbsent(() => readAttestationCertificate(channel)),
    sign: async (slot, what) => {
      await held.verifyFor(slot)
      return sign(channel, { slot, ...what, pinVerified: slot !== '9E' })
    },
    signChallenge: async ({ algorithm, ...question }) => {
      await held.enter()
      const digest = authTokenDigest(algorithm, question)
      return sign(channel, { slot: '9A', algorithm, digest, pinVerified: true })
    },
    readObject: (name) => unlessAbsent(() => getData(channel, tags[name])),
    putObject: (name, content) => putData(channel, tags[name], content),
    readCertificate: (slot) => unlessAbsent(() => readCertificate(channel, slot)),
    putCertificate: (slot, der) =>
      putData(channel, certificateTags[slot], encodeCertificateContainer(der)),
    reset: async () => {
      await resetCard(channel)
      held.distrust()
    },
  }
  return {
    operations,
    forget: () => {
      held.forget()
    },
  }
}
