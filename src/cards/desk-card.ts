/**
 * What issuing needs of a card, in the words of PIV: one port with two ends, a reader of this
 * machine and a terminal that is an issuing desk. What travels is public or for this one card; the
 * holder's PIN is known to the desk's own end alone.
 */
import type { KeySlot } from '../holders/card-kind.ts'
import type { KeyAlgorithm } from '../keystore/keystore.ts'

/** In the order in which they are preferred. */
export const managementKeyAlgorithms = ['AES-256', 'AES-192', 'AES-128', '3DES'] as const
export type ManagementKeyAlgorithm = (typeof managementKeyAlgorithms)[number]

export interface ManagementKeyValue {
  readonly algorithm: ManagementKeyAlgorithm
  /** Whoever made it overwrites it. */
  readonly bytes: Buffer
}

/** Key algorithms that cards can make (SP 800-78-5 table 1). */
export type CardKeyAlgorithm = Exclude<KeyAlgorithm, 'RSA-3072'>

export const pinPolicies = ['never', 'once', 'always'] as const
export type PinPolicy = (typeof pinPolicies)[number]

/** What a card says about itself before anybody proved anything to it. */
export interface CardIdentity {
  /** Out of the CHUID, which anyone can copy; null where there is none. */
  readonly cardUuid: string | null
  /** Content of the CHUID object; null where there is none. */
  readonly chuid: Buffer | null
  /** Whether 9A has a certificate, whoever wrote it. */
  readonly hasCertificate: boolean
  /** As the chip numbers itself; null where it does not. */
  readonly chipSerial: string | null
  readonly managementKey: {
    /** null where the card does not tell. */
    readonly algorithm: ManagementKeyAlgorithm | null
    readonly isDefault: boolean | null
  }
  readonly pin: SecretStanding
  readonly puk: SecretStanding
}

/** null where the card does not tell. */
export interface SecretStanding {
  readonly isDefault: boolean | null
  readonly triesLeft: number | null
  readonly triesTotal: number | null
}

export const objectNames = ['chuid', 'card-capabilities', 'discovery'] as const
export type ObjectName = (typeof objectNames)[number]

/** What the holder's PIN has to be like, besides 6 to 8 digits. */
export interface PinRules {
  readonly minDigits: number
  /** Refuses runs and repetitions such as 123456 and 111111. */
  readonly refuseSimple: boolean
}

/** One presented card, ours alone until it is released. Every method may throw `CardFault`. */
export interface DeskCard {
  /** Reads, and changes nothing. Always the first. */
  identify(): Promise<CardIdentity>
  /** Proves the key to the card, and has the card prove it too. @returns false: another key */
  authenticate(key: ManagementKeyValue): Promise<boolean>
  /** @returns false where the card does not have the algorithm */
  setManagementKey(key: ManagementKeyValue): Promise<boolean>
  /** Needs the factory's PIN; PIN and PUK are the factory's afterwards. */
  setTries(tries: { readonly pin: number; readonly puk: number }): Promise<void>
  /** @throws CardFault `wrong-puk` */
  changePuk(puks: { readonly from: Buffer; readonly to: Buffer }): Promise<void>
  /**
   * Sets the PIN by the PUK, whatever it was: the holder chooses it at the desk, or the desk makes
   * one for a sealed slip. The desk keeps it for as long as the card is there, to verify it.
   *
   * @throws CardFault `pin-cancelled`, `wrong-puk`
   */
  setPin(puk: Buffer, rules: PinRules): Promise<void>
  /**
   * Asks the holder for the PIN that the card has, until it is right, and keeps it like `setPin`.
   *
   * @throws CardFault `pin-cancelled`, `pin-blocked`
   */
  enterPin(): Promise<void>
  /**
   * The holder enters the PIN that the card has, as in `enterPin`, and chooses another.
   *
   * @throws CardFault `pin-cancelled`, `pin-blocked`; the PIN is the old one then
   */
  changePin(rules: PinRules): Promise<void>
  /** Makes the key on the card. @returns SubjectPublicKeyInfo, DER */
  generateKey(
    slot: KeySlot,
    options: { readonly algorithm: CardKeyAlgorithm; readonly pinPolicy: PinPolicy },
  ): Promise<Buffer>
  /** The chip's certificate about the key in the slot; null where it makes none. */
  attest(slot: KeySlot): Promise<Buffer | null>
  /** The certificate of the chip's attestation key; null where there is none. */
  attestationAuthority(): Promise<Buffer | null>
  /** ECDSA as R‖S, RSA with PKCS #1 v1.5; verifies the PIN of `setPin` where the key wants it. */
  sign(
    slot: KeySlot,
    what: { readonly algorithm: CardKeyAlgorithm; readonly digest: Buffer },
  ): Promise<Buffer>
  /**
   * Asks the holder for the PIN and has 9A sign H(H(origin) ‖ H(nonce)), as in every sign-in (Web
   * eID authentication token 1.0). A terminal does so for its own origin, whatever `origin` is.
   *
   * @throws CardFault `pin-cancelled`, `pin-blocked`
   */
  signChallenge(question: {
    readonly algorithm: CardKeyAlgorithm
    readonly origin: string
    /** base64 of 32 bytes. */
    readonly nonce: string
  }): Promise<Buffer>
  /** null where there is none. */
  readObject(name: ObjectName): Promise<Buffer | null>
  /** @param content - what goes inside tag 53, or the object's own tag */
  putObject(name: ObjectName, content: Buffer): Promise<void>
  /** DER; null where there is none. */
  readCertificate(slot: KeySlot): Promise<Buffer | null>
  putCertificate(slot: KeySlot, der: Buffer): Promise<void>
  /** Makes the card blank for good. */
  reset(): Promise<void>
}

/** A place where cards are presented. */
export interface CardDesk {
  /** The reader or terminal, for journal and audit. */
  readonly name: string
  /** Waits for no card: there is one, alone, or it throws. The card is released whatever happens. */
  withCard<T>(work: (card: DeskCard) => Promise<T>): Promise<T>
  close(): Promise<void>
}
